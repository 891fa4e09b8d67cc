// Describes which faces are found and which are missed at a level: for `vigia check`, the log and the
// summary. Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "load/load_ladder.h"
#include "pipeline/pipeline_options.h"

namespace vigia::load {

struct FaceReach {
  domain::Size input;
  int smallest_face = 0;  // the smallest that is found, in pixels of the camera's frame
  bool misses = false;    // misses faces that the camera needs
};
FaceReach reach_of(const Level& level, const CameraNeed& want);

// "input 960x544: faces from 48 pixels are found (filter_min_size 60)", or "input 640x384: faces below 72
// pixels are mostly missed, and filter_min_size is 60".
std::string reach_text(const Level& level, const CameraNeed& want);
// What the user can do if faces are missed at that level. is_auto: detector.input is auto.
std::string advice(const Level& level, const CameraNeed& want, bool is_auto);

// "faces are mostly missed at hall below 72 pixels (filter_min_size 60) and 3 others"; empty: at no
// camera whose frames are known.
std::string missed_text(const Level& level, const Demand& demand);

// For `vigia check`, which runs no camera: the level that would be chosen for these cameras, and the faces
// that each camera would then find.
struct DetectionEstimate {
  LookCosts costs;
  Machine machine;
};
struct CameraOutlook {
  struct Camera {
    std::string reach,
        advice;  // advice: if faces are missed; both empty: the size of its frames is not known
  };
  std::string choice;  // with detector.input: auto, why
  std::vector<Camera> cameras;
};
// defaults: for cameras that are still to come. frames: size of each camera's; 0x0: not known.
CameraOutlook outlook_of(const DetectionEstimate& reckoning,
                         std::span<const pipeline::CameraSettings> cameras,
                         const pipeline::CameraSettings& defaults, std::span<const domain::Size> frames);

}  // namespace vigia::load
