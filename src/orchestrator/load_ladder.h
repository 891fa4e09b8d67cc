// The levels at which faces can be looked for, the most thorough first, and what each would ask of this
// machine: the arithmetic behind detector.input: auto (here) and detector.on_overload (load_control.h).
//
//   ladder:  from the largest size down to 320x192, each frame looked at; then 320x192 with every 2nd, 3rd,
//            4th, 6th and 8th frame. The cascade knows no sizes: steps only.
//
// Threads: values and pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "domain/geometry.h"
#include "settings/settings.h"

namespace vigia::orchestrator {

struct Level {
  domain::Size input;   // 0x0: the cascade
  int step = 1;         // looks at every Nth frame
  Nanoseconds cost{1};  // of looking at one frame, as measured on this machine; counts only beside others'

  [[nodiscard]] std::string text() const;        // "640x384", "320x192 every 2nd frame"
  [[nodiscard]] std::string input_text() const;  // "640x384", "the cascade"
  // Worker time that a camera's frame costs on average, beside other levels'.
  [[nodiscard]] double weight() const noexcept { return static_cast<double>(cost.count()) / step; }
};

struct Machine {
  int workers = 1;
  int cores = 1;
};

// Seconds of CPU that are used in each second: by workers, and by all else, mostly the cameras' threads.
struct Work {
  double look = 0;
  double rest = 0;
  double busiest = 0;  // of look, for that one camera that needs most: never two workers at once
};

// The share of the machine that a level may use, both where auto chooses and where there is a way up: else
// what the one chose the other would never come back to.
inline constexpr double kUseMax = 0.9;

// The share of the machine's time that it takes: of the workers', or of the cores', which workers and
// cameras share, or of the one worker that a camera has at a time, whichever is greatest. Above 1: too much.
double use_of(const Machine& machine, const Work& work) noexcept;

// The cameras, as far as they say how much there is to do.
struct Crowd {
  int live = 0;           // their frames come as time passes
  double looks = 0;       // sum over them of 1 / detector_step
  double most_looks = 0;  // of one of them
  double decodes = 0;     // sum over them of a frame's pixels, by those of 720p; 1 where it is not known yet
  int others = 0;         // they wait for the workers, or are played faster than in real time
  int least_face = 60;    // the least filter_min_size of all, pixels
};
Crowd crowd_of(std::span<const settings::CameraSettings> cameras, const settings::CameraSettings& defaults);
// Frames come as time passes, and may be dropped.
bool is_live(const settings::CameraSettings& camera) noexcept;

// Sizes that auto may choose from, the largest first. Beyond 640x384 only where smaller faces than the
// default of 60 pixels are wanted, below 40 and below 25. Frames of 720p are assumed here, where larger
// inputs else find only faces that are not posted. In frames of that width a face of 60 pixels is 30 in an
// input of 640, in 1080p 20, about the least that is found, and in 4K 10: for small faces in such frames
// detector.input must be set.
std::vector<domain::Size> auto_inputs(int least_face);
// Sizes for detector.input as set, and below it what overload may lead to.
std::vector<domain::Size> reduced_inputs(domain::Size input);
// Appends the steps below the last level.
void add_steps(std::vector<Level>& ladder);

// The most thorough level without a step that these cameras would keep at most 90 % busy, else the last
// one; before any camera is known, and nothing can be reckoned, 640x384. Of each live camera 30 frames a
// second are assumed, and 2 ms to decode one of 720p, more or less for others by their pixels
// (Crowd::decodes). REQUIRES: the ladder is not empty.
struct Choice {
  std::size_t level = 0;
  std::string why;  // for the log: "640x384: 8 cameras would keep 2 workers 78 % busy; ..."
};
Choice choose_level(std::span<const Level> ladder, const Crowd& crowd, const Machine& machine);

}  // namespace vigia::orchestrator
