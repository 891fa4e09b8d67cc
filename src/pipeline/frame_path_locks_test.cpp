// Counts the locks on a frame's way: only its camera's thread and workers take any, for moments.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "memory/hot_call_test_support.h"
#include "pipeline/strand.h"
#include "pipeline/worker_slot.h"

namespace vigia::pipeline {
namespace {

using memory::Costs;
using memory::costs_of;
using namespace std::chrono_literals;

// The tests' other clock has a lock.
class LocklessClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime now() const override { return now_.load(); }
  [[nodiscard]] UtcTime utc_now() const override { return UtcTime{}; }
  bool sleep_until(SteadyTime, const std::stop_token&) override { return false; }
  void advance(Nanoseconds by) { now_ = now_.load() + by; }

 private:
  std::atomic<SteadyTime> now_{SteadyTime(1h)};
};

class OneFace final : public detect::Detector {
 public:
  Status detect(const domain::Frame&, const detect::SearchArea&,
                std::vector<domain::Detection>& found) override {
    found.clear();
    if (is_there) found.push_back({{100, 100, 80, 100}, 0.9F, std::nullopt});
    return ok_status();
  }
  [[nodiscard]] std::string name() const override { return "one face"; }
  bool is_there = true;
};

class FramePathLocksTest : public ::testing::Test {
 protected:
  FramePathLocksTest() : luma_(640 * 360, 90), chroma_(320 * 180, 128) {
    nobody_waits_.request_stop();
    settings_.spec.name = "gate";
    settings_.shot.filter_min_quality = 0;
    context_ = std::make_shared<CameraContext>(settings_, memory_.budget(), true);  // with thumbnails
    strand_.emplace(context_, 0, StrandWorld{memory_, clock_, run_queue_, orders_, latency_, load_});
  }
  void SetUp() override {
    if (!memory::kCanCount) GTEST_SKIP() << memory::kWhyNotCounted;
  }

  void deliver() {
    domain::Frame frame;
    frame.size = {640, 360};
    frame.planes = {domain::Plane{luma_.data(), 640}, domain::Plane{chroma_.data(), 320},
                    domain::Plane{chroma_.data(), 320}};
    frame.sequence = sequence_++;
    frame.stream_time = frame.sequence * 40ms;
    strand_->deliver(std::move(frame), {});
  }
  Strand* pop() { return run_queue_.pop(nobody_waits_.get_token()); }
  void work() {
    while (Strand* const next = pop()) next->take_turn(detector_);
  }

  LocklessClock clock_;
  memory::MemoryManager memory_{{.gc_interval = 3600, .budget_bytes = 100_MiB}};
  RunQueue run_queue_;
  ShotOrders orders_{100};
  StageLatency latency_;
  LoadMeter load_;
  CameraSettings settings_;
  std::shared_ptr<CameraContext> context_;
  std::optional<Strand> strand_;
  OneFace detector_;
  std::vector<std::uint8_t> luma_, chroma_;
  std::uint64_t sequence_ = 0;
  std::stop_source nobody_waits_;
};

TEST_F(FramePathLocksTest, HousekeepingTakesNone) {
  deliver();
  work();
  clock_.advance(300ms);  // the camera is silent, and its track open
  const Costs costs = costs_of([this] {
    strand_->tick();
    static_cast<void>(strand_->presence());
    static_cast<void>(strand_->drained());
    static_cast<void>(strand_->last_stream_time());
    load_.step.store(2);
  });
  EXPECT_EQ(costs.locks, 0);
  EXPECT_EQ(costs.allocations, 0);
  EXPECT_EQ(pop(), &*strand_) << "the tick scheduled it";
}

TEST_F(FramePathLocksTest, HandingOverADetectorTakesNone) {
  memory_.start();
  WorkerSlot slot(std::make_unique<OneFace>(), memory_);
  EXPECT_EQ(costs_of([&] { slot.offer(std::make_unique<OneFace>()); }).locks, 0);
  const Costs costs = costs_of([&] { static_cast<void>(slot.detector()); });
  EXPECT_EQ(costs.locks, 0);
  EXPECT_EQ(costs.allocations, 0);
  EXPECT_EQ(costs.frees, 0);
  memory_.stop();
}

TEST_F(FramePathLocksTest, TheShotWriterTakesNone) {
  detector_.is_there = true;
  deliver();
  strand_->end();
  Costs costs = costs_of([this] { work(); });
  ASSERT_GT(orders_.depth(), 0U);
  std::optional<ShotOrder> order;
  costs = costs_of([&] { order = orders_.pop_for(0ns); });
  EXPECT_EQ(costs.locks, 0);
  const auto& image = std::get<track::Finished>(order->what).track->best->image;
  EXPECT_EQ(costs_of([&] { static_cast<void>(image->holds_frame()); }).locks, 0) << "called for each frame";
}

TEST_F(FramePathLocksTest, TheCamerasThreadTakesOneAndAWorkerThree) {
  detector_.is_there = false;
  for (int i = 0; i < 100; ++i) {
    deliver();
    work();
  }
  const Costs delivered = costs_of([this] { deliver(); });
  EXPECT_EQ(delivered.locks, 1);
  EXPECT_EQ(delivered.wakeups, 1) << "a post, which costs nothing while no worker sleeps";
  const Costs taken = costs_of([this] { pop()->take_turn(detector_); });
  EXPECT_EQ(taken.locks, 3) << "the turn, the frame, and whether there is one more";
  EXPECT_EQ(taken.wakeups, 0);
  EXPECT_EQ(delivered.allocations + taken.allocations, 0);
}

TEST_F(FramePathLocksTest, ATurnIsNoSystemCallWhereNobodySleeps) {
  detector_.is_there = false;
  const auto calls = memory::system_calls_of([this] {
    deliver();
    work();
    return [this] {
      for (int i = 0; i < 100; ++i) {
        deliver();
        deliver();
        pop()->take_turn(detector_);
        pop()->take_turn(detector_);
      }
    };
  });
  if (!calls.skipped.empty()) GTEST_SKIP() << calls.skipped;
  EXPECT_EQ(calls.failed, "");
  EXPECT_TRUE(calls.numbers.empty()) << calls.numbers.front();
}

}  // namespace
}  // namespace vigia::pipeline
