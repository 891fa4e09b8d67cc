#include "load/load_control.h"

#include <gtest/gtest.h>

namespace vigia::load {
namespace {

using namespace std::chrono_literals;

class LoadControlTest : public ::testing::Test {
 protected:
  LoadControlTest() {
    for (int i = 0; i < 5; ++i) second(quiet(0.85));
  }
  static std::vector<Level> ladder() {
    return ladder_for(
        {.each = {{{640, 384}, 4800us}, {{480, 288}, 2700us}, {{320, 192}, 1200us}}, .set = {640, 384}}, {});
  }
  // Workers are busy for that share of a second, no frame is late.
  static LoadSample quiet(double busy) {
    return {.seconds = 1, .work = {2 * busy, 0}, .busy = 2 * busy, .cameras = 4, .delivering = 4};
  }
  static LoadSample late(std::uint64_t frames) {
    LoadSample sample = quiet(0.95);
    sample.frames_late = frames;
    return sample;
  }
  // Runs one second like this; a change is made at once. True: there was one.
  bool second(const LoadSample& sample) {
    now_ += from_seconds(sample.seconds);
    const auto change = control_.observe(sample, now_);
    if (!change) return false;
    why_ = change->why;
    control_.arrived(change->level, now_);
    return true;
  }
  // Counts seconds like this until there is a change; 0: none within the limit.
  int seconds_until_change(const LoadSample& sample, int at_most) {
    for (int i = 1; i <= at_most; ++i) {
      if (second(sample)) return i;
    }
    return 0;
  }
  void go_down() {
    ASSERT_EQ(seconds_until_change(late(5), 10), 4)
        << "3 s of calm, and then two late seconds, the first at its end";
  }

