#include "web/rates.h"

namespace vigia::web {
namespace {

using namespace std::chrono_literals;
using status::CameraStatus;

constexpr Nanoseconds kApart = 1s;
constexpr std::size_t kMostMoments = 6;

double rate(std::uint64_t now, std::uint64_t before, double seconds) {
  return now > before ? static_cast<double>(now - before) / seconds : 0;
}

}  // namespace

void Rates::note(const status::Snapshot& snapshot, SteadyTime now) {
  Moment moment{.at = now, .cpu = snapshot.cpu_seconds};
  moment.processed = snapshot.total(&CameraStatus::frames_processed);
  moment.dropped = snapshot.total(&CameraStatus::frames_dropped);
  for (const CameraStatus& camera : snapshot.cameras) {
    moment.cameras[camera.name] = {camera.frames_processed, camera.frames_decoded};
  }
  while (moments_.size() > 1 && now - moments_[1].at >= kApart * (kMostMoments - 1)) moments_.pop_front();
  if (!moments_.empty()) {
    const Moment& before = moments_.front();
    const double seconds = to_seconds(now - before.at);
    if (seconds < 0.1) return;
    processed_ = rate(moment.processed, before.processed, seconds);
    dropped_ = rate(moment.dropped, before.dropped, seconds);
    cpu_cores_ = (moment.cpu - before.cpu) / seconds;
    cameras_.clear();
    for (const auto& [name, counts] : moment.cameras) {
      const auto found = before.cameras.find(name);
      if (found == before.cameras.end()) continue;
      cameras_[name] = {rate(counts.processed, found->second.processed, seconds),
                        rate(counts.decoded, found->second.decoded, seconds)};
    }
  }
  if (!moments_.empty() && now - moments_.back().at < kApart) return;
  moments_.push_back(std::move(moment));
  if (moments_.size() > kMostMoments) moments_.pop_front();
}

Rates::Camera Rates::of(const std::string& camera) const {
  const auto found = cameras_.find(camera);
  return found == cameras_.end() ? Camera{} : found->second;
}

}  // namespace vigia::web
