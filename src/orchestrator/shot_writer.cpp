#include "orchestrator/shot_writer.h"

#include <chrono>

#include "base/log.h"

namespace vigia::orchestrator {

using namespace std::chrono_literals;

void ShotWriter::run() {
  while (!orders_.finished()) {
    if (auto order = orders_.pop_for(1s)) {
      carry_out(std::move(*order));
    } else {
      save_kept();
    }
  }
  save_kept();
  give_up_kept();
}

void ShotWriter::carry_out(ShotOrder order) {
  if (auto* const early = std::get_if<EncodeEarly>(&order.what)) {
    make_shot_.encode_early(*early->image, order.camera->shot_camera);
    return;
  }
  write(order.camera, std::get<track::Finished>(std::move(order.what)));
}

void ShotWriter::write(const std::shared_ptr<CameraContext>& camera, track::Finished finished) {
  auto outcome = make_shot_.make(*finished.track, camera->shot_camera);
  if (auto* const shot = std::get_if<domain::Shot>(&outcome)) {
    Unsaved unsaved{camera, std::move(*shot)};
    if (!kept_.empty() || !save(unsaved)) keep_for_later(std::move(unsaved));
  } else if (finished.over) {
    const auto reason = std::get<domain::Reason>(outcome);
    camera->ledger.not_posted(reason);
    log::debug("{}: track {} not posted: {}", camera->name(), finished.track->id, to_string(reason));
  }
  memory_.retire(std::move(finished.track));
}

bool ShotWriter::save(const Unsaved& unsaved) {
  const Status added = outbox_.add(unsaved.shot);
  if (added) return true;
  if (kept_.empty()) log::error("{}; faces are kept in memory until it works again", added.error().text);
  return false;
}

void ShotWriter::keep_for_later(Unsaved unsaved) {
  kept_.push_back(std::move(unsaved));
  if (kept_.size() <= kMostUnsaved) return;
  kept_.front().camera->ledger.not_posted(domain::Reason::shed);
  log::error("{}: the face of track {} is given up: {} wait for the disk", kept_.front().camera->name(),
             kept_.front().shot.track, kMostUnsaved);
  kept_.pop_front();
}

void ShotWriter::save_kept() {
  const bool any = !kept_.empty();
  while (!kept_.empty() && save(kept_.front())) kept_.pop_front();
  if (any && kept_.empty()) log::info("outbox: works again, all faces kept in memory are on disk");
}

void ShotWriter::give_up_kept() {
  for (const Unsaved& unsaved : kept_) {
    ++unsaved.camera->ledger.faces_failed;
    log::error("{}: the face of track {} is lost: the outbox cannot be written", unsaved.camera->name(),
               unsaved.shot.track);
  }
  kept_.clear();
}

}  // namespace vigia::orchestrator
