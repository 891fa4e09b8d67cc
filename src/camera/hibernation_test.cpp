#include "camera/hibernation.h"

#include <gtest/gtest.h>

#include <random>

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;
using Verdict = Hibernation::Verdict;

// A camera of 25 pictures a second. Sizes of packets: key frames of 40 KB, others of `other` +- `noise`.
class HibernationTest : public ::testing::Test {
 protected:
  HibernationTest() { idle_.begin(); }

  Verdict next(Bytes more = 0) {
    const bool is_key = packets_ % group_ == 0;
    ++packets_;
    now_ += 40ms;
    if (view_.nobody_for >= 0s) view_.nobody_for += 40ms;
    const Bytes noise = noise_ > 0 ? std::uniform_int_distribution<Bytes>(-noise_, noise_)(random_) : 0;
    const Bytes size = is_key ? key_ : other_ + noise + more;
    last_ = {.at = now_, .size = size, .is_key = is_key, .is_damaged = std::exchange(damaged_, false)};
    return idle_.packet(last_, view_, {1280, 720}, wanted_);
  }
  // Returns how many of these packets it decoded.
  int run(Nanoseconds time, Bytes more = 0) {
    int decoded = 0;
    for (const SteadyTime end = now_ + time; now_ < end;) {
      const Verdict verdict = next(more);
      decoded += verdict == Verdict::decode || verdict == Verdict::wake ? 1 : 0;
    }
    return decoded;
  }
  void nobody() { view_.nobody_for = 0s; }
  void somebody() { view_.nobody_for = -1ns; }
  // REQUIRES: asleep. Until it wakes; false: it does not within that time.
  bool wakes(Nanoseconds within, Bytes more = 0) {
    for (const SteadyTime end = now_ + within; now_ < end;) {
      if (next(more) == Verdict::wake) return true;
    }
    return false;
  }
  void fall_asleep() {
    nobody();
    run(60s);
    ASSERT_EQ(idle_.mode(), IdleMode::asleep);
  }

  Hibernation idle_;
  SinkView view_{.least_face = 60};
  bool wanted_ = true, damaged_ = false;
  std::uint64_t packets_ = 0, group_ = 50;
  Bytes key_ = 40000, other_ = 200, noise_ = 10;
  SteadyTime now_{1h};
  Hibernation::Packet last_;
  std::minstd_rand random_{1};
};

TEST_F(HibernationTest, LearnsForHalfAMinuteThenSleepsAtAKeyFrame) {
  nobody();
  EXPECT_EQ(run(20s), 500);
  EXPECT_EQ(idle_.mode(), IdleMode::learning);
  run(40s);
  EXPECT_EQ(idle_.mode(), IdleMode::asleep);
  EXPECT_EQ(run(60s), 0) << "steady noise does not wake it";
}

TEST_F(HibernationTest, LooksAtEveryKeyFrame) {
  fall_asleep();
  int looks = 0;
  for (int i = 0; i < 500; ++i) looks += next() == Verdict::look ? 1 : 0;
  EXPECT_EQ(looks, 10);
}

TEST_F(HibernationTest, WakesWithinAMomentWhenSizesRise) {
  fall_asleep();
  EXPECT_TRUE(wakes(400ms, 200));
}

TEST_F(HibernationTest, WakesAtAPersonWhoIsThereForTenPictures) {
  fall_asleep();
  run(3200ms);  // somewhere in a group
  EXPECT_TRUE(wakes(400ms, 150)) << "as the smallest person measured: 0.4 % of a key frame";
}

TEST_F(HibernationTest, WakesWhenAKeyFrameShowsAFace) {
  fall_asleep();
  somebody();
  EXPECT_EQ(next(), Verdict::wake);
  EXPECT_EQ(idle_.mode(), IdleMode::awake);
}

TEST_F(HibernationTest, WakesAtADamagedPacketAndWhenItIsNoLongerWanted) {
  fall_asleep();
  damaged_ = true;
  EXPECT_EQ(next(), Verdict::wake);
  fall_asleep();
  wanted_ = false;
  EXPECT_EQ(next(), Verdict::wake);
}

