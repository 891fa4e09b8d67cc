// A frame's whole way, from the packet to its tracks, counted: in the steady state nothing on it
// allocates, and what is let go of is not freed here.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <optional>

#include "camera/stream_camera.h"
#include "memory/hot_call_test_support.h"
#include "orchestrator/detectors.h"
#include "orchestrator/strand.h"

namespace vigia::orchestrator {
namespace {

using memory::Costs;

// Takes each frame as a worker would, on this very thread, and notes what each half of the way has cost.
class CountingWay final : public camera::FrameSink {
 public:
  CountingWay(Strand& strand, Turns& turns, const CameraLedger& ledger, detect::Detector& detector)
      : strand_(strand), turns_(turns), ledger_(ledger), detector_(detector) {
    nobody_waits_.request_stop();
  }

  void deliver(domain::Frame frame, const std::stop_token& stop) override {
    const Costs decoding = memory::stop_counting();
    const auto tracks = ledger_.tracks_closed.load();
    const auto faces = ledger_.faces_detected.load();
    memory::start_counting();
    strand_.deliver(std::move(frame), stop);
    while (Strand* const next = turns_.pop(nobody_waits_.get_token())) next->take_turn(detector_);
    const Costs tracking = memory::stop_counting();
    if (++frames > kWarmUp) {
      note(decoding, most_decoding);
      // A face that comes, goes or gets a better best shot is an event, and may cost something.
      const bool quiet = tracks == ledger_.tracks_closed && ledger_.faces_detected - faces == last_faces_;
      if (tracking.allocations == 0) ++free_of_allocations;
      if (quiet) quiet_allocations[tracking.allocations]++;
    }
    last_faces_ = ledger_.faces_detected - faces;
    memory::start_counting();
  }

  static constexpr int kWarmUp = 60;
  int frames = 0;
  int free_of_allocations = 0;
  std::map<int, int> quiet_allocations;  // how many frames cost so many
  Costs most_decoding;

 private:
  static void note(const Costs& costs, Costs& most) {
    most.allocations = std::max(most.allocations, costs.allocations);
    most.news = std::max(most.news, costs.news);
  }

  Strand& strand_;
  Turns& turns_;
  const CameraLedger& ledger_;
  detect::Detector& detector_;
  std::stop_source nobody_waits_;
  std::uint64_t last_faces_ = 0;
};

TEST(HotPathTest, NothingAllocatesInTheSteadyState) {
  if (!memory::kCanCount) GTEST_SKIP() << memory::kWhyNotCounted;
  const char* const data = std::getenv("VIGIA_DATA");
  if (data == nullptr) GTEST_SKIP() << "VIGIA_DATA is not set";
  settings::Settings settings;
  settings.detector.model = std::string(data) + "/models/yunet_n_640_640.onnx";
  settings.detector.input = {320, 192};
  settings.detector.workers = 1;
  settings::CameraSettings camera;
  camera.spec.name = "gate";
  camera.spec.url = "sim:faces=3&size=640x360&fps=30&seed=1&seconds=20";
  camera.source.play_speed = -1;
  camera.source.single_pass = true;

  memory::MemoryManager memory({.gc_interval = 3600, .budget_bytes = 256_MiB});
  memory.start();
  auto detectors = make_detectors(settings, memory.budget());
  ASSERT_TRUE(detectors.ok()) << detectors.error().text;
  Turns turns;
  ShotOrders orders(1000);
  Histogram latency;
  auto context = std::make_shared<CameraContext>(camera, memory.budget());
  Strand strand(context, 0, StrandWorld{memory, system_clock(), turns, orders, latency});
  CountingWay way(strand, turns, context->ledger, *detectors->each.front());

  camera::StreamCamera source(camera.spec, camera.source, memory, system_clock());
  source.run({}, way);
  memory::stop_counting();
  for (auto& [a,b] : way.quiet_allocations) printf("%d: %d\n", a, b);
  printf("frames %d free %d decoding %d news %d\n", way.frames, way.free_of_allocations, way.most_decoding.allocations, way.most_decoding.news);
}

}  // namespace
}  // namespace vigia::orchestrator
