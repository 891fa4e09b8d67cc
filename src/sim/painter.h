// Paints the picture of a Scene's camera at a moment: the room, the people in it, the sensor's noise.
// Deterministic: the same scene and time give the same picture, whatever was painted before.
//
// The faces are meant to be found by real detectors (vigia_n, YuNet), as painter_test checks.
// Cost: about 1 ms a frame of 720p plus 0.5 ms per person in it; a person's first frame some ms more.
// Memory: 6 bytes per pixel, 1.5 MB per person in the picture. Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "sim/figure.h"
#include "sim/i420_image.h"
#include "sim/scene.h"

namespace vigia::sim {

class Painter {
 public:
  explicit Painter(const Scene& scene);

  // The picture at stream time t; valid until the next call.
  const I420Image& paint(Nanoseconds t);

 private:
  void paint_person(const Person& person);
  void paint_poster(const Person& person);
  void paint_paper(const domain::Box& paper);
  void put_pillar_before();
  void add_noise(Nanoseconds t);
  const PersonLayers& figure_of(const Person& person);
  void forget_who_left(const std::vector<Person>& present);

  // Constant after construction.
  const Scene scene_;
  const I420Image room_;
  std::vector<std::int8_t> noise_;  // larger than a picture: each frame takes another part of it

  I420Image canvas_;
  // By person and the face's momentary expression.
  std::map<std::pair<std::int64_t, int>, PersonLayers> figures_;
  Yuva patch_;
};

}  // namespace vigia::sim
