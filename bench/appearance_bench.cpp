// Measures the cost of a view of one face, by its size, and of one difference of five views against five.
//
//   ./dev bench appearance
#include <benchmark/benchmark.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "appearance/difference.h"
#include "memory/memory_manager.h"
#include "testing/frame_maker.h"

namespace vigia::appearance {
namespace {

memory::MemoryManager& memory_manager() {
  static memory::MemoryManager manager{{.gc_interval = 5, .budget_bytes = 1_GiB}};
  return manager;
}

// Noise with structure of all sizes, so that no branch is guessed for nothing.
domain::Frame frame_of_noise(domain::PixelLayout layout) {
  cv::Mat bgr(1080, 1920, CV_8UC3, cv::Scalar::all(0));
  for (const int cells : {8, 60, 480}) {
    cv::Mat coarse(cells * 9 / 16, cells, CV_8UC3), fine;
    cv::randu(coarse, cv::Scalar::all(0), cv::Scalar::all(85));
    cv::resize(coarse, fine, bgr.size(), 0, 0, cv::INTER_CUBIC);
    bgr += fine;
  }
  return testing::make_frame(memory_manager(), bgr, {.layout = layout});
}

domain::Detection face_of(float width) {
  const domain::Box box{700, 80, width, 1.25F * width};
  const auto at = [&](float x, float y) {
    return domain::Point{box.left + x * box.width, box.top + y * box.height};
  };
  return {
      box, 0.9F,
      domain::Landmarks{at(0.3F, 0.4F), at(0.7F, 0.4F), at(0.5F, 0.6F), at(0.35F, 0.78F), at(0.65F, 0.78F)}};
}

void describe_one(benchmark::State& state) {
  const domain::Frame frame =
      frame_of_noise(state.range(1) != 0 ? domain::PixelLayout::nv12 : domain::PixelLayout::i420);
  const std::vector<domain::Detection> faces{face_of(static_cast<float>(state.range(0)))};
  View view;
  for (auto _ : state) {
    benchmark::DoNotOptimize(describe(frame, faces, 0, view));
    benchmark::DoNotOptimize(view.face.data());
  }
}
BENCHMARK(describe_one)
    ->ArgNames({"face", "nv12"})
    ->ArgsProduct({{20, 50, 100, 200, 300}, {0, 1}})
    ->Unit(benchmark::kMicrosecond);

void difference_of_fives(benchmark::State& state) {
  const domain::Frame frame = frame_of_noise(domain::PixelLayout::i420);
  Views a, b;
  for (int i = 0; i < 10; ++i) {
    const std::vector<domain::Detection> faces{face_of(80 + 8 * static_cast<float>(i))};
    View view;
    if (describe(frame, faces, 0, view)) (i % 2 == 0 ? a : b).add(view);
  }
  for (auto _ : state) benchmark::DoNotOptimize(difference(a, b));
}
BENCHMARK(difference_of_fives)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace vigia::appearance

BENCHMARK_MAIN();
