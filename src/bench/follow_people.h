// Handles a camera's frames on one thread as the main job does: finds faces, grades and joins them, makes
// shots. The next frame is taken when the one before is finished, so a film gives the same figures each time.
//
//   FollowPeople follow(truth, camera, *detector, memory);
//   stream_camera.run(stop, follow);        // or follow.take(frame, sightings) for faces without pictures
//   follow.end();
//   use(follow.found());
//
// Threads: owner thread only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/histogram.h"
#include "bench/people_figures.h"
#include "camera/frame_sink.h"
#include "detect/detector.h"
#include "detect/motion_gate.h"
#include "domain/face_reason.h"
#include "memory/memory_manager.h"
#include "settings/settings.h"
#include "shot/grade.h"
#include "shot/make_shot.h"
#include "track/manage_tracks.h"

namespace vigia::bench {

// The outcomes of the faces of a film.
struct Found {
  std::vector<Delivered> shots;
  std::vector<Joined> joined;  // with the ids that tracks have in the end
  std::map<domain::Reason, int> not_posted;
  std::size_t frames = 0, detections = 0, tracks = 0;
};

class FollowPeople final : public camera::FrameSink {
 public:
  // All must outlive it. sure: min_detection_score; a detection below it that is in no track is not counted.
  // detector: null for faces without pictures.
  FollowPeople(const Truth& truth, const settings::CameraSettings& camera, double sure,
               detect::Detector* detector, memory::MemoryManager& memory);

  // REQUIRES: a detector. The first frame at which it fails ends the run: see error().
  void deliver(domain::Frame frame, const std::stop_token& stop) override;
  // The next frame's faces; who[i]: the person of sightings[i], if known.
  void take(const domain::Frame& frame, std::span<const domain::Sighting> sightings,
            std::span<const std::optional<int>> who);
  // No more frames come.
  void end();

  [[nodiscard]] const Found& found() const { return found_; }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  void hand_on();
  void bound_held_frames();
  void learn_who_is_one(const domain::Track& track);
  [[nodiscard]] std::uint64_t first_of(std::uint64_t track) const;

  const Truth& truth_;
  const settings::CameraSettings& camera_;
  const float sure_;
  detect::Detector* const detector_;
  Histogram encode_took_;
  shot::ShotCamera shot_camera_;
  shot::MakeShot make_shot_;
  shot::Grader grader_;
  detect::MotionGate gate_;
  track::ManageTracks tracks_;

  std::vector<domain::Box> followed_;
  std::vector<domain::Detection> detected_;
  std::vector<domain::Sighting> sightings_;
  std::vector<std::optional<int>> who_;
  std::vector<track::Finished> finished_;
  std::vector<std::shared_ptr<domain::ShotImage>> to_encode_;
  std::map<std::uint64_t, std::uint64_t> part_of_;  // a track that is part of an earlier one
  Found found_;
  std::optional<Error> error_;
};

}  // namespace vigia::bench
