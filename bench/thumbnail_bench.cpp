// Measures the cost of thumbnails: taking one, its JPEG, and a frame's tracking with and without them, for a
// person who walks up to the camera.
//
//   ./dev bench thumbnail
#include <benchmark/benchmark.h>

#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

#include "memory/memory_manager.h"
#include "shot/jpeg_encoder.h"
#include "testing/frame_maker.h"
#include "track/manage_tracks.h"
#include "track/take_thumbnail.h"

namespace vigia {
namespace {

memory::MemoryManager& memory_manager() {
  static memory::MemoryManager manager{{.gc_interval = 5, .budget_bytes = 1_GiB}};
  return manager;
}

domain::Frame frame_of_noise() {
  cv::Mat bgr(720, 1280, CV_8UC3);
  cv::randu(bgr, cv::Scalar::all(0), cv::Scalar::all(255));
  return testing::make_frame(memory_manager(), bgr, {.layout = domain::PixelLayout::nv12});
}

domain::Sighting face(float side, float quality) {
  domain::Sighting sighting;
  sighting.detection.box = {300, 100, side, side * 1.3F};
  sighting.quality.total = quality;
  return sighting;
}

void take(benchmark::State& state) {
  const domain::Frame frame = frame_of_noise();
  const domain::Sighting seen = face(static_cast<float>(state.range(0)), 0.5F);
  domain::Thumbnail thumbnail;
  for (auto _ : state) {
    track::take_thumbnail(frame, seen, thumbnail);
    benchmark::DoNotOptimize(thumbnail.samples.data());
  }
}
BENCHMARK(take)->ArgName("face")->Arg(40)->Arg(100)->Arg(300);

void encode(benchmark::State& state) {
  domain::Thumbnail thumbnail;
  track::take_thumbnail(frame_of_noise(), face(100, 0.5F), thumbnail);
  shot::JpegEncoder encoder(memory_manager());
  for (auto _ : state) benchmark::DoNotOptimize(encoder.encode(thumbnail));
}
BENCHMARK(encode);

// 250 frames of one person, whose face grows from 40 to 240 pixels while its quality wavers.
void follow(benchmark::State& state) {
  const domain::Frame picture = frame_of_noise();
  const auto account =
      state.range(0) != 0 ? memory_manager().budget().open("gate", memory::Kind::shots) : nullptr;
  std::vector<track::Finished> out;
  for (auto _ : state) {
    track::ManageTracks tracks({}, 0.1, 0, account);
    for (int i = 0; i < 250; ++i) {
      domain::Frame frame = picture;
      frame.stream_time = Nanoseconds(40'000'000) * i;
      const float quality = 0.4F + 0.2F * std::sin(static_cast<float>(i) / 5);
      tracks.update(frame, std::vector{face(40 + 0.8F * static_cast<float>(i), quality)}, out);
    }
    tracks.close_all(out);
    out.clear();
  }
  state.counters["per_frame"] = benchmark::Counter(250.0 * static_cast<double>(state.iterations()),
                                                   benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(follow)->ArgName("thumbnails")->Arg(0)->Arg(1);

}  // namespace
}  // namespace vigia

BENCHMARK_MAIN();
