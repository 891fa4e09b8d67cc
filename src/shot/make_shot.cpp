#include "shot/make_shot.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include "base/log.h"
#include "domain/boxes.h"

namespace vigia::shot {
namespace {

using domain::BestShot;
using domain::Box;
using domain::Jpeg;
using domain::Reason;
using domain::Region;
using domain::Shot;
using domain::ShotImage;
using domain::Size;
using domain::Track;

constexpr float kMargin = 0.1F;  // of the face's size, on each side

Reason why_without_best(const Track& track) {
  if (track.already_posted) return Reason::already_posted;
  // A track has at least one sighting, and a sighting that is not rejected becomes the best.
  return track.best_rejected && track.best_rejected->rejected ? *track.best_rejected->rejected
                                                              : Reason::low_quality;
}

}  // namespace

Region region_to_search(const Box& face, Size jpeg) {
  const auto span = [](float begin, float length, int limit) {
    const auto inside = [&](float value) {
      return static_cast<int>(std::clamp(value, 0.0F, static_cast<float>(limit)));
    };
    const float margin = kMargin * length;
    const int first = std::min(inside(std::floor(begin - margin)), limit - 1);
    const int last = std::max(inside(std::ceil(begin + length + margin)), first + 1);
    return std::pair(first, last - first);
  };
  const auto [left, width] = span(face.left, face.width, jpeg.width);
  const auto [top, height] = span(face.top, face.height, jpeg.height);
  return {left, top, width, height};
}

MakeShot::Outcome MakeShot::make(Track& track, const ShotCamera& camera) {
  const std::optional<BestShot> best = std::exchange(track.best, std::nullopt);
  if (!best) return why_without_best(track);
  if (track.withheld) return *track.withheld;
  std::shared_ptr<const Jpeg> jpeg = jpeg_of(*best->image, camera);
  if (!jpeg) return Reason::encode_failed;

  Shot shot;
  shot.camera = camera.spec.name;
  shot.camera_id = camera.spec.id;
  shot.track = track.id;
  shot.captured = best->captured;
  shot.stream_time = best->stream_time;
  shot.face = domain::scaled(best->sighting.detection.box, best->frame_size, jpeg->size);
  shot.roi = region_to_search(shot.face, jpeg->size);
  shot.score = best->sighting.detection.score;
  shot.quality = best->sighting.quality;
  shot.jpeg = std::move(jpeg);
  if (camera.options.max_event_age > 0) shot.max_age = from_seconds(camera.options.max_event_age);
  shot.read_at = best->read_at;
  shot.read_utc = best->read_utc;
  return shot;
}

std::vector<std::byte> MakeShot::thumbnail(const Track& track) {
  if (!track.thumbnail) return {};
  auto made = encoder_.encode(*track.thumbnail);
  if (made) return *std::move(made);
  log::warn("a thumbnail of track {} is left out: {}", track.id, made.error().text);
  return {};
}

void MakeShot::encode_early(ShotImage& image, const ShotCamera& camera) {
  static_cast<void>(jpeg_of(image, camera));
}

std::shared_ptr<const Jpeg> MakeShot::jpeg_of(ShotImage& image, const ShotCamera& camera) {
  if (auto jpeg = image.jpeg()) return jpeg;
  const std::optional<domain::Frame> frame = image.frame();
  if (!frame) return image.jpeg();  // another thread has just made it
  auto made = encode(*frame, camera);
  if (!made) return nullptr;
  image.set_jpeg(std::move(made));
  return image.jpeg();
}

bool MakeShot::encode_instead(ShotImage& image, const domain::Frame& frame, const ShotCamera& camera,
                              std::shared_ptr<const domain::LargerPicture> larger) {
  auto made = encode(frame, camera);
  if (!made) return false;
  image.set_jpeg(std::move(made), std::move(larger));
  return true;
}

std::shared_ptr<const Jpeg> MakeShot::encode(const domain::Frame& frame, const ShotCamera& camera) {
  const auto begin = std::chrono::steady_clock::now();
  auto made = encoder_.encode(frame, camera.options.jpeg_quality, camera.account);
  encode_took_.record(std::chrono::steady_clock::now() - begin);
  if (made) return *std::move(made);
  log::warn("{}: a picture of a best shot cannot be encoded: {}", log::CameraName{camera.spec.name},
            made.error().text);
  return nullptr;
}

}  // namespace vigia::shot
