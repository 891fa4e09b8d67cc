// The time of capture that receivers are told where this machine's clock was wrong at the capture.
#include "outbox/capture_time.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>

#include "domain/event_id.h"
#include "outbox/faulty_outbox_test_support.h"

namespace vigia::outbox {
namespace {

using namespace std::chrono_literals;
using Fault = testing::FaultyDisk::Fault;
using Tracks = std::vector<std::uint64_t>;

class CaptureTimeTest : public FaultyOutboxFixture {
 protected:
  // A machine without a battery starts in 1970.
  void unset_clock() { clock_.set_utc(UtcTime(200s)); }
  // The network has set the clock: what is now is `right_`, and goes on with the fake clock.
  void set_clock() { clock_.set_utc(right_now()); }
  [[nodiscard]] UtcTime right_now() const {
    return right_ + std::chrono::duration_cast<UtcTime::duration>(clock_.now() - start_);
  }
  // What a camera's frame of now becomes, by the clock as it is.
  [[nodiscard]] domain::Shot shot_of_now(std::uint64_t track) const {
    domain::Shot shot = testing::sample_shot(track);
    shot.captured = clock_.utc_now() - 40ms;
    shot.read_at = clock_.now();
    shot.read_utc = clock_.utc_now();
    return shot;
  }
  void see(std::uint64_t track) { ASSERT_TRUE(outbox_->add(shot_of_now(track)).ok()); }
  // The same machine and file, and a new run.
  void restart() {
    outbox_->close();
    open();
  }

  const SteadyTime start_ = clock_.now();
  const UtcTime right_ = clock_.utc_now();
};

TEST_F(CaptureTimeTest, OnceTheClockIsSetWhatWasSeenBeforeIsSentWithTheRightTime) {
  unset_clock();
  open();
  for (std::uint64_t track = 1; track <= 3; ++track) {
    see(track);
    clock_.advance(10s);
  }
  EXPECT_EQ(take_all(), Tracks());
  set_clock();
  clock_.advance(1s);
  for (std::uint64_t track = 1; track <= 3; ++track) {
    const auto taken = take();
    ASSERT_TRUE(taken) << track;
    const auto seen_after = std::chrono::seconds(10 * (static_cast<int>(taken->shot.track) - 1));
    EXPECT_EQ(told_time(taken->shot), right_ + seen_after - 40ms) << track;
    EXPECT_TRUE(taken->shot.captured_corrected);
    EXPECT_FALSE(taken->shot.clock_unset);
  }
}

TEST_F(CaptureTimeTest, ASenderThatWaitsGetsThemAsSoonAsTheClockIsSet) {
  unset_clock();
  open();
  see(1);
  std::optional<std::uint64_t> track;
  std::jthread sender([&](const std::stop_token& stop) {
    auto taken = outbox_->take("findface", clock_.now(), stop);
    if (taken.ok() && *taken) track = (*taken)->shot.track;
  });
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  set_clock();
  outbox_->tend();
  sender.join();
  EXPECT_EQ(track, 1U);
}

TEST_F(CaptureTimeTest, OneWhoWasInViewWhenTheClockWasSetHasTheRightTimeToo) {
  unset_clock();
  open();
  const domain::Shot best = shot_of_now(1);
  clock_.advance(90s);
  set_clock();
  ASSERT_TRUE(outbox_->add(best).ok());
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(told_time(taken->shot), right_ - 40ms);
}

TEST_F(CaptureTimeTest, AClockThatIsSetBackCorrectsAsWell) {
  clock_.set_utc(right_ + 1h);
  open();
  see(1);
  set_clock();
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->shot.captured, right_ + 1h - 40ms);
  EXPECT_EQ(told_time(taken->shot), right_ - 40ms);
}

// A time server moves the clock by seconds now and then: that is no reason to change what was seen.
TEST_F(CaptureTimeTest, AFewSecondsAreNotCorrected) {
  clock_.set_utc(right_ - 5s);
  open();
  see(1);
  clock_.advance(20s);
  set_clock();
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_FALSE(taken->shot.captured_corrected);
  EXPECT_FALSE(taken->shot.clock_unset);
  EXPECT_EQ(told_time(taken->shot), right_ - 5s - 40ms);
}

TEST_F(CaptureTimeTest, AfterTenMinutesWithoutAClockItIsSentAndMarked) {
  unset_clock();
  open();
  see(1);
  clock_.advance(10min - 1s);
  EXPECT_EQ(take_all(), Tracks());
  clock_.advance(1s);
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_TRUE(taken->shot.clock_unset);
  EXPECT_FALSE(taken->shot.captured_corrected);
  EXPECT_EQ(told_time(taken->shot), UtcTime(200s) - 40ms);
}

// The other receiver was away meanwhile.
TEST_F(CaptureTimeTest, EachAttemptTellsWhatIsKnownThen) {
  routes_ = {"findface", "mqtt"};
  unset_clock();
  open();
  see(1);
  clock_.advance(11min);
  const auto marked = take("findface");
  ASSERT_TRUE(marked && marked->shot.clock_unset);
  ASSERT_TRUE(outbox_->postpone(*marked, {.until = clock_.now()}).ok());
  set_clock();
  for (const char* const route : {"findface", "mqtt"}) {
    const auto taken = take(route);
    ASSERT_TRUE(taken) << route;
    EXPECT_FALSE(taken->shot.clock_unset) << route;
    EXPECT_EQ(told_time(taken->shot), right_ - 40ms) << route;
  }
}

TEST_F(CaptureTimeTest, ThatOneWaitsForTheClockHoldsUpNoOther) {
  replay_.rate = 1;  // nor uses up what the backlog may send
  open();
  see(1);
  restart();
  unset_clock();
  for (std::uint64_t track = 2; track <= 9; ++track) see(track);
  domain::Shot by_stream = testing::sample_shot(10);
  by_stream.read_at = clock_.now();
  ASSERT_TRUE(outbox_->add(by_stream).ok());
  EXPECT_EQ(take_all(), (Tracks{10, 1}));
}

TEST_F(CaptureTimeTest, OneThatWouldExpireDoesNotWait) {
  unset_clock();
  open();
  domain::Shot shot = shot_of_now(1);
  shot.max_age = 9min;
  ASSERT_TRUE(outbox_->add(shot).ok());
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_TRUE(taken->shot.clock_unset);
}

TEST_F(CaptureTimeTest, AfterARebootNothingCanBeCorrectedAndOnlyWhatIsPlainlyWrongIsMarked) {
  unset_clock();
  open();
  see(1);
  clock_.set_utc(right_ - 48h);  // the last shutdown's time
  see(2);
  outbox_->close();
  clock_.reboot();
  set_clock();
  open();
  for (int i = 0; i < 2; ++i) {
    const auto taken = take();
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->shot.clock_unset, taken->shot.track == 1);
    EXPECT_FALSE(taken->shot.captured_corrected);
  }
}

