#include "camera/stream_clock.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>

#include "camera/arrival_line.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};

// A simulated camera behind a simulated network: when a picture was taken, its stamp, and when it arrives.
class StreamClockTest : public ::testing::Test {
 protected:
  StreamClock::Reading show(std::optional<Nanoseconds> stamp, Nanoseconds came, bool waited_for = true) {
    const StreamClock::Reading reading = clock_.read({stamp, kStart + came, waited_for});
    EXPECT_GE(reading.stream_time, last_) << "at " << came / 1ms << " ms";
    EXPECT_GE(reading.taken, last_taken_) << "at " << came / 1ms << " ms";
    last_taken_ = reading.taken;
    latest_ = std::max(latest_, kStart + came);
    EXPECT_LE(reading.taken, latest_);
    last_ = reading.stream_time;
    corrected_ += reading.corrected ? 1 : 0;
    return reading;
  }
  void begin() {
    clock_ = {};
    last_ = {};
    last_taken_ = latest_ = {};
    corrected_ = 0;
  }
  // A camera of 25 pictures a second whose stamps run at `rate`, from where it was left off.
  Nanoseconds run(Nanoseconds length, double rate = 1) {
    const Nanoseconds until = now_ + length;
    Nanoseconds at{};
    for (; now_ < until; now_ += 40ms, stamp_ += from_seconds(0.04 * rate))
      at = show(stamp_, now_).stream_time;
    return at;
  }

  StreamClock clock_;
  Nanoseconds now_{0}, stamp_ = 7s;
  Nanoseconds last_{0};
  SteadyTime last_taken_{}, latest_{};
  int corrected_ = 0;
};

TEST_F(StreamClockTest, FollowsTheStampsFromZeroWhateverTheNetworkAdds) {
  EXPECT_EQ(show(90s, 0ms).stream_time, 0ms);
  EXPECT_EQ(show(90s + 40ms, 73ms).stream_time, 40ms);
  EXPECT_EQ(show(90s + 80ms, 81ms).stream_time, 80ms);
  EXPECT_EQ(show(90s + 120ms, 190ms).stream_time, 120ms);
  EXPECT_EQ(show(90s + 160ms, 191ms, false).stream_time, 160ms);
  EXPECT_EQ(corrected_, 0);
}

// The server stood still for 1.5 s; its stamps know nothing of it.
TEST_F(StreamClockTest, APauseInTheNetworkIsNoPauseOfTheScene) {
  EXPECT_EQ(run(2s), 1960ms);
  now_ += 1500ms;
  EXPECT_EQ(run(2s), 3960ms);
  for (int pauses = 0; pauses < 3; ++pauses) {
    now_ += 1500ms;
    run(2s);
  }
  EXPECT_EQ(last_, 9960ms);
  EXPECT_EQ(corrected_, 0);
  EXPECT_EQ(clock_.lie(), StampFault::none);
}

// After ten seconds everything comes at once; the last of it is as fresh as ever.
TEST_F(StreamClockTest, APauseThatIsCaughtUpWithIsNone) {
  for (int times = 0; times < 5; ++times) {
    run(10s);
    const Nanoseconds burst = now_ + 10s;
    for (int i = 0; i < 250; ++i, stamp_ += 40ms) show(stamp_, burst, i == 0);
    now_ = burst;
  }
  EXPECT_EQ(run(1s), 5 * 20s + 960ms);
  EXPECT_EQ(corrected_, 0);
  EXPECT_EQ(clock_.lie(), StampFault::none);
}

TEST_F(StreamClockTest, AGapThatTheCameraTellsOfIsAGap) {
  run(2s);
  now_ += 5s;
  stamp_ += 5s;
  EXPECT_EQ(run(1s), 7960ms);
  EXPECT_EQ(corrected_, 0);
}

TEST_F(StreamClockTest, SegmentsThatComeAtOnceAreSpreadOutByTheirStamps) {
  for (int segment = 0; segment < 30; ++segment) {
    for (int i = 0; i < 50; ++i) {
      const Nanoseconds scene = segment * 2s + i * 40ms;
      ASSERT_EQ(show(1h + scene, segment * 2s + i * 1ms, i == 0).stream_time, scene);
    }
  }
  EXPECT_EQ(corrected_, 0);
}

