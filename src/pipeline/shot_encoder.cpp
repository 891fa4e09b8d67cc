#include "pipeline/shot_encoder.h"

#include <utility>
#include <variant>

#include "base/log.h"

namespace vigia::pipeline {

using namespace std::chrono_literals;

namespace {

outbox::EndedTrack end_of(const CameraContext& camera, const domain::Track& track) {
  return {.key = {camera.name(), camera.settings.spec.id, track.id}, .joined = track.joined};
}

}  // namespace

void ShotEncoder::run() {
  while (!orders_.finished()) {
    if (auto order = orders_.pop_for(1s)) carry_out(std::move(*order));
  }
  encoded_.close();
}

void ShotEncoder::carry_out(ShotOrder order) {
  if (auto* const early = std::get_if<EncodeEarly>(&order.what)) {
    make_shot_.encode_early(*early->image, order.camera->shot_camera);
  } else if (auto* const so_far = std::get_if<KeepSoFar>(&order.what)) {
    keep_so_far(*order.camera, std::move(so_far->track));
  } else {
    make(order.camera, std::get<track::Finished>(std::move(order.what)));
  }
}

void ShotEncoder::make(const std::shared_ptr<CameraContext>& camera, track::Finished finished) {
  EncodedShot encoded;
  if (finished.over) encoded.ended = end_of(*camera, *finished.track);
  auto end = ends_.describe(*finished.track, *camera);
  auto outcome = make_shot_.make(*finished.track, camera->shot_camera);
  const bool is_shot = std::holds_alternative<domain::Shot>(outcome);
  if (is_shot || finished.over) ends_.tell(std::move(end), outcome, *camera);
  if (auto* const shot = std::get_if<domain::Shot>(&outcome)) {
    ++camera->counters.shots_waiting;  // until it leaves the outbox, which reports each end
    encoded.shot = std::move(*shot);
  } else if (finished.over) {
    const auto reason = std::get<domain::Reason>(outcome);
    camera->counters.not_posted(reason);
    log::debug("{}: track {} not posted: {}", camera->name(), finished.track->id, to_string(reason));
  }
  memory_.retire(std::move(finished.track));
  if (encoded.shot || encoded.ended) encoded_.push(std::move(encoded));
}

void ShotEncoder::keep_so_far(const CameraContext& camera, std::unique_ptr<domain::Track> track) {
  EncodedShot encoded{.shot = {}, .ended = {}, .is_best_so_far = true};
  if (!track->best) {
    encoded.ended = end_of(camera, *track);
  } else if (outbox_.is_wanted_in_journal(end_of(camera, *track).key, track->best->captured)) {
    auto outcome = make_shot_.make(*track, camera.shot_camera);
    if (auto* const shot = std::get_if<domain::Shot>(&outcome)) encoded.shot = std::move(*shot);
  }
  memory_.retire(std::move(track));
  if (encoded.shot || encoded.ended) encoded_.push(std::move(encoded));
}

}  // namespace vigia::pipeline
