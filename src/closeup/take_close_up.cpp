#include "closeup/take_close_up.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/log.h"
#include "domain/boxes.h"
#include "shot/grade.h"

namespace vigia::closeup {
namespace {

using namespace std::chrono_literals;
using domain::Box;
using domain::Reason;
using domain::Sighting;

constexpr auto kLogAgain = 10min;
// After so many shots in a row the streams surely show different views; it is seldom looked for then, since
// it means decoding seconds of the main stream.
constexpr int kSurelyOther = 5;
// Two boxes are of one face if they share this part of both together, in pictures of the same moment.
constexpr float kSameFace = 0.3F;
// A picture more than this after the one that is wanted shows that it will not come any more.
constexpr auto kOnePicture = 100ms;

UtcTime::duration utc(Nanoseconds time) {
  return std::chrono::duration_cast<UtcTime::duration>(time);
}

double seconds_from(UtcTime since, UtcTime time) {
  return std::chrono::duration<double>(time - since).count();
}

const char* explain(Fallback why) {
  switch (why) {
    case Fallback::away:
      return "its main stream is not connected";
    case Fallback::gone:
      return "its main stream is not kept for long enough: raise main_stream_seconds, or the memory budget";
    case Fallback::late:
      return "its main stream is too late";
    case Fallback::other_view:
      return "the two streams show different views; let the camera send the same one in both";
    case Fallback::undecodable:
      return "the main stream cannot be decoded at that moment";
    case Fallback::busy:
      return "more shots are waiting than this machine can decode";
  }
  return "";
}

}  // namespace

bool TakeCloseUp::should_wait(const domain::ShotImage& image, const MainStream& main) const {
  const std::optional<domain::Frame> small = image.frame();
  if (!small) return false;
  const camera::KeptStream::State state = main.kept.state();
  if (!state.is_connected) return false;
  if (world_.clock.utc_now() > small->captured + kPatience) return false;
  return !state.newest || *state.newest < small->captured + utc(main.offset.window().to) + kOnePicture;
}

void TakeCloseUp::take(domain::ShotImage& image, const CloseUpCamera& camera) {
  const std::optional<domain::Frame> small = image.frame();
  if (!small) return;  // it was encoded before
  const std::uint64_t before = decoder_.pictures();
  Found found = find(*small, camera);
  camera.main.pictures_decoded += decoder_.pictures() - before;
  if (const auto* const why = std::get_if<Fallback>(&found)) return leave(image, camera, *why);
  const Moment& moment = std::get<Moment>(found);
  auto larger = faces_in(moment.frame, camera);
  if (!make_shot_.encode_instead(image, moment.frame, camera.shot, std::move(larger))) {
    return leave(image, camera, Fallback::undecodable);
  }
  ++camera.main.taken;
  tell(camera, std::nullopt);
}

void TakeCloseUp::leave(domain::ShotImage& image, const CloseUpCamera& camera, Fallback why) {
  if (!image.holds_frame()) return;
  ++camera.main.fallbacks.at(static_cast<std::size_t>(why));
  tell(camera, why);
  make_shot_.encode_early(image, camera.shot);
}

TakeCloseUp::Found TakeCloseUp::find(const domain::Frame& small, const CloseUpCamera& camera) {
  MainStream& main = camera.main;
  if (main.other_views >= kSurelyOther && world_.clock.now() < main.look_again_at)
    return Fallback::other_view;
  StreamOffset& offset = main.offset;
  Found found = search(small, camera);
  const auto* const seen = std::get_if<Moment>(&found);
  const bool is_other = seen == nullptr && std::get<Fallback>(found) == Fallback::other_view;
  main.other_views = is_other ? main.other_views + 1 : 0;
  if (main.other_views >= kSurelyOther) main.look_again_at = world_.clock.now() + kLogAgain;
  if (seen != nullptr && seen->is_distinct) offset.note(seen->frame.captured - small.captured);
  return found;
}

// Near the expected time first; farther away where it is not surely there.
TakeCloseUp::Found TakeCloseUp::search(const domain::Frame& small, const CloseUpCamera& camera) {
  StreamOffset& offset = camera.main.offset;
  const bool was_known = offset.is_known();
  Found found = look(small, camera, was_known ? offset.window() : offset.near());
  const auto* const moment = std::get_if<Moment>(&found);
  if (moment == nullptr && std::get<Fallback>(found) != Fallback::other_view) return found;
  const bool is_sure = moment != nullptr && (was_known || (moment->is_distinct && moment->is_inside));
  if (is_sure) return found;
  offset.doubt();
  return look(small, camera, offset.window());
}

TakeCloseUp::Found TakeCloseUp::look(const domain::Frame& small, const CloseUpCamera& camera,
                                     StreamOffset::Window window) {
  MainStream& main = camera.main;
  const UtcTime from = small.captured + utc(window.from), to = small.captured + utc(window.to);
  const UtcTime expected = small.captured + utc(main.offset.expected());
  auto moment = main.kept.between(from, to);
  // The ring may begin within the window: what is wanted may still be in it.
  if (!moment) moment = main.kept.between(expected, to);
  const camera::KeptStream::State state = main.kept.state();
  if (!moment) return state.is_connected ? Fallback::gone : Fallback::away;
  if (moment->packets.back().captured + kOnePicture < expected) {
    return state.is_connected ? Fallback::late : Fallback::away;
  }
  if (moment->format != std::exchange(main.format, moment->format)) main.offset.doubt();
  FindMoment find(sketch_of(small), expected);
  const Status decoded = decoder_.decode(*moment, {from, to, camera.own}, [&](const domain::Frame& frame) {
    find.look(frame);
    return true;
  });
  if (!decoded) {
    log::debug("camera '{}': {}; {} packets, {:.3f} s to {:.3f} s around the expected time",
               camera.shot.spec.name, decoded.error().text, moment->packets.size(),
               seconds_from(expected, moment->packets.front().captured),
               seconds_from(expected, moment->packets.back().captured));
    return Fallback::undecodable;
  }
  if (!find.same_view()) {
    log::debug("camera '{}': the pictures of its two streams are alike by {:.2f} at most",
               camera.shot.spec.name, find.best_likeness());
    return Fallback::other_view;
  }
  return Moment{*find.best(), find.is_distinct(), find.is_inside()};
}

std::shared_ptr<const domain::LargerPicture> TakeCloseUp::faces_in(const domain::Frame& frame,
                                                                   const CloseUpCamera& camera) {
  auto picture = std::make_shared<domain::LargerPicture>(domain::LargerPicture{frame.size, {}});
  detect::Detector* const with = detector();
  if (with == nullptr) return picture;
  const detect::SearchArea area{camera.rot.in(frame.size), camera.limits.filter_min_size};
  if (!detect::detect_fully(*with, frame, area, found_)) return picture;
  const shot::Grader grader(camera.limits);
  grader.grade_all(found_, frame, world_.min_detection_score, picture->faces);
  std::erase_if(picture->faces, [](const Sighting& face) { return face.weak; });
  return picture;
}

detect::Detector* TakeCloseUp::detector() {
  if (detector_ || detector_failed_) return detector_.get();
  auto made = make_detector_();
  if (made) {
    detector_ = *std::move(made);
  } else {
    detector_failed_ = true;
    log::warn("faces are not found again in main streams, and keep their grade: {}", made.error().text);
  }
  return detector_.get();
}

std::optional<Reason> TakeCloseUp::judge(domain::BestShot& best, const CloseUpCamera& camera) {
  const auto larger = best.image->larger();
  if (!larger) {
    const Box& box = best.sighting.detection.box;
    if (std::min(box.width, box.height) < static_cast<float>(camera.limits.filter_min_size)) {
      return Reason::too_small;
    }
    if (std::max(box.width, box.height) > static_cast<float>(camera.limits.filter_max_size)) {
      return Reason::too_large;
    }
    return std::nullopt;
  }
  const Box expected = domain::scaled(best.sighting.detection.box, best.frame_size, larger->size);
  best.frame_size = larger->size;
  best.sighting.detection.box = expected;
  best.sighting.detection.landmarks.reset();
  const auto same = std::ranges::max_element(
      larger->faces, {}, [&](const Sighting& face) { return domain::overlap(face.detection.box, expected); });
  if (same == larger->faces.end() || domain::overlap(same->detection.box, expected) < kSameFace) {
    ++camera.main.not_found_again;
    return std::nullopt;
  }
  const bool was_good = best.sighting.quality.total >= static_cast<float>(camera.limits.filter_min_quality);
  best.sighting.detection = same->detection;
  best.sighting.quality = same->quality;
  if (same->rejected == Reason::low_quality && was_good) return std::nullopt;
  return same->rejected;
}

void TakeCloseUp::tell(const CloseUpCamera& camera, std::optional<Fallback> why) {
  MainStream::Log& log = camera.main.log;
  if (log.last == why) return;
  const SteadyTime now = world_.clock.now();
  const bool was_well = !log.last.has_value();
  log.last = why;
  if (log.at && now - *log.at < kLogAgain && why && !was_well) return;
  log.at = now;
  if (why) {
    log::warn("camera '{}': best shots come from detect_url: {}", camera.shot.spec.name, explain(*why));
  } else {
    log::info("camera '{}': best shots come from its main stream again", camera.shot.spec.name);
  }
}

}  // namespace vigia::closeup