TEST_F(StreamClockTest, SlowCamerasAreTrusted) {
  for (int i = 0; i < 100; ++i) {
    const Nanoseconds jitter = i % 7 == 3 ? 300ms : 5ms;
    ASSERT_EQ(show(i * 1s, i * 1s + jitter).stream_time, i * 1s);
  }
  EXPECT_EQ(corrected_, 0);
}

TEST_F(StreamClockTest, TheCamerasOwnClockIsFollowedHoweverItDrifts) {
  run(3600s, 1.0001);  // 0.36 s in an hour
  EXPECT_NEAR(to_seconds(last_), 3600.32, 0.001);
  run(3600s, 0.999);
  EXPECT_NEAR(to_seconds(last_), 7196.72, 0.001);
  EXPECT_EQ(corrected_, 0);
}

TEST_F(StreamClockTest, TwoPicturesThatAreShownInAnotherOrderThanTheyCameKeepTheirStamps) {
  // I0 P3 B1 B2 P6 B4 B5 are sent, one each 40 ms: shown are 0 1 2 3 4 5 6.
  const Nanoseconds came[] = {0ms, 80ms, 120ms, 40ms, 200ms, 240ms, 160ms};
  for (int rounds = 0; rounds < 300; ++rounds) {
    for (int i = 0; i < 6; ++i) {
      const Nanoseconds at = rounds * 240ms;
      ASSERT_EQ(show(at + i * 40ms, at + came[i]).stream_time, at + i * 40ms);
    }
  }
  EXPECT_EQ(corrected_, 0);
}

