#include "load/overload.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace vigia::load {
namespace {

using namespace std::chrono_literals;

// In pixels of a frame of 720 lines: still found at 320x192 by any detector.
constexpr int kFace = 80;

class OverloadTest : public ::testing::Test {
 protected:
  OverloadTest() {
    memory_.start();
    options_.workers = 2;
    options_.model = "vigia_n";
    defaults_.shot.filter_min_size = kFace;
  }
  void make(bool reduces = true) {
    if (!reduces) options_.on_overload = "drop";
    auto detectors = make_detectors(options_, demand_of({}, defaults_), memory_.budget());
    ASSERT_TRUE(detectors.ok()) << detectors.error().text;
    overload_.emplace(*std::move(detectors), reduces, load_, memory_, clock_);
  }
  void seconds(int count, std::uint64_t late, double busy_share) {
    for (int i = 0; i < count; ++i) {
      clock_.advance(1s);
      load_.frames_late += late;
      load_.add_busy(from_seconds(2 * busy_share));
      seen_.workers_cpu += 2 * busy_share;
      seen_.process_cpu += 2 * busy_share;
      ASSERT_TRUE(overload_->due());
      overload_->measure(seen_);
    }
  }
  std::string input_of(std::size_t worker) {
    const std::string name = overload_->slot(worker).detector().name();
    return name.substr(0, name.rfind(' '));
  }