TEST_F(HibernationTest, StaysAwakeForFiveSecondsAndWhileSomebodyIsInView) {
  fall_asleep();
  somebody();
  EXPECT_EQ(run(30s), 750);
  nobody();
  EXPECT_EQ(run(5s), 125);
  run(2s);
  EXPECT_EQ(idle_.mode(), IdleMode::asleep);
}

TEST_F(HibernationTest, PeopleWhoPassAreNotLearned) {
  nobody();
  for (int i = 0; i < 40; ++i) {
    run(12s);
    somebody();
    run(4s, 5000);
    nobody();
  }
  run(10s);
  ASSERT_EQ(idle_.mode(), IdleMode::asleep);
  EXPECT_TRUE(wakes(400ms, 200));
}

TEST_F(HibernationTest, SomethingThatPassesUnseenNowAndThenDoesNotMakeItDeaf) {
  nobody();
  for (int i = 0; i < 10; ++i) {
    run(8s);
    run(2s, 3000);
  }
  run(20s);
  ASSERT_EQ(idle_.mode(), IdleMode::asleep);
  EXPECT_TRUE(wakes(400ms, 200));
}

TEST_F(HibernationTest, LearnsANewLevel) {
  fall_asleep();
  other_ = 320;  // it has become night
  run(3min);
  EXPECT_EQ(idle_.mode(), IdleMode::asleep);
  EXPECT_LT(run(60s), 10);
}

TEST_F(HibernationTest, ThereIsNoSignWhereTheRateIsConstant) {
  other_ = 5000;
  nobody();
  EXPECT_EQ(run(3min), 3 * 60 * 25);
  EXPECT_EQ(idle_.mode(), IdleMode::filled);
}

TEST_F(HibernationTest, ThereIsNoSignWhereSizesVaryByMoreThanAPersonAdds) {
  noise_ = 190;
  nobody();
  EXPECT_EQ(run(3min), 3 * 60 * 25);
  EXPECT_EQ(idle_.mode(), IdleMode::noisy);
}

TEST_F(HibernationTest, SmallerFacesNeedAQuieterPicture) {
  other_ = 100;
  noise_ = 30;
  view_.least_face = 20;
  nobody();
  run(2min);
  EXPECT_EQ(idle_.mode(), IdleMode::noisy);
  view_.least_face = 100;
  run(20s);
  EXPECT_EQ(idle_.mode(), IdleMode::asleep);
}

TEST_F(HibernationTest, KeyFramesAloneAreNoSign) {
  group_ = 1;
  nobody();
  EXPECT_EQ(run(2min), 2 * 60 * 25);
  EXPECT_EQ(idle_.mode(), IdleMode::only_keys);
}

TEST_F(HibernationTest, KeyFramesWithoutAPictureKeepItAwakeForTenMinutes) {
  fall_asleep();
  idle_.wake(now_, IdleMode::no_picture);
  EXPECT_EQ(run(9min), 9 * 60 * 25);
  EXPECT_EQ(idle_.mode(), IdleMode::no_picture);
  run(2min);
  EXPECT_EQ(idle_.mode(), IdleMode::asleep);
}

TEST_F(HibernationTest, PicturesAfterAKeyFrameMayBeLarger) {
  nobody();
  int woken = 0;
  for (int i = 0; i < 180 * 25; ++i) {
    const bool is_early = packets_ % group_ < 5;
    woken += next(is_early ? 600 : 0) == Verdict::wake ? 1 : 0;
  }
  EXPECT_EQ(idle_.mode(), IdleMode::asleep);
  EXPECT_EQ(woken, 0);
}

TEST_F(HibernationTest, ANewConnectionBeginsAwakeAndKnowsWhatWasLearned) {
  fall_asleep();
  idle_.begin();
  packets_ = 0;
  EXPECT_EQ(next(), Verdict::decode);
  run(8s);
  EXPECT_EQ(idle_.mode(), IdleMode::asleep);
}

TEST_F(HibernationTest, KeyFramesTenSecondsApart) {
  group_ = 250;
  nobody();
  run(2min);
  ASSERT_EQ(idle_.mode(), IdleMode::asleep);
  EXPECT_EQ(run(2min), 0);
  EXPECT_TRUE(wakes(400ms, 200));
}

}  // namespace
}  // namespace vigia::camera
