// Measures what finding faces in one frame costs one thread: preparing the input from the planes, and the
// network, for both YuNets and by size.
//
//   VIGIA_MODEL_DIR=... ./dev bench detector              models of $VIGIA_MODEL_DIR, else of
//   $VIGIA_DATA/models
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

#include "detect/letterbox.h"
#include "detect/model_search.h"
#include "detect/motion_gate.h"
#include "detect/prepare_input.h"
#include "detect/yunet_network.h"
#include "memory/memory_manager.h"
#include "testing/frame_maker.h"

namespace vigia::detect {
namespace {

memory::MemoryManager& memory() {
  static memory::MemoryManager manager{memory::MemoryOptions{}};
  return manager;
}

// Noise has no flat places that a branch could profit from.
domain::Frame noise_frame(domain::Size size, domain::PixelLayout layout) {
  cv::Mat picture(size.height, size.width, CV_8UC3);
  cv::theRNG().state = 1;
  cv::randu(picture, 0, 256);
  return testing::make_frame(memory(), picture, {layout, domain::ColorRange::limited, 0});
}

std::filesystem::path model_folder() {
  const char* models = std::getenv("VIGIA_MODEL_DIR");
  if (models != nullptr && *models != '\0') return models;
  const char* data = std::getenv("VIGIA_DATA");
  return data != nullptr ? std::filesystem::path(data) / "models" : std::filesystem::path();
}

// Arguments: frame width, height, input width, height.
void BM_Prepare(benchmark::State& state, domain::PixelLayout layout) {
  const auto side = [&](int i) { return static_cast<int>(state.range(i)); };
  const domain::Frame frame = noise_frame({side(0), side(1)}, layout);
  const domain::Size input{side(2), side(3)};
  const Letterbox letterbox = fit_letterbox(clip_region({}, frame.size), input);
  InputPreparer preparer(input);
  std::vector<float> planes(3 * static_cast<std::size_t>(input.width) *
                            static_cast<std::size_t>(input.height));
  for (auto _ : state) {
    preparer.prepare(frame, letterbox, planes);
    benchmark::DoNotOptimize(planes.data());
  }
}

// A still picture, as in an empty scene: all cells are measured and compared. Arguments: width, height.
void BM_MotionGate(benchmark::State& state) {
  const domain::Frame frame = noise_frame(
      {static_cast<int>(state.range(0)), static_cast<int>(state.range(1))}, domain::PixelLayout::i420);
  MotionGate gate(0.002);
  for (auto _ : state) benchmark::DoNotOptimize(gate.where(frame, {{}, 60}, {}));
}

// Arguments: input width, height.
void BM_Infer(benchmark::State& state, const std::string& file, Precision precision) {
  if (precision == Precision::bf16 && !cpu_has_bf16()) return state.SkipWithError("this CPU has no bf16");
  const auto weights = read_yunet(model_folder() / file);
  if (!weights) return state.SkipWithError(weights.error().text.c_str());
  auto network = YunetNetwork::create(
      *weights, {static_cast<int>(state.range(0)), static_cast<int>(state.range(1))}, precision);
  if (!network) return state.SkipWithError(network.error().text.c_str());
  // Fills the input each time, as prepare() does: the network overwrites it.
  std::vector<float> planes(network->input().size());
  for (std::size_t i = 0; i < planes.size(); ++i)
    planes[i] = static_cast<float>(i * 2654435761U >> 24 & 255U);
  for (auto _ : state) {
    state.PauseTiming();
    std::ranges::copy(planes, network->input().begin());
    state.ResumeTiming();
    if (Status ran = network->run(); !ran) state.SkipWithError(ran.error().text.c_str());
  }
  state.counters["MB"] = static_cast<double>(network->memory_bytes()) / 1e6;
}

void inputs(benchmark::internal::Benchmark* bench) {
  bench->Args({320, 192})
      ->Args({320, 320})
      ->Args({640, 384})
      ->Args({640, 640})
      ->Unit(benchmark::kMillisecond);
}
void frames_and_inputs(benchmark::internal::Benchmark* bench) {
  for (const auto& frame : {std::pair{1280, 720}, {1920, 1080}}) {
    bench->Args({frame.first, frame.second, 320, 192})->Args({frame.first, frame.second, 640, 384});
  }
  // Ratios that are not whole, such as two and a half; and enlarging.
  bench->Args({640, 480, 320, 192})->Args({1920, 1080, 320, 320})->Args({320, 180, 640, 384});
  bench->Unit(benchmark::kMillisecond);
}

BENCHMARK_CAPTURE(BM_Prepare, i420, domain::PixelLayout::i420)->Apply(frames_and_inputs);
BENCHMARK_CAPTURE(BM_Prepare, nv12, domain::PixelLayout::nv12)->Apply(frames_and_inputs);
BENCHMARK_CAPTURE(BM_Infer, yunet_s_f32, std::string("face_detection_yunet_2023mar.onnx"), Precision::f32)
    ->Apply(inputs);
BENCHMARK_CAPTURE(BM_Infer, yunet_s_bf16, std::string("face_detection_yunet_2023mar.onnx"), Precision::bf16)
    ->Apply(inputs);
BENCHMARK_CAPTURE(BM_Infer, yunet_n_f32, std::string("yunet_n_640_640.onnx"), Precision::f32)->Apply(inputs);
BENCHMARK_CAPTURE(BM_Infer, yunet_n_bf16, std::string("yunet_n_640_640.onnx"), Precision::bf16)
    ->Apply(inputs);
BENCHMARK(BM_MotionGate)->Args({1280, 720})->Args({1920, 1080})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vigia::detect

BENCHMARK_MAIN();
