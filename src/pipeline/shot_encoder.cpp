#include "pipeline/shot_encoder.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/log.h"
#include "base/thread_priority.h"

namespace vigia::pipeline {

using namespace std::chrono_literals;

namespace {

constexpr auto kLookAgain = 50ms;      // while orders wait for their main streams
constexpr std::size_t kMostLate = 64;  // of them
constexpr int kRestsAfter = 10;        // seconds without an order

// The picture that the order needs; null: none.
const domain::ShotImage* image_of(const ShotOrder& order) {
  if (const auto* const early = std::get_if<EncodeEarly>(&order.what)) return early->image.get();
  const auto* const so_far = std::get_if<KeepSoFar>(&order.what);
  const domain::Track& track =
      so_far != nullptr ? *so_far->track : *std::get<track::Finished>(order.what).track;
  return track.best && !track.withheld ? track.best->image.get() : nullptr;
}

outbox::EndedTrack end_of(const CameraContext& camera, const domain::Track& track) {
  return {.key = {camera.name(), camera.settings.spec.id, track.id}, .joined = track.joined};
}

}  // namespace

void ShotEncoder::run() {
  int idle = 0;
  while (!orders_.finished()) {
    auto order = orders_.pop_for(late_.empty() ? Nanoseconds(1s) : kLookAgain);
    idle = order || !late_.empty() ? 0 : idle + 1;
    if (order) take(std::move(*order));
    go_on_with_late();
    if (idle == kRestsAfter) close_ups_.rest();
  }
  for (ShotOrder& order : late_) carry_out(std::move(order));  // with what has come
  late_.clear();
  encoded_.close();
}

void ShotEncoder::take(ShotOrder order) {
  if (!is_behind_late(order) && !must_wait(order)) return carry_out(std::move(order));
  if (late_.size() >= kMostLate) {  // the oldest of all: no order overtakes another of its camera
    carry_out(std::move(late_.front()));
    late_.pop_front();
  }
  late_.push_back(std::move(order));
}

// The oldest order of each camera goes on once its moment has come, and then those behind it.
void ShotEncoder::go_on_with_late() {
  std::deque<ShotOrder> before;
  before.swap(late_);
  for (ShotOrder& order : before) take(std::move(order));
}

bool ShotEncoder::is_behind_late(const ShotOrder& order) const {
  return std::ranges::any_of(late_, [&](const ShotOrder& late) { return late.camera == order.camera; });
}

bool ShotEncoder::must_wait(const ShotOrder& order) const {
  if (!order.camera->main) return false;
  const domain::ShotImage* const image = image_of(order);
  return image != nullptr && close_ups_.should_wait(*image, *order.camera->main);
}

void ShotEncoder::take_close_up(domain::ShotImage& image, const CameraContext& camera) {
  if (!camera.main || !image.holds_frame()) return;
  // Decoding takes long, and no frame must wait for it.
  if (!std::exchange(has_lower_priority_, true)) lower_priority(kBehindVideo);
  if (orders_.depth() > kMostBefore)
    return close_ups_.leave(image, camera.close_up(), closeup::Fallback::busy);
  close_ups_.take(image, camera.close_up());
}

// Why the best shot is not posted, now that its picture from the main stream is there.
std::optional<domain::Reason> ShotEncoder::judge(domain::Track& track, const CameraContext& camera) {
  if (!camera.main || !track.best || track.withheld) return std::nullopt;
  take_close_up(*track.best->image, camera);
  return close_ups_.judge(*track.best, camera.close_up());
}

void ShotEncoder::carry_out(ShotOrder order) {
  if (auto* const early = std::get_if<EncodeEarly>(&order.what)) {
    take_close_up(*early->image, *order.camera);
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
  const std::optional<domain::Reason> refused = judge(*finished.track, *camera);
  auto end = ends_.describe(*finished.track, *camera);
  if (refused) finished.track->withheld = refused;
  auto outcome = make_shot_.make(*finished.track, camera->shot_camera);
  const bool is_shot = std::holds_alternative<domain::Shot>(outcome);
  if (is_shot || finished.over) ends_.tell(std::move(end), outcome, *camera);
  if (auto* const shot = std::get_if<domain::Shot>(&outcome)) {
    ++camera->counters.shots_waiting;  // until it leaves the outbox, which reports each end
    encoded.shot = std::move(*shot);
  } else if (finished.over) {
    const auto reason = std::get<domain::Reason>(outcome);
    camera->counters.not_posted(reason);
    log::debug("{}: track {} not posted: {}", log::CameraName{camera->name()}, finished.track->id,
               to_string(reason));
  }
  memory_.retire(std::move(finished.track));
  if (encoded.shot || encoded.ended) encoded_.push(std::move(encoded));
}

void ShotEncoder::keep_so_far(const CameraContext& camera, std::unique_ptr<domain::Track> track) {
  EncodedShot encoded{.shot = {}, .ended = {}, .is_best_so_far = true};
  if (!track->best) {
    encoded.ended = end_of(camera, *track);
  } else if (outbox_.is_wanted_in_journal(end_of(camera, *track).key, track->best->captured)) {
    if (const auto refused = judge(*track, camera)) track->withheld = refused;
    auto outcome = make_shot_.make(*track, camera.shot_camera);
    if (auto* const shot = std::get_if<domain::Shot>(&outcome)) encoded.shot = std::move(*shot);
  }
  memory_.retire(std::move(track));
  if (encoded.shot || encoded.ended) encoded_.push(std::move(encoded));
}

}  // namespace vigia::pipeline