  SteadyTime now_{1h};
  LoadControl control_{ladder(), 0, {2, 2}};
  std::string why_;
};

TEST_F(LoadControlTest, TwoLateSecondsRunningLeadDown) {
  EXPECT_FALSE(second(late(7)));
  EXPECT_FALSE(second(quiet(0.9))) << "one alone is no overload";
  EXPECT_FALSE(second(late(3)));
  EXPECT_TRUE(second(late(4)));
  EXPECT_EQ(control_.at().text(), "480x288");
  EXPECT_EQ(why_, "7 frames came too late for the workers in 2 s");
}

TEST_F(LoadControlTest, WorkersThatAreNeverIdleLeadDown) {
  EXPECT_FALSE(second(quiet(0.99)));
  EXPECT_TRUE(second(quiet(1.0)));
  EXPECT_EQ(why_, "the workers were never idle for 2 s");
}

TEST_F(LoadControlTest, CamerasThatAreDecodedLateLeadDownWhereTheMachineIsFull) {
  LoadSample sample = quiet(0.95);
  sample.decoded_late = 3;
  EXPECT_FALSE(second(sample));
  EXPECT_TRUE(second(sample));
  EXPECT_EQ(why_, "the packets of 3 cameras came faster than they were decoded, for 2 s");
}

TEST_F(LoadControlTest, ACameraThatNeedsMoreThanACoreForItselfLowersNobodysQuality) {
  LoadSample sample = quiet(0.5);
  sample.decoded_late = 1;
  EXPECT_EQ(seconds_until_change(sample, 100), 0);
}

TEST_F(LoadControlTest, TheStartAndEachChangeAreGivenTime) {
  LoadControl fresh(ladder(), 0, {2, 2});
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(fresh.observe(late(9), now_ + i * 1s)) << i;
  second(late(1));
  ASSERT_TRUE(second(late(1)));
  EXPECT_EQ(seconds_until_change(late(1), 10), 4) << "the second that ends the calm counts";
}

TEST_F(LoadControlTest, ItGoesDownToTheLastStepAndNoFurther) {
  for (int i = 0; i < 7; ++i) EXPECT_GT(seconds_until_change(late(1), 10), 0);
  EXPECT_EQ(control_.at().text(), "320x192 every 8th frame");
  EXPECT_EQ(seconds_until_change(late(1), 100), 0);
}

TEST_F(LoadControlTest, LessIsDecodedBelowThatIfItSavesAnything) {
  for (int i = 0; i < 7; ++i) seconds_until_change(late(1), 10);
  LoadSample sample = late(1);
  sample.idle = 2;
  EXPECT_GT(seconds_until_change(sample, 10), 0);
  EXPECT_EQ(control_.at().decoding, domain::Decoding::idle_key_frames) << "no picture is disposable";
  EXPECT_EQ(seconds_until_change(sample, 100), 0);
}

TEST_F(LoadControlTest, PicturesThatNoOtherNeedsAreLeftOutFirst) {
  for (int i = 0; i < 7; ++i) seconds_until_change(late(1), 10);
  LoadSample sample = late(1);
  sample.idle = 2;
  sample.disposable = 100;
  EXPECT_GT(seconds_until_change(sample, 10), 0);
  EXPECT_EQ(control_.at().decoding, domain::Decoding::references);
  EXPECT_GT(seconds_until_change(sample, 10), 0);
  EXPECT_EQ(control_.at().decoding, domain::Decoding::idle_key_frames);
}

TEST_F(LoadControlTest, AllIsDecodedAgainWhenThereWouldBeTimeForIt) {
  for (int i = 0; i < 7; ++i) seconds_until_change(late(1), 10);
  LoadSample sample = late(1);
  sample.idle = 2;
  ASSERT_GT(seconds_until_change(sample, 10), 0);
  LoadSample calm{.seconds = 1, .work = {0.2, 0.5}, .busy = 0.2, .cameras = 4, .delivering = 4};
  calm.decoded = 20;
  calm.undecoded = 80;
  EXPECT_EQ(seconds_until_change(calm, 100), 0) << "five times 0.5 of two cores";
  calm.undecoded = 20;
  EXPECT_GT(seconds_until_change(calm, 20), 0);
  EXPECT_EQ(control_.at().decoding, domain::Decoding::references);
}

TEST_F(LoadControlTest, UpAfterTenSecondsInWhichTheBetterLevelWouldHaveFitted) {
  second(late(1));
  second(late(1));
  // 480x288 -> 640x384 costs 1.78 times as much.
  EXPECT_EQ(seconds_until_change(quiet(0.51), 100), 0) << "91 %";
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(second(quiet(0.3)));
  EXPECT_FALSE(second(quiet(0.6))) << "begins again";
  EXPECT_EQ(seconds_until_change(quiet(0.4), 100), 10);
  EXPECT_EQ(control_.level(), 0U);
  EXPECT_EQ(why_,
            "workers use 40 % of their time, and the better level would use 71 % of the machine, for 10 s");
}

// Auto chose a level at 84 %; a burst leads down, and the normal load must lead back.
TEST_F(LoadControlTest, WhatAutoChoseComesBackAfterABurst) {
  EXPECT_EQ(seconds_until_change(quiet(0.84), 60), 0);
  second(late(30));
  ASSERT_TRUE(second(late(30)));
  LoadSample after = quiet(0.84 * 2700 / 4800);
  after.busy = 1.9;  // ten threads on two cores: workers wait for a core during their turns
  EXPECT_EQ(seconds_until_change(after, 60), 12) << "the calm, and ten seconds";
  EXPECT_EQ(control_.level(), 0U);
  EXPECT_EQ(seconds_until_change(quiet(0.84), 1000), 0);
}

TEST_F(LoadControlTest, WhatFilesTakeIsNotThere) {
  second(late(1));
  second(late(1));
  LoadSample sample = quiet(0.6);
  sample.busy = 0.4;  // of live cameras; the rest is a file's, as fast as it goes
  EXPECT_EQ(seconds_until_change(sample, 100), 0);
}

TEST_F(LoadControlTest, ALevelThatTheBusiestCameraCannotHaveIsNotTried) {
  LoadControl control({{{640, 384}, 1, 50ms}, {{480, 288}, 1, 26ms}}, 1, {4, 4});
  LoadSample one{.seconds = 1, .work = {0.78, 0.1, 0.78}, .busy = 0.78, .cameras = 1, .delivering = 1};
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(control.observe(one, now_ += 1s)) << i;
  one.work = {0.4, 0.05, 0.4};  // half of the frames
  std::optional<LoadControl::LevelChange> change;
  for (int i = 0; i < 11 && !change; ++i) change = control.observe(one, now_ += 1s);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->level, 0U);
}

TEST_F(LoadControlTest, OneThatIsBehindWhileThereIsRoomChangesNothing) {
  LoadControl control(ladder(), 0, {4, 4});
  LoadSample greedy{
      .seconds = 1, .work = {1.6, 0.3, 1}, .busy = 1.6, .frames_late = 90, .cameras = 4, .delivering = 4};
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(control.observe(greedy, now_ += 1s)) << i;
  greedy.work.rest = 2.1;  // the cores are full
  std::optional<LoadControl::LevelChange> change;
  for (int i = 0; i < 2; ++i) change = control.observe(greedy, now_ += 1s);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->level, 1U);
}

