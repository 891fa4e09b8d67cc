// The frames of an idle camera: probes, and those that are late because it has just woken.
#include <gtest/gtest.h>

#include <opencv2/core.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "pipeline/strand.h"
#include "testing/fake_clock.h"
#include "testing/frame_maker.h"

namespace vigia::pipeline {
namespace {

using namespace std::chrono_literals;
using domain::Look;

class FoundByTest final : public detect::Detector {
 public:
  Status detect(const domain::Frame& frame, const detect::SearchArea&,
                std::vector<domain::Detection>& found) override {
    seen.push_back(frame.sequence);
    found.clear();
    if (broken) return Error{ErrorCode::invalid, "broken"};
    if (face) found.push_back({*face, score, std::nullopt});
    return ok_status();
  }
  std::string name() const override { return "test"; }

  std::vector<std::uint64_t> seen;
  std::optional<domain::Box> face;
  float score = 0.9F;
  bool broken = false;
};

class StrandIdleTest : public ::testing::Test {
 protected:
  StrandIdleTest() {
    memory_.start();
    settings_.spec.name = "gate";
    settings_.shot.filter_min_size = 45;
    picture_ = testing::make_frame(memory_, cv::Mat(360, 640, CV_8UC3, cv::Scalar(90, 120, 150)));
    context_ = std::make_shared<CameraContext>(settings_, memory_.budget());
    strand_.emplace(context_, 0,
                    StrandWorld{.memory = memory_,
                                .clock = clock_,
                                .turns = turns_,
                                .orders = orders_,
                                .latency = latency_,
                                .load = load_,
                                .min_detection_score = 0.6F});
  }
  const CameraCounters& counters() { return context_->counters; }
  void deliver(Look look, Nanoseconds stream_time, const std::stop_token& stop = {}) {
    domain::Frame frame = picture_;
    frame.sequence = sequence_++;
    frame.stream_time = stream_time;
    frame.read_at = clock_.now();
    frame.look = look;
    strand_->deliver(std::move(frame), stop);
  }
  void work() {
    std::stop_source done;
    done.request_stop();
    while (Strand* const next = turns_.pop(done.get_token())) next->take_turn(detector_);
  }
  void look(Look look, Nanoseconds stream_time) {
    deliver(look, stream_time);
    work();
  }
  Nanoseconds nobody_for() { return strand_->view().nobody_for; }

  testing::FakeClock clock_;
  memory::MemoryManager memory_{{.gc_interval = 3600, .budget_bytes = 100_MiB}};
  RunQueue turns_;
  ShotOrders orders_{100};
  StageLatency latency_;
  LoadMeter load_;
  CameraSettings settings_;
  domain::Frame picture_;
  std::shared_ptr<CameraContext> context_;
  std::optional<Strand> strand_;
  FoundByTest detector_;
  std::uint64_t sequence_ = 0;
};

TEST_F(StrandIdleTest, TellsForHowLongNobodyWasInView) {
  EXPECT_LT(nobody_for(), 0s) << "nothing was looked at yet";
  look(Look::usual, 0s);
  look(Look::usual, 4s);
  EXPECT_EQ(nobody_for(), 4s);
  detector_.face = domain::Box{100, 100, 80, 100};
  look(Look::usual, 5s);
  EXPECT_LT(nobody_for(), 0s);
  detector_.face.reset();
  look(Look::usual, 6s);
  EXPECT_LT(nobody_for(), 0s) << "the track is open";
  for (auto time = 7s; time < 30s; ++time) look(Look::usual, time);
  EXPECT_GE(nobody_for(), 2s);
  EXPECT_EQ(strand_->view().least_face, 45);
}

TEST_F(StrandIdleTest, AProbeIsSearchedAndJoinsNoTrack) {
  look(Look::usual, 0s);
  detector_.face = domain::Box{100, 100, 80, 100};
  look(Look::probe, 10s);
  EXPECT_LT(nobody_for(), 0s);
  EXPECT_EQ(counters().frames_probed, 1U);
  EXPECT_EQ(counters().frames_processed, 1U);
  EXPECT_EQ(counters().faces_detected, 0U);
  strand_->end();
  work();
  EXPECT_EQ(counters().tracks_closed, 0U);
}

TEST_F(StrandIdleTest, AWeakFaceInAProbeIsSomebodyUnlessItWasThereWithNobodyInView) {
  detector_.face = domain::Box{100, 100, 80, 100};
  detector_.score = 0.3F;
  look(Look::usual, 0s);
  EXPECT_EQ(nobody_for(), 0s) << "it begins no track";
  look(Look::probe, 2s);
  EXPECT_EQ(nobody_for(), 2s);
  detector_.face = domain::Box{400, 100, 80, 100};
  look(Look::probe, 4s);
  EXPECT_LT(nobody_for(), 0s);
  look(Look::probe, 6s);
  EXPECT_GE(nobody_for(), 0s);
}

TEST_F(StrandIdleTest, AFrameThatCannotBeSearchedMayShowSomebody) {
  look(Look::usual, 0s);
  detector_.broken = true;
  look(Look::probe, 2s);
  EXPECT_LT(nobody_for(), 0s);
  EXPECT_EQ(counters().detector_errors, 1U);
}

TEST_F(StrandIdleTest, EveryProbeIsSearchedWhateverTheStep) {
  load_.step = 8;
  look(Look::usual, 0s);
  look(Look::usual, 40ms);
  for (int i = 1; i <= 5; ++i) look(Look::probe, i * 2s);
  EXPECT_EQ(counters().frames_probed, 5U);
}

TEST_F(StrandIdleTest, LateFramesWaitForRoomAndAreNoOverload) {
  for (int i = 0; i < 3; ++i) deliver(Look::late, i * 40ms);
  std::jthread camera([this](const std::stop_token& stop) {
    for (int i = 3; i < 50; ++i) deliver(Look::late, i * 40ms, stop);
    deliver(Look::usual, 50 * 40ms, stop);  // must not take a late one's place
    strand_->end();
  });
  while (!strand_->drained()) work();
  EXPECT_EQ(detector_.seen.size(), 51U);
  EXPECT_EQ(counters().frames_dropped, 0U);
  EXPECT_EQ(latency_.whole.percentiles(1ms).count, 1U) << "late on purpose";
}

TEST_F(StrandIdleTest, AStopEndsTheWaitForRoom) {
  std::stop_source stop;
  for (int i = 0; i < 3; ++i) deliver(Look::late, i * 40ms);
  stop.request_stop();
  deliver(Look::late, 120ms, stop.get_token());
  work();
  EXPECT_EQ(detector_.seen.size(), 4U);
}

TEST_F(StrandIdleTest, AnIdleCameraIsThere) {
  look(Look::usual, 0s);
  clock_.advance(10s);
  EXPECT_FALSE(strand_->presence().delivering);
  look(Look::probe, 10s);
  clock_.advance(10s);
  EXPECT_TRUE(strand_->presence().delivering);
}

}  // namespace
}  // namespace vigia::pipeline
