// One worker, several cameras, and time that advances only as frames are searched: what happens to the others
// when one camera needs too much.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <opencv2/core.hpp>

#include "pipeline/strand.h"
#include "testing/fake_clock.h"
#include "testing/frame_maker.h"

namespace vigia::pipeline {
namespace {

using namespace std::chrono_literals;

struct Load {
  Nanoseconds every;  // a frame
  Nanoseconds cost;   // to look at one
  int weight = 1;
};

// The outcome of one camera.
struct Fate {
  std::uint64_t delivered, processed, dropped;
  Nanoseconds longest_wait{0};
};

class Scene final : public detect::Detector {
 public:
  explicit Scene(const std::vector<Load>& loads) {
    memory_.start();
    picture_ = testing::make_frame(memory_, cv::Mat(36, 64, CV_8UC3, cv::Scalar(90, 120, 150)));
    for (std::size_t i = 0; i < loads.size(); ++i) {
      CameraSettings settings;
      settings.spec.name = std::to_string(i);
      settings.weight = loads[i].weight;
      auto context = std::make_shared<CameraContext>(settings, memory_.budget());
      // Each begins a little later than the one before, as cameras do.
      cameras_.push_back(Camera{loads[i], context, clock_.now() + loads[i].every / 7 * (i + 1), 0, 0ns});
      strands_.emplace_back(context, static_cast<int>(i),
                            StrandWorld{memory_, clock_, run_queue_, orders_, latency_, load_});
    }
  }

  std::vector<Fate> run(Nanoseconds how_long) {
    const SteadyTime end = clock_.now() + how_long;
    std::stop_source nobody_waits;
    nobody_waits.request_stop();
    while (clock_.now() < end) {
      Strand* const next = run_queue_.pop(nobody_waits.get_token());
      if (next != nullptr) {
        next->take_turn(*this);
      } else {
        pass_until(std::ranges::min_element(cameras_, {}, &Camera::next)->next);
      }
    }
    std::vector<Fate> fates;
    for (const Camera& camera : cameras_) {
      const CameraCounters& ledger = camera.context->counters;
      fates.push_back(
          {camera.delivered, ledger.frames_processed, ledger.frames_dropped, camera.longest_wait});
    }
    return fates;
  }

  // Takes that camera's time; frames go on coming meanwhile.
  Status detect(const domain::Frame& frame, const detect::SearchArea&,
                std::vector<domain::Detection>& found) override {
    found.clear();
    Camera& camera = cameras_[frame.sequence >> 32];
    camera.longest_wait = std::max(camera.longest_wait, clock_.now() - frame.decoded_at);
    pass_until(clock_.now() + camera.load.cost);
    return ok_status();
  }
  [[nodiscard]] std::string name() const override { return "scripted"; }

  LoadMeter load_;

 private:
  struct Camera {
    Load load;
    std::shared_ptr<CameraContext> context;
    SteadyTime next;
    std::uint64_t delivered;
    Nanoseconds longest_wait;
  };

  void pass_until(SteadyTime then) {
    while (true) {
      const auto first = std::ranges::min_element(cameras_, {}, &Camera::next);
      if (first->next > then) break;
      clock_.advance(first->next - clock_.now());
      const auto index = static_cast<std::uint64_t>(first - cameras_.begin());
      domain::Frame frame = picture_;
      frame.sequence = index << 32 | first->delivered++;
      frame.decoded_at = frame.read_at = clock_.now();
      strands_[index].deliver(std::move(frame), {});
      first->next += first->load.every;
    }
    clock_.advance(then - clock_.now());
  }

  testing::FakeClock clock_;
  memory::MemoryManager memory_{{.gc_interval = 3600, .budget_bytes = 100_MiB}};
  RunQueue run_queue_;
  ShotOrders orders_{100};
  StageLatency latency_;
  domain::Frame picture_;
  std::vector<Camera> cameras_;
  std::deque<Strand> strands_;
};

constexpr Load kUsual{100ms, 20ms};  // a fifth of the worker: four fit

std::vector<Fate> with_fourth(Load fourth) {
  return Scene({kUsual, kUsual, kUsual, fourth}).run(60s);
}

void expect_others_as_before(const std::vector<Fate>& before, const std::vector<Fate>& after,
                             Nanoseconds longest_wait) {
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(after[i].dropped, 0U) << i;
    EXPECT_EQ(before[i].dropped, 0U) << i;
    EXPECT_NEAR(static_cast<double>(after[i].processed), static_cast<double>(before[i].processed), 2) << i;
    EXPECT_LE(after[i].longest_wait, longest_wait) << i;
  }
}

TEST(FairnessTest, FourTimesTheFramesSlowNobodyElse) {
  const auto before = with_fourth(kUsual);
  const auto after = with_fourth({25ms, 20ms});
  // A new frame finds one turn under way, and at most one of each other camera before its own.
  expect_others_as_before(before, after, 80ms);
  EXPECT_GT(after[3].dropped, 600U) << "it needs 160 % of the worker";
  EXPECT_GT(after[3].processed, 1100U) << "and gets what the others leave: 40 %";
}

TEST(FairnessTest, FourTimesTheCostAFrameSlowsNobodyElse) {
  const auto before = with_fourth(kUsual);
  const auto after = with_fourth({100ms, 80ms});
  expect_others_as_before(before, after, 140ms);
  EXPECT_GT(after[3].dropped, 250U);
  EXPECT_GT(after[3].processed, 280U);
}

TEST(FairnessTest, WhereAllAskForTooMuchEachGetsTheSameTime) {
  const auto fates = Scene({{10ms, 20ms}, {10ms, 20ms}, {10ms, 80ms}, {10ms, 40ms}}).run(60s);
  EXPECT_NEAR(static_cast<double>(fates[0].processed), 750, 15);
  EXPECT_NEAR(static_cast<double>(fates[1].processed), 750, 15);
  EXPECT_NEAR(static_cast<double>(fates[2].processed), 187.5, 5);
  EXPECT_NEAR(static_cast<double>(fates[3].processed), 375, 8);
}

TEST(FairnessTest, WeightsShareTheTimeWhereThereIsTooLittle) {
  const auto fates = Scene({{10ms, 20ms, 3}, {10ms, 20ms, 1}, {10ms, 20ms, 2}}).run(60s);
  EXPECT_NEAR(static_cast<double>(fates[0].processed), 1500, 15);
  EXPECT_NEAR(static_cast<double>(fates[1].processed), 500, 15);
  EXPECT_NEAR(static_cast<double>(fates[2].processed), 1000, 15);
}

TEST(FairnessTest, WeightsTakeNothingWhereThereIsEnough) {
  const auto fates = Scene({{100ms, 20ms, 100}, kUsual, kUsual, kUsual}).run(60s);
  for (const Fate& fate : fates) EXPECT_EQ(fate.dropped, 0U);
}

TEST(FairnessTest, WhoIsBehindIsSeenAsOverload) {
  Scene enough({kUsual, kUsual});
  enough.run(30s);
  EXPECT_EQ(enough.load_.frames_late, 0U);
  EXPECT_NEAR(to_seconds(Nanoseconds(enough.load_.busy)), 12, 0.1);
  Scene too_much({{10ms, 20ms}});
  const auto fates = too_much.run(30s);
  EXPECT_NEAR(to_seconds(Nanoseconds(too_much.load_.busy)), 30, 0.1);
  EXPECT_GT(too_much.load_.frames_late, 1000U);
  EXPECT_LT(too_much.load_.frames_late, fates[0].dropped) << "not those of its first seconds";
}

}  // namespace
}  // namespace vigia::pipeline
