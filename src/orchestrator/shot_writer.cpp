#include "orchestrator/shot_writer.h"

#include <chrono>
#include <utility>
#include <variant>

#include "base/log.h"

namespace vigia::orchestrator {

using namespace std::chrono_literals;

void ShotWriter::run() {
  while (!orders_.finished()) {
    if (auto order = orders_.pop_for(1s)) {
      carry_out(std::move(*order));
    } else {
      outbox_.tend();
    }
    if (orders_.depth() == 0 || unsaved_.size() >= kMostTogether) save();
  }
  save();
}

void ShotWriter::carry_out(ShotOrder order) {
  if (auto* const early = std::get_if<EncodeEarly>(&order.what)) {
    make_shot_.encode_early(*early->image, order.camera->shot_camera);
    return;
  }
  make(order.camera, std::get<track::Finished>(std::move(order.what)));
}

void ShotWriter::make(const std::shared_ptr<CameraContext>& camera, track::Finished finished) {
  auto end = ends_.describe(*finished.track, *camera);
  auto outcome = make_shot_.make(*finished.track, camera->shot_camera);
  const bool is_shot = std::holds_alternative<domain::Shot>(outcome);
  if (is_shot || finished.over) ends_.tell(std::move(end), outcome, *camera);
  if (auto* const shot = std::get_if<domain::Shot>(&outcome)) {
    ++camera->ledger.shots_waiting;  // until its end is told: the outbox tells each
    unsaved_.push_back(std::move(*shot));
    tracks_.push_back(std::move(finished.track));
    return;
  }
  if (finished.over) {
    const auto reason = std::get<domain::Reason>(outcome);
    camera->ledger.not_posted(reason);
    log::debug("{}: track {} not posted: {}", camera->name(), finished.track->id, to_string(reason));
  }
  memory_.retire(std::move(finished.track));
}

void ShotWriter::save() {
  if (unsaved_.empty()) return;
  // An error means that they are in memory for now: the outbox has said it, and goes on trying.
  if (outbox_.add(unsaved_)) {
    for (const domain::Shot& shot : unsaved_) {
      log::debug("{}: face stored: track {} of {}, roi {},{} {}x{}", shot.camera, shot.track,
                 format_utc(shot.captured), shot.roi.left, shot.roi.top, shot.roi.width, shot.roi.height);
    }
  }
  unsaved_.clear();
  for (auto& track : tracks_) memory_.retire(std::move(track));
  tracks_.clear();
}

}  // namespace vigia::orchestrator
