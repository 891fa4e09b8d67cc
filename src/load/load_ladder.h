// The levels at which faces can be searched for, the most thorough first, and what each would cost this
// machine: the arithmetic behind detector.input: auto (here) and detector.on_overload (load_control.h).
//
//   auto ladder = ladder_for(costs, demand);
//   Choice choice = choose_level(ladder, demand, machine);
//
// Levels that lose least come first. With auto each camera has an input of its own: 640x384, or the larger
// one that faces of its filter_min_size need in frames of its size (detect/smallest_face.h).
//   1. Smaller inputs, down to 320x192, as far as each camera still finds its smallest faces.
//   2. Every 2nd and 3rd frame.
//   3. Still smaller inputs: now the smallest faces of some cameras are missed.
//   4. Every 4th, 6th and 8th frame.
//   5. Pictures that no other refers to are not decoded.
//   6. Of cameras with nobody in view only key frames are decoded, where their packets tell if somebody
//   comes.
// If detector.input is set, all cameras start with that input; the order is the same.
//
// Threads: values and pure functions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "detect/smallest_face.h"
#include "domain/decoding.h"
#include "domain/geometry.h"
#include "pipeline/pipeline_options.h"

namespace vigia::load {

struct Level {
  domain::Size input;       // the largest that a camera has
  int step = 1;             // searches every Nth frame
  Nanoseconds cost{1};      // of searching one frame on this machine, on average over the cameras
  domain::Size least{};     // the smallest that a camera has; 0x0: all have the same
  Nanoseconds max_cost{0};  // of searching one frame with the largest input; 0: as cost
  int face_in_input = detect::kFaceInInput;  // the detector's
  domain::Decoding decoding = domain::Decoding::all;

  [[nodiscard]] std::string text() const;        // "640x384", "320x192 every 2nd frame"
  [[nodiscard]] std::string input_text() const;  // "640x384", "640x384 to 960x544"
  [[nodiscard]] detect::InputRange inputs() const noexcept {
    return {least == domain::Size{} ? input : least, input};
  }
  [[nodiscard]] bool looks_as(const Level& other) const noexcept {
    return step == other.step && inputs() == other.inputs() && decoding == other.decoding;
  }
  // Worker time per decoded frame, to compare levels: the average over the cameras, and that of the camera
  // whose frames are the most expensive.
  [[nodiscard]] double weight() const noexcept { return static_cast<double>(cost.count()) / step; }
  [[nodiscard]] double max_weight() const noexcept {
    return static_cast<double>(std::max(cost, max_cost).count()) / step;
  }
};

struct Machine {
  int workers = 1;
  int cores = 1;
};

// CPU seconds used per second: by workers, and by everything else, mostly the cameras' threads.
struct Work {
  double look = 0;
  double rest = 0;
  double busiest = 0;  // the part of look for the camera that needs most: it never has two workers at once
};

// The share of the machine that a level may use, both when auto chooses and on the way up: with two limits
// the way up might never get back to auto's choice.
inline constexpr double kUseMax = 0.9;

// The share of the machine's time that this work takes: of the workers', or of the cores', which workers and
// cameras share, or of the one worker that a camera has at a time, whichever is greatest. Above 1: too much.
double use_of(const Machine& machine, const Work& work) noexcept;

// Which faces a camera needs to find, in which frames.
struct CameraNeed {
  std::string name;
  domain::Size looked_at{1280, 720};  // the searched part of its frames: all, or `rot`
  bool is_known = false;              // a frame has come; else the size is assumed
  int least_face = 60;                // filter_min_size
  double looks = 1;                   // 1 / detector_step; 0: it waits for the workers
};

// How much work the cameras bring.
struct Demand {
  int live = 0;                   // their frames come as time passes
  double looks = 0;               // sum over them of 1 / detector_step
  double most_looks = 0;          // of one of them
  double decodes = 0;             // sum over them of a frame's pixels, relative to 720p; 1 if not known
  int others = 0;                 // cameras that wait for the workers, or are played faster than real time
  std::vector<CameraNeed> needs;  // of all active cameras; none: a camera of 720p is assumed
};
// frame: 0x0: not known yet.
CameraNeed need_of(const pipeline::CameraSettings& camera, domain::Size frame);
// frames: size of each camera's frames, 0x0: not known yet; empty: none is known. defaults: for cameras that
// are still to come.
Demand demand_of(std::span<const pipeline::CameraSettings> cameras, const pipeline::CameraSettings& defaults,
                 std::span<const domain::Size> frames = {});

// The inputs that may be needed: with auto those of detect/smallest_face.h, else the one that is set and,
// with reduce, those of 640x384 and less below it.
struct LookCosts {
  struct Cost {
    domain::Size input;
    Nanoseconds cost{1};  // of searching one frame, as measured on this machine
  };
  std::vector<Cost> each;
  domain::Size set;                          // detector.input; 0x0: auto
  bool reduces = true;                       // detector.on_overload
  int face_in_input = detect::kFaceInInput;  // the detector's: detect/smallest_face.h

  [[nodiscard]] bool has(domain::Size input) const;
  [[nodiscard]] Nanoseconds of(domain::Size input) const;
};
std::vector<domain::Size> inputs_for(domain::Size set, bool reduces);

// Never empty. REQUIRES: a cost of the input that is set, if one is. Without reduce no level has a step; if
// an input is set, there is then only one level.
std::vector<Level> ladder_for(const LookCosts& costs, const Demand& demand);

// The input with which that camera's frames are searched.
domain::Size input_of(const Level& level, const CameraNeed& want);

// Returns the most thorough level without a step at which the machine would be at most 90 % busy, else the
// last before a step; while no camera is known, 640x384. It assumes 30 frames a second of each live camera,
// and 2 ms to decode one of 720p, more or less for others by their pixels (Demand::decodes). REQUIRES: the
// ladder is not empty.
struct Choice {
  std::size_t level = 0;
  std::string why;  // for the log: "640x384: 8 cameras would keep 2 workers 78 % busy; ..."
};
Choice choose_level(std::span<const Level> ladder, const Demand& demand, const Machine& machine);

}  // namespace vigia::load