TEST_F(StreamClockTest, AJumpOfTheStampsIsBridgedByArrival) {
  for (const Nanoseconds jump :
       {Nanoseconds(100'000s), Nanoseconds(-3h), Nanoseconds(-500ms), Nanoseconds(4s),
        Nanoseconds(std::int64_t{1} << 60), Nanoseconds(-(std::int64_t{1} << 61))}) {
    const Nanoseconds before = run(5s);
    stamp_ += jump;
    EXPECT_NEAR(to_seconds(run(5s) - before), 5, 0.03);
    stamp_ = 20s;
    run(40ms);
  }
  EXPECT_LE(corrected_, 12);
  EXPECT_EQ(clock_.lie(), StampFault::none);
}

// 32 bits at 90 kHz, from a reader that does not unwrap them.
TEST_F(StreamClockTest, AWrapIsOneStepLikeAnyOther) {
  const Nanoseconds whole = from_seconds(4294967296.0 / 90000);
  stamp_ = whole - 2s;
  run(2s);
  stamp_ -= whole;
  EXPECT_NEAR(to_seconds(run(2s)), 3.96, 0.02);
  EXPECT_EQ(corrected_, 1);
}

// FFmpeg has none for the first picture of an RTSP stream.
TEST_F(StreamClockTest, AFirstPictureWithoutAStampIsNothingToCorrect) {
  EXPECT_EQ(show(std::nullopt, 0ms).stream_time, 0ms);
  EXPECT_EQ(show(5s, 1s).stream_time, 1s);
  EXPECT_EQ(show(6s, 2s).stream_time, 2s);
  EXPECT_EQ(show(7s, 4s).stream_time, 3s);
  EXPECT_EQ(corrected_, 0);
}

TEST_F(StreamClockTest, MissingStampsAreFilledInAndCounted) {
  for (int i = 0; i < 500; ++i) {
    const bool missing = i % 25 == 20 || i % 25 == 21;
    const auto stamp = missing ? std::nullopt : std::optional<Nanoseconds>(i * 40ms);
    ASSERT_NEAR(to_seconds(show(stamp, i * 40ms).stream_time), 0.04 * i, 0.001) << i;
  }
  EXPECT_EQ(corrected_, 40);
}

TEST_F(StreamClockTest, MissingStampsInABurstAreFilledInEvenly) {
  for (int i = 0; i < 1000; ++i) {  // segments of 2 s, a stamp for each tenth picture
    const auto stamp = i % 10 != 0 ? std::nullopt : std::optional<Nanoseconds>(5s + i * 40ms);
    const Nanoseconds at = show(stamp, i / 50 * 2s, i % 50 == 0).stream_time;
    if (i < 20) continue;  // how long a picture lasts is not known before the second stamp
    ASSERT_NEAR(to_seconds(at), 0.04 * i, 0.001) << i;
  }
}

TEST_F(StreamClockTest, StampsThatCeaseGiveWayToTheArrival) {
  run(10s);
  for (const Nanoseconds until = now_ + 10s; now_ < until; now_ += 100ms) show(std::nullopt, now_);
  EXPECT_NEAR(to_seconds(last_), 20 - 0.06 * 25, 0.5);  // 25 times the usual step, which was shorter
  EXPECT_EQ(clock_.lie(), StampFault::erratic);
}

TEST_F(StreamClockTest, WithoutAnyStampsTheArrivalIsTheTime) {
  for (int i = 0; i < 500; ++i) {
    const Nanoseconds jitter = i % 3 * 5ms;
    ASSERT_NEAR(to_seconds(show(std::nullopt, i * 100ms + jitter).stream_time), 0.1 * i, 0.02) << i;
  }
  now_ = 49'900ms + 4s;  // nobody knows better: a pause is a pause
  EXPECT_NEAR(to_seconds(show(std::nullopt, now_).stream_time), 53.9, 0.02);
  EXPECT_EQ(corrected_, 0);
}

// Whatever nonsense the stamps say, there are 20 s in 20 s, evenly.
TEST_F(StreamClockTest, NonsenseIsNotFollowed) {
  std::uint64_t random = 1;
  const auto constant = [](int) { return 5s; };
  const auto backwards = [](int i) { return 1h - i * 40ms; };
  const auto zigzag = [](int i) { return i * 40ms + (i % 2) * 200ms; };
  const auto noise = [&random](int) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    return Nanoseconds(static_cast<std::int64_t>(random >> 18));
  };
  for (const auto& say :
       {std::function<Nanoseconds(int)>(constant), std::function<Nanoseconds(int)>(backwards),
        std::function<Nanoseconds(int)>(zigzag), std::function<Nanoseconds(int)>(noise)}) {
    begin();
    Nanoseconds before{0}, longest{0};
    for (int i = 0; i < 500; ++i) {
      const Nanoseconds at = show(say(i), i * 40ms + i % 3 * 4ms).stream_time;
      longest = std::max(longest, at - before);
      before = at;
    }
    EXPECT_NEAR(to_seconds(last_), 19.96, 1);
    EXPECT_LE(longest, 300ms);
    EXPECT_GE(corrected_, 470);
    EXPECT_EQ(clock_.lie(), StampFault::erratic);
  }
}

TEST_F(StreamClockTest, StampsAtAWrongRateAreDetectedAndTrustedAgainOnceRight) {
  struct Case {
    double rate;
    StampFault lie;
    double seconds;  // until they are found out, at most
  };
  for (const Case& c :
       {Case{0.5, StampFault::slow, 8}, Case{0.9, StampFault::slow, 40}, Case{0.01, StampFault::slow, 5},
        Case{2, StampFault::fast, 4}, Case{1.1, StampFault::fast, 40}, Case{20, StampFault::fast, 1}}) {
    begin();
    now_ = 0ms;
    while (clock_.lie() == StampFault::none && now_ < 60s) run(40ms, c.rate);
    EXPECT_EQ(clock_.lie(), c.lie) << c.rate;
    EXPECT_LE(to_seconds(now_), c.seconds) << c.rate;
    const Nanoseconds from = last_;
    EXPECT_NEAR(to_seconds(run(100s, c.rate) - from), 100, 0.2) << c.rate;
    EXPECT_EQ(clock_.lie(), c.lie) << c.rate;  // for as long as it lasts
    run(21s);
    EXPECT_EQ(clock_.lie(), StampFault::none) << c.rate;
    const int so_far = corrected_;
    const Nanoseconds sane = last_;
    EXPECT_EQ(run(10s) - sane, 10s);
    EXPECT_EQ(corrected_, so_far);
  }
}

