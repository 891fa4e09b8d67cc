// Counts allocations on a frame's whole way, from the packet to its tracks: in the steady state none of our
// code allocates.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

#include "camera/stream_camera.h"
#include "load/detectors.h"
#include "memory/hot_call_test_support.h"
#include "pipeline/strand.h"
#include "testing/data.h"

namespace vigia::tests {
namespace {

using memory::Costs;
using pipeline::CameraContext;
using pipeline::LoadMeter;
using pipeline::RunQueue;
using pipeline::ShotOrders;
using pipeline::StageLatency;
using pipeline::Strand;
using pipeline::StrandWorld;

// The allocations of one part of the way, frame by frame.
struct CallCosts {
  int most = 0;  // allocations in all
  int ours = 0;  // frames for which code of ours allocated
  void note(const Costs& costs) {
    most = std::max(most, costs.allocations);
    if (costs.ours > 0) ++ours;
  }
};

// The real detector, counted apart: oneDNN allocates its own book-keeping at every call.
class CountedDetector final : public detect::Detector {
 public:
  explicit CountedDetector(detect::Detector& real) : real_(real) {}

  Status detect(const domain::Frame& frame, const detect::SearchArea& view,
                std::vector<domain::Detection>& found) override {
    before = memory::stop_counting();
    memory::start_counting();
    Status status = real_.detect(frame, view, found);
    inside = memory::stop_counting();
    memory::start_counting();
    faces = found.size();
    return status;
  }
  [[nodiscard]] std::string name() const override { return real_.name(); }

  Costs before, inside;  // of the frame at hand
  std::size_t faces = 0;

 private:
  detect::Detector& real_;
};

// Handles each frame as a worker would, on this thread, and records the cost of each part of the way.
class CountedPath final : public camera::FrameSink {
 public:
  CountedPath(Strand& strand, RunQueue& turns, detect::Detector& detector)
      : strand_(strand), run_queue_(turns), detector_(detector) {
    nobody_waits_.request_stop();
  }

  void deliver(domain::Frame frame, const std::stop_token& stop) override {
    const Costs until_here = memory::stop_counting();
    const std::size_t faces_before = detector_.faces;
    memory::start_counting();
    strand_.deliver(std::move(frame), stop);
    work();
    Costs after = memory::stop_counting();
    after.allocations += detector_.before.allocations;
    if (++frames > kWarmUp) {
      decoding.note(until_here);
      detecting.note(detector_.inside);
      // A face that comes, goes or gives a better best shot is an event: its few small objects are new.
      after.allocations == 0 ? ++free_frames : ++frames_with_events;
      faces += faces_before;
    }
    if (frames == kFrames) enough.request_stop();
    memory::start_counting();
  }

  void work() {
    while (Strand* const next = run_queue_.pop(nobody_waits_.get_token())) next->take_turn(detector_);
  }

  static constexpr int kWarmUp = 60;
  static constexpr int kFrames = 460;
  std::stop_source enough;
  int frames = 0, free_frames = 0, frames_with_events = 0;
  std::size_t faces = 0;
  CallCosts decoding, detecting;

 private:
  Strand& strand_;
  RunQueue& run_queue_;
  CountedDetector detector_;
  std::stop_source nobody_waits_;
};

class HotPathTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!memory::kCanCount) GTEST_SKIP() << memory::kWhyNotCounted;
    NEED_DATA();
    data_ = vigia::testing::data_folder();
    options_.model = data_ + "/models/yunet_n_640_640.onnx";
    options_.input = {320, 192};
    options_.workers = 1;
    camera_.spec.name = "gate";
    camera_.spec.url = "file:" + data_ + "/clips/one-by-one-person-detection.mp4";
    camera_.source.play_speed = -1;
    memory_.start();
  }

  std::string data_;
  detect::DetectorOptions options_;
  pipeline::CameraSettings camera_;
  memory::MemoryManager memory_{{.gc_interval = 0.5, .budget_bytes = 256_MiB}};
  RunQueue run_queue_;
  ShotOrders orders_{1000};
  StageLatency latency_;
  LoadMeter load_;
};

TEST_F(HotPathTest, NothingOfOursAllocatesInTheSteadyState) {
  auto detectors =
      load::make_detectors(options_, load::demand_of({}, pipeline::CameraSettings()), memory_.budget());
  ASSERT_TRUE(detectors.ok()) << detectors.error().text;
  auto context = std::make_shared<CameraContext>(camera_, memory_.budget(), true);  // with thumbnails
  Strand strand(context, 0, StrandWorld{memory_, system_clock(), run_queue_, orders_, latency_, load_});
  CountedPath way(strand, run_queue_, *detectors->each.front());
  camera::StreamCamera source(camera_.spec, camera_.source, memory_, system_clock());
  source.run(way.enough.get_token(), way);
  memory::stop_counting();
  EXPECT_EQ(way.frames, CountedPath::kFrames);
  EXPECT_GT(way.faces, 50U) << "the clip had no faces";
  EXPECT_EQ(way.decoding.ours, 0);
  EXPECT_LE(way.decoding.most, 120) << "FFmpeg's nodes were 52 at most";
  EXPECT_LE(way.detecting.ours, 4) << "more than lists that grow to a new maximum";
  // Each track may cost a frame when it begins, when it is settled, and when it ends.
  strand.end();
  way.work();
  const auto tracks = static_cast<int>(context->counters.tracks_closed.load());
  EXPECT_LE(way.frames_with_events, 3 * tracks);
  EXPECT_LE(way.frames_with_events, (way.free_frames + way.frames_with_events) / 8);
  // Not ours: FFmpeg's reference nodes (C), oneDNN's lists of arguments for each of its layers.
  RecordProperty("most_allocations_of_ffmpeg_for_a_frame", way.decoding.most);
  RecordProperty("most_allocations_of_onednn_for_a_frame", way.detecting.most);
}

}  // namespace
}  // namespace vigia::tests
