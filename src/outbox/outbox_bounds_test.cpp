// The shots that are given up so that the outbox neither grows nor sends what is out of date.
#include <gtest/gtest.h>

#include <thread>

#include "outbox/outbox_test_support.h"

namespace vigia::outbox {
namespace {

using namespace std::chrono_literals;
using domain::Reason;
using testing::sample_shot;
using Tracks = std::vector<std::uint64_t>;

class OutboxBoundsTest : public OutboxFixture {
 protected:
  [[nodiscard]] Status add_for(std::uint64_t track, Nanoseconds max_age, Nanoseconds age = 0s) {
    domain::Shot shot = sample_shot(track);
    shot.max_age = max_age;
    shot.read_at = clock_.now() - age;
    return outbox_->add(shot);
  }
};

TEST_F(OutboxBoundsTest, AShotThatIsTooOldIsNotSentAndEndsAsExpired) {
  open();
  ASSERT_TRUE(add_for(1, 60s).ok());
  ASSERT_TRUE(add(2).ok());
  clock_.advance(60s);
  EXPECT_EQ(take_all(), (Tracks{2}));
  EXPECT_EQ(fates_.tracks(Reason::expired), (Tracks{1}));
  EXPECT_EQ(fates_.all().front().shot.camera, "gate");
  EXPECT_EQ(outbox_->status().expired, 1U);
  EXPECT_EQ(number("SELECT count(*) FROM shots"), 1);
}

TEST_F(OutboxBoundsTest, WhoSendsAShotIsToldItsDeadlineAlsoWhenItIsReadFromDisk) {
  open();
  ASSERT_TRUE(add_for(1, 60s, 10s).ok());
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->shot.deadline, clock_.now() + 50s);
}

TEST_F(OutboxBoundsTest, AShotThatGotTooLateInASendersHandsExpires) {
  open();
  ASSERT_TRUE(add_for(1, 60s).ok());
  const auto taken = take();
  ASSERT_TRUE(taken);
  clock_.advance(60s);
  ASSERT_TRUE(outbox_->postpone(*taken, {.until = clock_.now() + 2s}).ok());
  clock_.advance(1s);
  outbox_->tend();
  EXPECT_EQ(fates_.tracks(Reason::expired), (Tracks{1}));
  EXPECT_EQ(outbox_->pending().shots, 0U);
}

TEST_F(OutboxBoundsTest, ItsAgeCountsFromTheFrameNotFromTheAdding) {
  open();
  ASSERT_TRUE(add_for(1, 60s, 50s).ok());
  clock_.advance(9s);
  ASSERT_TRUE(add_for(2, 60s, 61s).ok());
  EXPECT_EQ(take_all(), (Tracks{1}));
  EXPECT_EQ(fates_.tracks(Reason::expired), (Tracks{2}));
}

TEST_F(OutboxBoundsTest, ItExpiresWithoutAnybodyAsking) {
  open();
  ASSERT_TRUE(add_for(1, 60s).ok());
  auto claimed = take();
  ASSERT_TRUE(claimed);
  ASSERT_TRUE(outbox_->postpone(*claimed, {.until = clock_.now() + 1h, .doubtful = false, .why = ""}).ok());
  clock_.advance(60s);
  outbox_->tend();
  EXPECT_EQ(fates_.tracks(Reason::expired), (Tracks{1}));
  EXPECT_EQ(outbox_->pending().shots, 0U);
}

TEST_F(OutboxBoundsTest, AWaitingSenderTakesOutWhatExpires) {
  open();
  ASSERT_TRUE(add_for(1, 60s).ok());
  auto claimed = take();
  ASSERT_TRUE(outbox_->postpone(*claimed, {.until = clock_.now() + 1h, .doubtful = false, .why = ""}).ok());
  open();  // not draining any more; the earlier shots are due
  ASSERT_TRUE(outbox_->take("findface", clock_.now(), {}).ok());
  ASSERT_TRUE(add_for(2, 5s).ok());
  std::jthread sender([this](const std::stop_token& stop) {
    static_cast<void>(outbox_->take("findface", clock_.now() + 1h, stop));  // pauses
  });
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  clock_.advance(5s);
  while (fates_.all().empty()) std::this_thread::yield();
  EXPECT_EQ(fates_.tracks(Reason::expired), (Tracks{2}));
}

TEST_F(OutboxBoundsTest, WhatASenderCarriesDoesNotExpireUnderIt) {
  open();
  ASSERT_TRUE(add_for(1, 60s).ok());
  const auto claimed = take();
  clock_.advance(61s);
  outbox_->tend();
  EXPECT_TRUE(fates_.all().empty());
  ASSERT_TRUE(outbox_->finished(*claimed).ok());
  clock_.advance(1s);
  outbox_->tend();
  EXPECT_TRUE(fates_.all().empty());
}

TEST_F(OutboxBoundsTest, JumpsOfTheTimeOfDayMakeNothingOlderInThisRun) {
  open();
  ASSERT_TRUE(add_for(1, 60s).ok());
  clock_.set_utc(clock_.utc_now() + 1h);
  ASSERT_TRUE(add_for(2, 60s).ok());
  clock_.set_utc(clock_.utc_now() - 2h);
  clock_.advance(59s);
  EXPECT_EQ(take_all(), (Tracks{2, 1}));  // backlog by now, newest first
}

TEST_F(OutboxBoundsTest, OfAnEarlierRunItIsAsOldAsTheTimeOfDaySays) {
  open();
  ASSERT_TRUE(add_for(1, 60s, 20s).ok());
  ASSERT_TRUE(add_for(2, 60s).ok());
  outbox_.reset();
  clock_.advance(50s);
  open();
  EXPECT_EQ(take_all(), (Tracks{2}));
  EXPECT_EQ(fates_.tracks(Reason::expired), (Tracks{1}));
}

TEST_F(OutboxBoundsTest, AClockThatWasSetBackMakesNothingYoungerWhileTheMachineRuns) {
  open();
  ASSERT_TRUE(add_for(1, 60s, 20s).ok());
  clock_.advance(30s);
  outbox_.reset();
  clock_.set_utc(clock_.utc_now() - 1h);
  open();
  clock_.advance(9s);
  outbox_->tend();
  EXPECT_EQ(outbox_->pending().shots, 1U);
  clock_.advance(1s);
  EXPECT_EQ(take_all(), (Tracks{}));
  EXPECT_EQ(fates_.tracks(Reason::expired), (Tracks{1}));
}

TEST_F(OutboxBoundsTest, AfterTheMachinesStartTheTimeOfDayTells) {
  open();
  ASSERT_TRUE(add_for(1, 60s).ok());
  ASSERT_TRUE(add_for(2, 120s).ok());
  outbox_.reset();
  clock_.reboot();
  clock_.set_utc(clock_.utc_now() + 90s);
  open();
  EXPECT_EQ(take_all(), (Tracks{2}));
  EXPECT_EQ(fates_.tracks(Reason::expired), (Tracks{1}));
}

// A door would open for a person who left long ago.
TEST_F(OutboxBoundsTest, WhatSeemsToBeOfTheFutureIsNotSentWhereItCouldBeTooLate) {
  open();
  ASSERT_TRUE(add_for(1, 60s).ok());
  ASSERT_TRUE(add(2).ok());
  outbox_.reset();
  clock_.reboot();
  clock_.set_utc(clock_.utc_now() - 1h);
  open();
  EXPECT_EQ(take_all(), (Tracks{2}));
  EXPECT_EQ(fates_.tracks(Reason::expired), (Tracks{1}));
}

// A machine without a battery is in 1970 until the network has set its clock.
TEST_F(OutboxBoundsTest, WhatAClockThatWasNotSetSawIsNotOlderThanAWeek) {
  const UtcTime right = clock_.utc_now();
  clock_.set_utc(from_unix_us(5'000'000));
  open();
  ASSERT_TRUE(add(1).ok());
  ASSERT_TRUE(add_for(2, 60s).ok());
  outbox_.reset();
  clock_.reboot();
  clock_.set_utc(right);
  open();
  EXPECT_EQ(take_all(), (Tracks{1}));
  EXPECT_EQ(fates_.tracks(Reason::expired), (Tracks{2}));
}

// A week's outage leaves more shots than one transaction should delete.
TEST_F(OutboxBoundsTest, ManyThatExpireAtOnceAreDeletedLittleByLittle) {
  options_.max_age = 100;
  open();
  const std::vector<domain::Shot> some(250, sample_shot(1));
  ASSERT_TRUE(outbox_->add(some).ok());
  clock_.advance(101s);
  for (const std::size_t left : {150U, 50U, 0U}) {
    outbox_->tend();
    EXPECT_EQ(outbox_->pending().shots, left);
    EXPECT_EQ(number("SELECT count(*) FROM shots"), static_cast<std::int64_t>(left));
  }
  EXPECT_EQ(outbox_->status().expired, 250U);
  EXPECT_EQ(fates_.all().size(), 250U);
}

// A recording carries its own time, years ago: its age counts from when it was played.
TEST_F(OutboxBoundsTest, ARecordingsTimeStampsAreNoAge) {
  open();
  domain::Shot shot = sample_shot(1);
  shot.captured = clock_.utc_now() - std::chrono::hours(24 * 365);
  ASSERT_TRUE(outbox_->add(shot).ok());
  open();
  EXPECT_EQ(take_all(), (Tracks{1}));
}

TEST_F(OutboxBoundsTest, WhatIsOlderThanTheOutboxKeepsExpires) {
  options_.max_age = 100;
  open();
  ASSERT_TRUE(add(1).ok());
  clock_.advance(60s);
  ASSERT_TRUE(add(2).ok());
  clock_.advance(50s);
  EXPECT_EQ(take_all(), (Tracks{2}));
  EXPECT_EQ(fates_.tracks(Reason::expired), (Tracks{1}));
}

TEST_F(OutboxBoundsTest, WithoutAMaximumNothingExpires) {
  options_.max_age = 0;
  open();
  ASSERT_TRUE(add(1).ok());
  clock_.advance(std::chrono::hours(24 * 365));
  EXPECT_EQ(take_all(), (Tracks{1}));
}

TEST_F(OutboxBoundsTest, BeyondItsBytesTheOldestGo) {
  options_.max_bytes = 250000;
  open();
  for (std::uint64_t track = 1; track <= 4; ++track) {
    ASSERT_TRUE(outbox_->add(large_shot(track, 100000)).ok());
  }
  EXPECT_EQ(fates_.tracks(Reason::shed), (Tracks{1, 2}));
  EXPECT_LE(outbox_->pending().bytes, 250000);
  EXPECT_EQ(outbox_->status().shed, 2U);
  open();
  EXPECT_EQ(take_all(), (Tracks{4, 3}));
}

TEST_F(OutboxBoundsTest, WhatASenderCarriesIsNotShed) {
  options_.max_bytes = 150000;
  open();
  ASSERT_TRUE(outbox_->add(large_shot(1, 100000)).ok());
  const auto carried = take();
  ASSERT_TRUE(outbox_->add(large_shot(2, 100000)).ok());
  EXPECT_TRUE(fates_.all().empty());
  ASSERT_TRUE(outbox_->finished(*carried).ok());
  ASSERT_TRUE(outbox_->add(large_shot(3, 100000)).ok());
  EXPECT_EQ(fates_.tracks(Reason::shed), (Tracks{2}));
}

TEST_F(OutboxBoundsTest, DeliveriesOfRoutesThatAreNotSetAreBoundedToo) {
  routes_ = {"mqtt"};
  open();
  ASSERT_TRUE(outbox_->add(large_shot(1, 100000)).ok());
  routes_ = {"findface"};
  options_.max_bytes = 150000;
  open();
  ASSERT_TRUE(outbox_->add(large_shot(2, 100000)).ok());
  EXPECT_EQ(outbox_->pending().shots, 1U);
  EXPECT_EQ(outbox_->status().shed, 1U);
  EXPECT_TRUE(fates_.all().empty());  // no route of this run had it
}

}  // namespace
}  // namespace vigia::outbox