TEST_F(StreamClockTest, ABacklogAtTheStartIsNotTakenForStampsThatRunTooFast) {
  // Six seconds lie there and are read an eighth faster than they were made: only then the reader waits.
  for (; now_ - 0ms < 54s; now_ += 36ms, stamp_ += 40ms) show(stamp_, now_, false);
  run(60s);
  EXPECT_EQ(corrected_, 0);
}

TEST_F(StreamClockTest, ANewConnectionFollowsByArrival) {
  run(4s);
  now_ += 9s;
  stamp_ = 300h;
  clock_.begin_connection();
  EXPECT_EQ(show(stamp_, now_).stream_time, 12'960ms + 40ms);
  stamp_ += 40ms;
  now_ += 40ms;
  EXPECT_EQ(run(1s), 13'040ms + 960ms);
  clock_.begin_connection();
  stamp_ = 0s;
  EXPECT_EQ(run(1s), 14'040ms + 960ms);
  EXPECT_EQ(corrected_, 0);
}

TEST_F(StreamClockTest, AConnectionFollowsWhatWasRecorded) {
  clock_.begin_connection(60s);
  EXPECT_EQ(run(1s), 60'960ms);
}

// Wrong stamps stay wrong after a reconnect.
TEST_F(StreamClockTest, ANewConnectionDoesNotRestoreTrust) {
  run(10s, 0.5);
  EXPECT_EQ(clock_.lie(), StampFault::slow);
  clock_.begin_connection();
  const Nanoseconds from = last_;
  EXPECT_NEAR(to_seconds(run(10s, 0.5) - from), 10, 0.1);
}

TEST_F(StreamClockTest, TakenIsTheArrivalWithoutTheNetworksDelays) {
  run(5s);
  const StreamClock::Reading late = show(stamp_, now_ + 700ms);
  EXPECT_EQ(late.taken, kStart + now_);
  // A burst of a second: it ends with its arrival, and before it lie its pictures as they were taken.
  begin();
  for (int bursts = 0; bursts < 10; ++bursts) {
    for (int i = 0; i < 25; ++i) {
      const Nanoseconds came = (bursts + 1) * 1s;
      const auto reading = show(bursts * 1s + i * 40ms, came, i == 0);
      if (bursts == 0) continue;
      EXPECT_EQ(reading.taken, kStart + came - (24 - i) * 40ms);
    }
  }
}

TEST_F(StreamClockTest, NothingGoesBackWhateverComes) {
  std::uint64_t state = 1;
  Nanoseconds came{0};
  for (int i = 0; i < 200'000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto pick = state >> 60;
    if (state % 997 == 0) clock_.begin_connection();
    came += Nanoseconds(static_cast<std::int64_t>(state >> 36));
    if (pick < 2) {
      show(std::nullopt, came, pick == 0);
    } else if (pick < 4) {
      show(Nanoseconds(static_cast<std::int64_t>(state) >> 2), came);
    } else {
      show(came + Nanoseconds(static_cast<std::int64_t>(state >> 40)), came, pick < 12);
    }
  }
  EXPECT_LE(last_, came + 200'000 * 2s);
}

TEST(ArrivalLine, SpreadsOutLittleBurstsAndKeepsPauses) {
  ArrivalLine line;
  line.begin(kStart);
  Nanoseconds at{0}, longest{0};
  for (int i = 1; i <= 300; ++i) {
    const Nanoseconds step = line.step(kStart + i / 3 * 120ms);  // three at a time
    at += step;
    if (i > 30) longest = std::max(longest, step);
  }
  EXPECT_NEAR(to_seconds(at), 12, 0.2);
  EXPECT_LE(longest, 80ms);
  EXPECT_GE(line.step(kStart + 12s + 20s), 19s);
}

}  // namespace
}  // namespace vigia::camera
