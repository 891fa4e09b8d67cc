// Measures the cost of grading a face: src/shot/grade.h, for faces of several sizes, with and without
// landmarks.
//
//   ./dev bench grade
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "shot/grade.h"

namespace vigia::shot {
namespace {

constexpr domain::Size kFrame{3840, 2160};

// A pattern of many brightnesses: the cost does not depend on it, but the compiler cannot know that.
std::vector<std::uint8_t> pattern() {
  std::vector<std::uint8_t> luma(static_cast<std::size_t>(kFrame.width) * kFrame.height);
  std::uint32_t state = 1;
  for (auto& pixel : luma) {
    state = state * 1664525U + 1013904223U;
    pixel = static_cast<std::uint8_t>(state >> 24U);
  }
  return luma;
}

domain::Detection face(float width, bool with_landmarks) {
  const float height = 1.3F * width;
  domain::Detection face{{801.3F, 402.7F, width, height}, 0.9F, std::nullopt};
  const auto at = [&](float x, float y) {
    return domain::Point{face.box.left + x * width, face.box.top + y * height};
  };
  if (with_landmarks)
    face.landmarks = {at(0.28F, 0.4F), at(0.73F, 0.41F), at(0.5F, 0.6F), at(0.32F, 0.77F), at(0.7F, 0.78F)};
  return face;
}

void grade_face(benchmark::State& state) {
  const std::vector<std::uint8_t> luma = pattern();
  domain::Frame frame;
  frame.planes[0] = {luma.data(), kFrame.width};
  frame.size = kFrame;
  const Grader grader(ShotOptions{});
  const domain::Detection detection = face(static_cast<float>(state.range(0)), state.range(1) != 0);
  for (auto _ : state) {
    auto sighting = grader.grade(detection, frame);
    benchmark::DoNotOptimize(sighting);
  }
}
BENCHMARK(grade_face)->ArgNames({"width", "landmarks"})->ArgsProduct({{30, 100, 300, 1500}, {0, 1}});

}  // namespace
}  // namespace vigia::shot

BENCHMARK_MAIN();