TEST_F(CaptureTimeTest, AnotherRunCorrectsWhatAnEarlierOneLeftAndSendsNothingTwice) {
  unset_clock();
  open();
  see(1);
  const std::string name = event_id(shot_of_now(1));
  restart();
  EXPECT_EQ(take_all(), Tracks()) << "the clock is not set yet";
  set_clock();
  clock_.advance(5s);
  restart();
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(told_time(taken->shot), right_ - 40ms);
  EXPECT_EQ(event_id(taken->shot), name);
  restart();  // before the receiver's answer was noted
  const auto again = take();
  ASSERT_TRUE(again);
  EXPECT_EQ(told_time(again->shot), right_ - 40ms);
  EXPECT_EQ(event_id(again->shot), name);
  ASSERT_TRUE(outbox_->finished(*again).ok());
  restart();
  EXPECT_EQ(take_all(), Tracks());
}

TEST_F(CaptureTimeTest, WhatTheJournalHasOfAnEarlierRunIsCorrected) {
  unset_clock();
  open();
  const domain::Shot best = shot_of_now(1);
  ASSERT_EQ(outbox_->journal({&best, 1}).size(), 1U);
  clock_.advance(30s);
  restart();
  EXPECT_EQ(take_all(), Tracks());
  set_clock();
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(told_time(taken->shot), right_ - 40ms);
  EXPECT_EQ(event_id(taken->shot), event_id(best));
}

TEST_F(CaptureTimeTest, WhatIsInMemoryOnlyIsCorrected) {
  unset_clock();
  open();
  disk_.fail(Fault::full);
  EXPECT_FALSE(outbox_->add(shot_of_now(1)).ok());
  EXPECT_EQ(take_all(), Tracks());
  set_clock();
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(told_time(taken->shot), right_ - 40ms);
}

TEST_F(CaptureTimeTest, TheStreamsOwnTimeIsNeitherCorrectedNorMarkedNorWaitedFor) {
  unset_clock();
  open();
  for (const auto own : {UtcTime(right_ - 24h), UtcTime(500'000s)}) {  // a recording's, or simply from 0
    domain::Shot shot = shot_of_now(1);
    shot.captured = own;
    ASSERT_TRUE(outbox_->add(shot).ok());
    auto taken = take();
    ASSERT_TRUE(taken);
    EXPECT_FALSE(taken->shot.clock_unset);
    ASSERT_TRUE(outbox_->postpone(*taken, {.until = clock_.now()}).ok());
    set_clock();
    taken = take();
    ASSERT_TRUE(taken);
    EXPECT_EQ(told_time(taken->shot), own);
    EXPECT_FALSE(taken->shot.captured_corrected);
    ASSERT_TRUE(outbox_->finished(*taken).ok());
    unset_clock();
  }
}

TEST_F(CaptureTimeTest, AClockThatLostItsTimeCorrectsNothing) {
  open();
  see(1);
  clock_.set_utc(UtcTime(200s));
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(told_time(taken->shot), right_ - 40ms);
  EXPECT_FALSE(taken->shot.clock_unset);
}

TEST_F(CaptureTimeTest, AStartWithoutAClockSaysSo) {
  const auto warnings = [this] {
    const Log log;
    open();
    std::size_t about_clock = 0;
    for (const std::string& line : log.lines()) about_clock += line.find("1970-01-01T00:03:20") != line.npos;
    return about_clock;
  };
  EXPECT_EQ(warnings(), 0U);
  unset_clock();
  EXPECT_EQ(warnings(), 1U);
}

}  // namespace
}  // namespace vigia::outbox
