// How large a face must be to be found, and which input of the detector it needs.
//
//   input_for({3840, 2160}, 60)                  // 960x544: a face of 60 pixels is 15 there
//   smallest_face({3840, 2160}, {640, 384})      // 72: smaller ones are mostly missed
//
// A face's size is the shorter side of its box, as for filter_min_size. `looked_at` is the searched part of a
// frame: with `rot` a face covers more pixels of the same input. The network is the same for every input, so
// what counts is how many of its pixels a face covers. The constant was measured (bench/face_size_bench.cpp,
// table in README.md) with both published models, and with the built-in one, which needs larger faces.
// Threads: pure functions.
#pragma once

#include <array>

#include "domain/geometry.h"

namespace vigia::detect {

// Pixels of the input at which 95 % of labelled faces are found in a single frame, also blurred, noisy and
// compressed as a camera's are.
inline constexpr int kFaceInInput = 12;
inline constexpr int kFaceInInputOfVigiaN = 18;

// The inputs that auto and overload choose from, smallest first.
inline constexpr std::array kInputs{domain::Size{320, 192},  domain::Size{480, 288},
                                    domain::Size{640, 384},  domain::Size{960, 544},
                                    domain::Size{1280, 736}, domain::Size{1920, 1088}};

// The range of inputs that a detector may choose from for each frame; equal: that one only.
struct InputRange {
  domain::Size least, most;
  bool operator==(const InputRange&) const = default;
};

[[nodiscard]] constexpr int area(domain::Size size) noexcept {
  return size.width * size.height;
}
// By area.
[[nodiscard]] domain::Size clamp(domain::Size input, const InputRange& range) noexcept;

// The smallest face that is found, in pixels of the frame, rounded up. in_input: pixels of the input that a
// face must cover, YunetWeights::face_in_input(). REQUIRES: no size is empty.
[[nodiscard]] int smallest_face(domain::Size looked_at, domain::Size input,
                                int in_input = kFaceInInput) noexcept;

// The smallest of kInputs that finds faces of that size; the largest if none is enough.
[[nodiscard]] domain::Size input_for(domain::Size looked_at, int least_face,
                                     int in_input = kFaceInInput) noexcept;

}  // namespace vigia::detect