TEST_F(LoadControlTest, DecodingTakesFromTheSameCores) {
  second(late(1));
  second(late(1));
  LoadSample sample = quiet(0.4);
  sample.work.rest = 0.5;
  EXPECT_EQ(seconds_until_change(sample, 100), 0);
}

TEST_F(LoadControlTest, AStepUpThatFailsDoublesTheWait) {
  second(late(1));
  second(late(1));
  int last = 0;
  for (int i = 0; i < 8; ++i) {
    const int waited = seconds_until_change(quiet(0.2), 1000) - 2;  // of the calm, the last second counts
    EXPECT_EQ(waited, i == 0 ? 10 : std::min(2 * last, 600)) << i;
    last = waited;
    go_down();
  }
  EXPECT_EQ(last, 600);
  EXPECT_EQ(seconds_until_change(quiet(0.2), 1000) - 2, 600);
  EXPECT_EQ(seconds_until_change(quiet(0.2), 301), 0) << "it holds, for five minutes";
  second(late(1));
  ASSERT_TRUE(second(late(1)));
  EXPECT_EQ(seconds_until_change(quiet(0.2), 1000) - 2, 10);
}

TEST_F(LoadControlTest, CamerasThatAreAwayAreNoReasonToGoUp) {
  second(late(1));
  second(late(1));
  LoadSample half = quiet(0.27);
  half.delivering = 2;
  EXPECT_EQ(seconds_until_change(half, 100), 0);
  LoadSample nobody = quiet(0);
  nobody.delivering = 0;
  EXPECT_EQ(seconds_until_change(nobody, 100), 0);
  half.cameras = 2;  // the others will not come back
  EXPECT_GT(seconds_until_change(half, 100), 0);
}

TEST_F(LoadControlTest, AMachineThatStoodStillSaysNothing) {
  LoadSample gap = late(50);
  gap.seconds = 30;
  EXPECT_FALSE(second(gap));
  EXPECT_FALSE(second(gap));
  EXPECT_EQ(control_.level(), 0U);
}

TEST_F(LoadControlTest, ALevelThatCannotBeHadIsPassedOver) {
  second(late(1));
  now_ += 1s;
  const auto change = control_.observe(late(1), now_);
  ASSERT_TRUE(change);
  control_.refuse(change->level);
  EXPECT_EQ(control_.level(), 0U) << "it stays";
  EXPECT_EQ(seconds_until_change(late(1), 10), 2);
  EXPECT_EQ(control_.at().text(), "320x192");
}

TEST_F(LoadControlTest, AnAutoStartMayRiseAboveItself) {
  LoadControl control(ladder(), 1, {2, 2});
  std::optional<LoadControl::LevelChange> change;
  for (int i = 0; i < 30 && !change; ++i) change = control.observe(quiet(0.3), now_ += 1s);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->level, 0U);
}

// Another demand has another ladder, on which a level that was refused may be made.
TEST_F(LoadControlTest, GoesOnWithAnotherLadder) {
  control_.refuse(1);
  control_.renew({{{960, 544}, 1, 10ms}, {{640, 384}, 1, 5ms}, {{640, 384}, 2, 5ms}}, 1);
  EXPECT_EQ(control_.at().text(), "640x384");
  ASSERT_GT(seconds_until_change(late(5), 10), 0);
  EXPECT_EQ(control_.at().text(), "640x384 every 2nd frame");
}

// The one camera that is searched with the largest input has one worker at a time, whatever the others cost.
TEST_F(LoadControlTest, TheMostExpensiveCameraMustFitIntoOneWorker) {
  const std::vector<Level> levels{{{1280, 736}, 1, 5ms, {640, 384}, 20ms}, {{640, 384}, 1, 4ms}};
  LoadControl control(levels, 1, {4, 4});
  LoadSample sample{.seconds = 1, .work = {0.4, 0, 0.2}, .busy = 0.4, .cameras = 4, .delivering = 4};
  for (int i = 0; i < 60; ++i) ASSERT_FALSE(control.observe(sample, now_ += 1s)) << "5 times 0.2 is a worker";
  sample.work.busiest = 0.15;
  bool rose = false;
  for (int i = 0; i < 60 && !rose; ++i) rose = control.observe(sample, now_ += 1s).has_value();
  EXPECT_TRUE(rose);
}

}  // namespace
}  // namespace vigia::load
