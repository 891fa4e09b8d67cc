// What a scrape of many cameras costs: the text of /metrics and the JSON of /api/v1/cameras, made from a
// snapshot that is at hand, as bytes and milliseconds on the server's thread.
//
//   ./dev bench scrape
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "memory/memory_manager.h"
#include "web/answers.h"
#include "web/metrics.h"

namespace vigia::web {
namespace {

status::CameraStatus camera_of(int number) {
  status::CameraStatus camera;
  camera.name = fmt::format("site {:02} door {:03}", number / 40, number);
  camera.state = number % 50 == 0 ? "INTERRUPTED" : "INPROGRESS";
  camera.is_online = number % 50 != 0;
  camera.decoder = "software";
  camera.frames_decoded = 2'000'000 + static_cast<std::uint64_t>(number);
  camera.frames_processed = camera.frames_decoded - 1000;
  camera.faces_detected = 100'000;
  camera.tracks_closed = 9'000;
  camera.faces_posted = 7'000;
  camera.faces_not_posted = {{"too_small", 1500}, {"low_quality", 400}, {"not_moving", 100}};
  camera.signal = {.is_live = true, .key_interval = std::chrono::seconds(2), .brightness = 0.4};
  camera.frame_width = 1280;
  camera.frame_height = 720;
  return camera;
}

class Cameras {
 public:
  explicit Cameras(int count) {
    for (int i = 0; i < count; ++i) snapshot_.cameras.push_back(camera_of(i));
    snapshot_.outbox.routes = {{"findface", 3, std::chrono::seconds(4)}};
    snapshot_.routes = {status::RouteStatus{.name = "findface"}};
  }
  CurrentState& state() { return state_; }
  const World& world() { return world_; }

 private:
  memory::MemoryManager memory_{memory::MemoryOptions{}};
  status::Snapshot snapshot_;
  const World world_{.snapshot = [this] { return snapshot_; },
                     .live_view = [](std::string_view) { return nullptr; },
                     .housekeeping = [] { return system_clock().now(); },
                     .memory = memory_,
                     .clock = system_clock(),
                     .ledger_path = {},
                     .settings_json = "{}",
                     .version = "1"};
  CurrentState state_{world_};
};

template <class Make>
void answer(benchmark::State& state, const Make& make) {
  Cameras cameras(static_cast<int>(state.range(0)));
  std::size_t bytes = 0;
  for (auto _ : state) bytes = make(cameras).size();
  state.counters["bytes"] = static_cast<double>(bytes);
}

void metrics_text(benchmark::State& state) {
  const ServerCounters server;
  answer(state, [&](Cameras& of) { return Metrics(of.state(), server, of.world()).text(); });
}
void cameras_answer(benchmark::State& state) {
  answer(state, [](Cameras& of) { return dump(cameras_json(of.state().now(), of.state())); });
}

BENCHMARK(metrics_text)->Arg(8)->Arg(64)->Arg(1000)->Unit(benchmark::kMillisecond);
BENCHMARK(cameras_answer)->Arg(8)->Arg(64)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vigia::web

BENCHMARK_MAIN();
