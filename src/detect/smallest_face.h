// How large a face must be to be found, and which input of the detector that takes.
//
//   input_for({3840, 2160}, 60)                  // 960x544: a face of 60 pixels is 15 there
//   smallest_face({3840, 2160}, {640, 384})      // 72: smaller ones are mostly missed
//
// A face's size is the shorter side of its box, as filter_min_size has it. Everything is about the part of a
// frame that is looked at: of `rot`, where there is one, a face has more pixels in the same input.
// The network sees the same thing at every input, so what counts is a face's pixels there. The constant is
// measured (bench/face_size_bench.cpp, a table is in README.md), with both published models, and with the
// built-in one, which needs larger faces.
// Threads: pure functions.
#pragma once

#include <array>

#include "domain/geometry.h"

namespace vigia::detect {

// Pixels of the input at which 95 % of labelled faces are found in a single frame, also blurred, noisy and
// compressed as a camera's are.
inline constexpr int kFaceInInput = 12;
inline constexpr int kFaceInInputOfVigiaN = 18;

// What auto and overload choose from, the least first.
inline constexpr std::array kInputs{domain::Size{320, 192},  domain::Size{480, 288},
                                    domain::Size{640, 384},  domain::Size{960, 544},
                                    domain::Size{1280, 736}, domain::Size{1920, 1088}};

// The inputs that a detector may take, by what is wanted of each frame; equal: that one alone.
struct InputRange {
  domain::Size least, most;
  bool operator==(const InputRange&) const = default;
};

[[nodiscard]] constexpr int area(domain::Size size) noexcept {
  return size.width * size.height;
}
// By area.
[[nodiscard]] domain::Size clamp(domain::Size input, const InputRange& range) noexcept;

// The smallest face that is found, pixels of the frame, rounded up. in_input: how many it has to have in the
// input, YunetWeights::face_in_input(). REQUIRES: no size is empty.
[[nodiscard]] int smallest_face(domain::Size looked_at, domain::Size input,
                                int in_input = kFaceInInput) noexcept;

// The least of kInputs with which faces of that size are found; the largest where none is enough.
[[nodiscard]] domain::Size input_for(domain::Size looked_at, int least_face,
                                     int in_input = kFaceInInput) noexcept;

}  // namespace vigia::detect
