#include "track/view_schedule.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace vigia::track {
namespace {

constexpr std::size_t kMostSpare = 16;

bool is_due(const OpenTrack& open, Nanoseconds now) {
  if (open.looks == 0) return true;
  const bool is_young = open.looks < (open.is_settled ? ViewSchedule::kFirst : OpenTrack::kLooksToSettle);
  return now - open.looked >= (is_young ? ViewSchedule::kFirstApart : ViewSchedule::kLookAgain);
}

}  // namespace

void ViewSchedule::look(const domain::Frame& frame, std::span<const domain::Sighting> faces,
                        std::span<const std::uint64_t> ids, std::span<OpenTrack> open) {
  if (frame.planes[0].data == nullptr) return;
  due_.clear();
  for (std::size_t face = 0; face < faces.size(); ++face) {
    if (ids[face] == 0 || faces[face].weak) continue;
    const auto of =
        std::ranges::find_if(open, [&](const OpenTrack& one) { return one.track->id == ids[face]; });
    if (of != open.end() && is_due(*of, frame.stream_time)) due_.push_back({face, &*of});
  }
  if (due_.empty()) return;
  std::ranges::sort(due_, {}, [](const Due& due) {
    return std::tuple(due.open->is_settled, due.open->looked, due.open->track->id);
  });
  if (due_.size() > kMostAFrame) due_.resize(kMostAFrame);
  detections_.clear();
  for (const domain::Sighting& face : faces) detections_.push_back(face.detection);
  for (const Due& due : due_) look_at(due.face, *due.open, frame);
}

void ViewSchedule::look_at(std::size_t face, OpenTrack& open, const domain::Frame& frame) {
  open.looked = frame.stream_time;
  ++open.looks;
  if (!appearance::describe(frame, detections_, face, *view_)) return;
  if (!open.views) open.views = blank();
  open.views->add(*view_);
}

std::unique_ptr<Views> ViewSchedule::blank() {
  if (spare_.empty()) {
    auto views = std::make_unique<Views>();
    if (account_) views->charge = memory::Charge(account_, static_cast<Bytes>(sizeof(Views)));
    return views;
  }
  auto views = std::move(spare_.back());
  spare_.pop_back();
  views->clear();
  return views;
}

void ViewSchedule::take_back(std::unique_ptr<Views> views) {
  if (views && spare_.size() < kMostSpare) spare_.push_back(std::move(views));
}

}  // namespace vigia::track