  testing::FakeClock clock_;
  memory::MemoryManager memory_{{.gc_interval = 3600}};
  pipeline::LoadMeter load_;
  StrandLoad seen_{.cameras = 4, .delivering = 4};
  detect::DetectorOptions options_;
  pipeline::CameraSettings defaults_;
  std::optional<Overload> overload_;
};

TEST_F(OverloadTest, WhereNoInputIsSmallerThereAreStepsOnly) {
  options_.input = {320, 192};
  make();
  seconds(5, 0, 0.5);
  seconds(2, 30, 1.0);
  EXPECT_EQ(load_.step, 2);
  seconds(5, 30, 1.0);
  EXPECT_EQ(load_.step, 3);
  const status::LoadStatus figures = overload_->status();
  EXPECT_EQ(figures.level, 2);
  EXPECT_EQ(figures.input, "320x192");
  EXPECT_EQ(figures.step, 3);
  EXPECT_EQ(figures.changes, 2U);
  EXPECT_EQ(figures.seconds_reduced, 5);
  EXPECT_NE(figures.why.find("60 frames"), std::string::npos) << figures.why;
  seconds(60, 0, 0.1);
  EXPECT_EQ(load_.step, 1);
  EXPECT_EQ(overload_->status().level, 0);
  EXPECT_EQ(overload_->status().changes, 4U);
}

TEST_F(OverloadTest, WithDropNothingChanges) {
  make(false);
  seconds(60, 30, 1.0);
  EXPECT_EQ(load_.step, 1);
  EXPECT_EQ(overload_->status().changes, 0U);
  EXPECT_FALSE(overload_->status().reduces);
}

TEST_F(OverloadTest, TheInputShrinksAndGrowsForEachWorkerAtItsNextTurn) {
  options_.input = {480, 288};
  make();
  EXPECT_EQ(input_of(0), "vigia_n 480x288");
  const Bytes before = memory_.stats().in_use_bytes;
  seconds(5, 0, 0.5);
  seconds(2, 30, 1.0);
  EXPECT_EQ(input_of(0), "vigia_n 320x192");
  EXPECT_EQ(input_of(1), "vigia_n 320x192");
  memory_.collect();
  EXPECT_LT(memory_.stats().in_use_bytes, before) << "the large detectors are destroyed";
  EXPECT_EQ(load_.step, 1);
  seconds(60, 0, 0.04);  // however much more expensive the larger one is here
  EXPECT_EQ(input_of(0), "vigia_n 480x288");
  memory_.collect();  // the second has not had a turn yet: it has both
  EXPECT_EQ(input_of(1), "vigia_n 480x288");
  memory_.collect();
  EXPECT_EQ(memory_.stats().in_use_bytes, before);
}

TEST_F(OverloadTest, ALargerInputWaitsUntilTheBudgetHasRoomForIt) {
  options_.input = {480, 288};
  make();
  seconds(5, 0, 0.5);
  seconds(2, 30, 1.0);
  ASSERT_EQ(input_of(0), "vigia_n 320x192");
  ASSERT_EQ(input_of(1), "vigia_n 320x192");
  memory_.collect();
  const auto others = memory_.budget().open("gate", memory::Kind::frames);
  const Bytes room = memory_.budget().limit();
  others->charge(room);
  seconds(60, 0, 0.04);
  EXPECT_EQ(input_of(0), "vigia_n 320x192");
  others->discharge(room);
  seconds(120, 0, 0.04);
  EXPECT_EQ(input_of(0), "vigia_n 480x288");
}

// A picture of another shape than 16:9 has a network of its own, which no worker builds.
TEST_F(OverloadTest, HousekeepingBuildsWhatFramesLack) {
  options_.input = {640, 384};
  make();
  auto& detector = overload_->slot(0).detector();
  const Bytes before = memory_.stats().in_use_bytes;
  std::vector<std::uint8_t> grey(480 * 640, 128);
  domain::Frame frame;
  frame.size = {640, 480};
  frame.planes = {domain::Plane{grey.data(), 640}, {grey.data(), 320}, {grey.data(), 320}};
  std::vector<domain::Detection> found;
  ASSERT_TRUE(detector.detect(frame, {}, found));
  EXPECT_EQ(memory_.stats().in_use_bytes, before);
  overload_->make_wanted();
  EXPECT_GT(memory_.stats().in_use_bytes, before);
}

TEST_F(OverloadTest, AutoChoosesAgainWhenTheCamerasAreKnown) {
  make(false);
  EXPECT_EQ(input_of(0), "vigia_n 640x384") << "no camera is known yet";
  overload_->choose_again({.live = 1000, .looks = 1000, .needs = {{.least_face = kFace}}});
  EXPECT_EQ(input_of(0), "vigia_n 320x192");
  EXPECT_EQ(overload_->status().input, "320x192");
  EXPECT_EQ(overload_->status().level, 0) << "it is what was chosen";
  EXPECT_EQ(overload_->status().detector, overload_->slot(0).detector().name());
  EXPECT_EQ(overload_->status().detector_at_start, overload_->name());
}

TEST_F(OverloadTest, WhatLoadCameToMayBeWhatIsChosenNext) {
  make();
  seconds(5, 0, 0.5);
  seconds(9, 30, 1.0);
  ASSERT_EQ(overload_->status().input, "320x192");
  ASSERT_EQ(overload_->status().step, 1);
  EXPECT_EQ(overload_->status().level, 2);
  const double reduced = overload_->status().seconds_reduced;
  overload_->choose_again({.live = 1000, .looks = 1000, .needs = {{.least_face = kFace}}});
  EXPECT_EQ(overload_->status().level, 0);
  seconds(3, 0, 0.9);
  EXPECT_EQ(overload_->status().seconds_reduced, reduced);
}

TEST_F(OverloadTest, WhatIsSetIsNotChosenAgain) {
  options_.input = {640, 384};
  make();
  overload_->choose_again({.live = 1000, .looks = 1000, .needs = {{.least_face = kFace}}});
  EXPECT_EQ(input_of(0), "vigia_n 640x384");
}

Demand one_camera(domain::Size frame, int face) {
  return {.live = 1,
          .looks = 1,
          .most_looks = 1,
          .decodes = 1,
          .needs = {{.name = "hall", .looked_at = frame, .is_known = true, .least_face = face}}};
}

TEST_F(OverloadTest, AutoChoosesAgainWhenFramesTurnOutToBeLarge) {
  make();
  EXPECT_EQ(input_of(0), "vigia_n 640x384");
  overload_->choose_again(one_camera({3840, 2160}, 60));
  EXPECT_EQ(overload_->status().input, "1280x736");
  EXPECT_EQ(overload_->status().level, 0);
  EXPECT_EQ(overload_->status().why.find("missed"), std::string::npos);
  overload_->choose_again(one_camera({1280, 720}, 60));
  EXPECT_NE(overload_->status().input, "1280x736") << "640x384, or less on a slow machine";
}

TEST_F(OverloadTest, SaysWhatIsMissedWhereItComesDown) {
  options_.input = {640, 384};
  make();
  overload_->choose_again(one_camera({1920, 1080}, 54));
  EXPECT_EQ(input_of(0), "vigia_n 640x384") << "all is found";
  seconds(5, 0, 0.5);
  seconds(2, 30, 1.0);
  EXPECT_EQ(load_.step, 2) << "first frames are left out";
  EXPECT_EQ(overload_->status().why.find("missed"), std::string::npos) << overload_->status().why;
  seconds(5, 30, 1.0);
  EXPECT_EQ(load_.step, 3);
  seconds(5, 30, 1.0);
  EXPECT_EQ(overload_->status().input, "480x288");
  EXPECT_NE(
      overload_->status().why.find("faces are mostly missed at hall below 72 pixels (filter_min_size 54)"),
      std::string::npos)
      << overload_->status().why;
}

}  // namespace
}  // namespace vigia::load
