#include "delivery/send.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <thread>

#include "outbox/file_test_support.h"
#include "testing/fake_clock.h"
#include "testing/sample_shot.h"
#include "testing/temp_dir.h"

namespace vigia::delivery {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using domain::Reason;
using testing::FakeClock;
using testing::sample_shot;
using testing::TempDir;

DeliveryResult delivered() {
  return {.outcome = DeliveryResult::Outcome::delivered, .after = {}, .text = "event 1"};
}
DeliveryResult retry(std::optional<Nanoseconds> after = {}) {
  return {.outcome = DeliveryResult::Outcome::retry, .after = after, .text = "not now"};
}
DeliveryResult unanswered() {
  DeliveryResult delivery = retry();
  delivery.maybe_delivered = true;
  return delivery;
}
DeliveryResult alone() {
  DeliveryResult delivery = retry(60s);
  delivery.may_be_alone = true;
  return delivery;
}
DeliveryResult internal_error() {
  DeliveryResult delivery = retry();
  delivery.attempts_at_most = 3;
  delivery.may_be_alone = true;
  return delivery;
}

// Returns the scripted outcomes, then delivers everything.
class ScriptedCourier final : public Courier {
 public:
  explicit ScriptedCourier(Clock& clock) : clock_(clock) {}
  void next(DeliveryResult answer, int times = 1) {
    MutexLock lock(mutex_);
    for (int i = 0; i < times; ++i) answers_.push_back(answer);
  }
  [[nodiscard]] std::string name() const override { return "script"; }
  DeliveryResult deliver(const domain::Shot& shot, const std::stop_token&) override {
    MutexLock lock(mutex_);
    calls_.push_back({shot.track, clock_.now()});
    if (calls_.size() == stop_at_) stop_.request_stop();
    if (look_) {
      shot.going_out();
      look_();
    }
    if (answers_.empty()) return delivered();
    DeliveryResult answer = answers_.front();
    answers_.pop_front();
    return answer;
  }
  [[nodiscard]] std::optional<DeliveryResult> probe(const std::stop_token&) override {
    MutexLock lock(mutex_);
    ++probes_;
    return away_;
  }
  // What probe() returns from now on; nothing: the receiver answers.
  void be_away(std::optional<DeliveryResult> away) {
    MutexLock lock(mutex_);
    away_ = std::move(away);
  }
  [[nodiscard]] int probes() const {
    MutexLock lock(mutex_);
    return probes_;
  }
  void before_answering(std::function<void()> look) {
    MutexLock lock(mutex_);
    look_ = std::move(look);
  }
  void be_well() {
    MutexLock lock(mutex_);
    answers_.clear();
  }
  void stop_after(std::size_t calls, const std::stop_source& stop) {
    MutexLock lock(mutex_);
    stop_at_ = calls;
    stop_ = stop;
  }
  struct Call {
    std::uint64_t track;
    SteadyTime at;
  };
  [[nodiscard]] std::vector<Call> calls() const {
    MutexLock lock(mutex_);
    return calls_;
  }

 private:
  Clock& clock_;
  mutable Mutex mutex_;
  std::deque<DeliveryResult> answers_ GUARDED_BY(mutex_);
  std::optional<DeliveryResult> away_ GUARDED_BY(mutex_);
  int probes_ GUARDED_BY(mutex_) = 0;
  std::vector<Call> calls_ GUARDED_BY(mutex_);
  std::function<void()> look_ GUARDED_BY(mutex_);
  std::size_t stop_at_ GUARDED_BY(mutex_) = 0;
  std::stop_source stop_ GUARDED_BY(mutex_){std::nostopstate};
};

class Counts final : public outbox::ShotListener {
 public:
  void delivered(const domain::Shot&) override { ++delivered_count; }
  void refused(const domain::Shot&, Reason reason, const std::string&) override {
    ++refused_count;
    last_reason = reason;
  }
  void failed(const domain::Shot&, const std::string&) override { ++failed_count; }
  std::atomic<int> delivered_count{0}, refused_count{0}, failed_count{0};
  std::atomic<Reason> last_reason{Reason::shed};
};

// A thread that sleeps wakes at once, at the requested time: one thread runs through hours.
class JumpingClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime now() const override { return now_; }
  [[nodiscard]] UtcTime utc_now() const override { return testing::sample_time(); }
  bool sleep_until(SteadyTime when, const std::stop_token& stop) override {
    if (stop.stop_requested()) return false;
    now_ = std::max(now_, when);
    return true;
  }

 private:
  SteadyTime now_{std::chrono::hours(1)};
};

template <class ClockType>
class SenderFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = outbox::Outbox::open({.path = dir_ / "vigia.db"}, {"findface"}, memory_, clock_);
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    outbox_ = std::move(*opened);
  }
  void add(std::uint64_t track) { ASSERT_TRUE(outbox_->add(sample_shot(track)).ok()); }

  [[nodiscard]] std::int64_t begun_in_file() const { return outbox::begun_in_file(dir_ / "vigia.db"); }

  Sending parts() {
    return {*outbox_, "findface", courier_, breaker_, cameras_, counts_, clock_, resend_unanswered_};
  }

  TempDir dir_;
  ClockType clock_;
  memory::MemoryManager memory_{{.budget_bytes = 64_MiB}};
  ScriptedCourier courier_{clock_};
  Breaker breaker_{"script", clock_};
  CameraWaits cameras_{"script", clock_};
  Counts counts_;
  int resend_unanswered_ = 1;
  std::unique_ptr<outbox::Outbox> outbox_;
};

class SendTest : public SenderFixture<JumpingClock> {
 protected:
  // Sends everything that is due now; shots that then wait stay.
  void run_to_the_end() {
    outbox_->drain();
    run_sender(parts(), {});
  }
  // Runs until so many deliveries were tried, however long that takes by the clock.
  void run_until_call(std::size_t wanted) {
    std::stop_source stop;
    courier_.stop_after(wanted, stop);
    run_sender(parts(), stop.get_token());
  }
  [[nodiscard]] double seconds_between(std::size_t from, std::size_t to) const {
    return to_seconds(courier_.calls().at(to).at - courier_.calls().at(from).at);
  }
};

class PausedSendTest : public SenderFixture<FakeClock> {
 protected:
  std::jthread start() {
    return std::jthread([this](const std::stop_token& stop) { run_sender(parts(), stop); });
  }
  void wait_for_calls(std::size_t wanted) {
    while (courier_.calls().size() < wanted) std::this_thread::yield();
    ASSERT_TRUE(clock_.wait_for_sleepers(1));
  }
};

TEST_F(SendTest, DeliversWhatWaitsInOrderAndThenEndsWhenDraining) {
  for (const std::uint64_t track : {2U, 1U, 3U}) add(track);
  run_to_the_end();
  EXPECT_EQ(counts_.delivered_count, 3);
  ASSERT_EQ(courier_.calls().size(), 3U);
  EXPECT_EQ(courier_.calls()[0].track, 2U);
  EXPECT_EQ(courier_.calls()[2].track, 3U);
  EXPECT_EQ(outbox_->pending().shots, 0U);
}

TEST_F(SendTest, ARefusedShotIsCountedWithItsReasonAndGone) {
  courier_.next(
      {.outcome = DeliveryResult::Outcome::refused, .reason = Reason::no_face, .after = {}, .text = "none"});
  add(1);
  run_to_the_end();
  EXPECT_EQ(counts_.refused_count, 1);
  EXPECT_EQ(counts_.last_reason.load(), Reason::no_face);
  EXPECT_EQ(outbox_->pending().shots, 0U);
}

TEST_F(SendTest, AFailedShotStaysAndDoesNotHoldUpTheNext) {
  courier_.next(retry());
  add(1);
  add(2);
  run_to_the_end();
  EXPECT_EQ(counts_.delivered_count, 1);
  EXPECT_EQ(outbox_->pending().shots, 1U);
}

TEST_F(SendTest, RetriesComeAfterOneToTwoSecondsAndThenEachTimeLaterUpToAMinute) {
  courier_.next(retry(), 9);
  add(1);
  run_until_call(10);
  const double longest[] = {2, 4, 8, 16, 32, 60, 60, 60, 60};
  for (std::size_t i = 0; i < 9; ++i) {
    // The sender's own pause may be added to the shot's: both have the same bounds.
    EXPECT_GE(seconds_between(i, i + 1), longest[i] / 2) << "retry " << i;
    EXPECT_LE(seconds_between(i, i + 1), longest[i]) << "retry " << i;
  }
  EXPECT_EQ(counts_.delivered_count, 1);
}

TEST_F(SendTest, TheTimeThatTheReceiverNamesIsObeyedForEveryShot) {
  courier_.next(retry(90s));
  add(1);
  add(2);
  run_until_call(3);
  EXPECT_EQ(seconds_between(0, 1), 90);
  EXPECT_EQ(counts_.delivered_count, 2);
}

TEST_F(SendTest, ATimeBeyondAnHourIsNotBelieved) {
  courier_.next(retry(std::chrono::hours(24 * 365)));
  add(1);
  run_until_call(2);
  EXPECT_EQ(seconds_between(0, 1), 3600);
}

TEST_F(SendTest, ADeadReceiverIsNotAskedOnceForEachWaitingShot) {
  courier_.next(retry(), 1000);
  for (std::uint64_t track = 1; track <= 50; ++track) add(track);
  run_until_call(13);
  EXPECT_EQ(seconds_between(0, 2), 0);     // three at once
  EXPECT_GE(seconds_between(2, 12), 181);  // then pauses of 1, 2, 4, 8, 16, 30, 30 ... at least
  EXPECT_EQ(outbox_->pending().shots, 50U);
}

TEST_F(SendTest, AfterAnOutageEverythingIsDelivered) {
  courier_.next(retry(), 20);
  for (std::uint64_t track = 1; track <= 50; ++track) add(track);
  run_until_call(70);
  EXPECT_EQ(counts_.delivered_count, 50);
  EXPECT_EQ(outbox_->pending().shots, 0U);
}

TEST_F(SendTest, AShotSentWholeWithoutAnswerIsSentOnceMoreAndThenHasFailed) {
  courier_.next(unanswered(), 5);
  add(1);
  run_until_call(2);
  EXPECT_EQ(counts_.failed_count, 1);
  EXPECT_EQ(outbox_->pending().shots, 0U);
}

TEST_F(SendTest, HowOftenAnUnansweredShotIsSentAgainIsASetting) {
  resend_unanswered_ = 4;
  courier_.next(unanswered(), 10);
  add(1);
  run_until_call(5);
  EXPECT_EQ(counts_.failed_count, 1);
  resend_unanswered_ = 0;
  add(2);
  run_until_call(6);
  EXPECT_EQ(counts_.failed_count, 2);
  EXPECT_EQ(courier_.calls().size(), 6U);
}

TEST_F(SendTest, AFailureBeforeTheShotWasSentDoesNotUseUpItsSecondChance) {
  courier_.next(unanswered());
  courier_.next(retry(), 3);
  add(1);
  run_until_call(5);
  EXPECT_EQ(counts_.delivered_count, 1);
  EXPECT_EQ(counts_.failed_count, 0);
}

TEST_F(SendTest, AnErrorDoesNotUseUpTheSecondChanceOfAShotWithoutAnAnswer) {
  courier_.next(internal_error());
  courier_.next(unanswered());
  courier_.next(internal_error());
  add(1);
  run_until_call(4);
  EXPECT_EQ(counts_.delivered_count, 1);
}

TEST_F(SendTest, AShotWhoseAttemptsWereCutShortTwiceIsNotSentAgain) {
  add(1);
  for (int i = 0; i < 2; ++i) {
    const auto taken = outbox_->take("findface", clock_.now(), {});
    ASSERT_TRUE(taken.ok() && *taken);
    ASSERT_TRUE(outbox_->begin(**taken).ok());
    outbox_.reset();
    SetUp();
  }
  run_to_the_end();
  EXPECT_TRUE(courier_.calls().empty());
  EXPECT_EQ(counts_.failed_count, 1);
  EXPECT_EQ(outbox_->pending().shots, 0U);
}

TEST_F(SendTest, WhatIsAboutToGoOutIsMarkedInTheFile) {
  courier_.before_answering([this] { EXPECT_EQ(begun_in_file(), 1); });
  courier_.next(retry());
  add(1);
  run_to_the_end();
  EXPECT_EQ(courier_.calls().size(), 1U);
  EXPECT_EQ(begun_in_file(), 0);
}

TEST_F(SendTest, AnInternalErrorIsTriedThreeTimesBetweenOtherShotsAndThenRefused) {
  for (int i = 0; i < 3; ++i) {
    courier_.next(internal_error());
    courier_.next(delivered());
  }
  add(1);
  add(2);
  run_until_call(3);  // the first, the second, the first again
  add(3);
  run_until_call(5);
  EXPECT_EQ(counts_.refused_count, 1);
  EXPECT_EQ(counts_.last_reason.load(), Reason::refused);
  EXPECT_EQ(outbox_->pending().shots, 0U);
}

TEST_F(SendTest, AnInternalErrorOfEveryShotRefusesNone) {
  courier_.next(internal_error(), 1000);
  for (std::uint64_t track = 1; track <= 3; ++track) add(track);
  run_until_call(40);
  EXPECT_EQ(counts_.refused_count, 0);
  EXPECT_EQ(outbox_->pending().shots, 3U);
}

TEST_F(SendTest, AnErrorOfAReceiverThatDoesNotAnswerAProbeEitherCountsAgainstNoShot) {
  DeliveryResult by_proxy = unanswered();
  by_proxy.by_proxy = by_proxy.may_be_alone = true;
  courier_.be_away(retry(17s));
  courier_.next(by_proxy, 3);
  add(1);
  run_to_the_end();
  EXPECT_EQ(breaker_.status().state, Breaker::State::open);
  EXPECT_EQ(breaker_.status().next_try, 17);
  const auto again = outbox_->take("findface", clock_.now() + 1min, {});  // drains: it is not due
  EXPECT_FALSE(*again);
  EXPECT_EQ(counts_.failed_count, 0);
}

TEST_F(SendTest, AfterAFailureTheReceiverIsAskedBeforeTheNextShotIsRisked) {
  courier_.next(retry());
  add(1);
  run_to_the_end();
  EXPECT_EQ(courier_.probes(), 0);
  courier_.be_away(retry());
  add(2);
  run_to_the_end();
  EXPECT_EQ(courier_.probes(), 1);
  EXPECT_EQ(courier_.calls().size(), 1U) << "nothing was sent to it";
  EXPECT_EQ(breaker_.status().failures, 2);
  courier_.be_away({});
  add(3);
  run_to_the_end();
  EXPECT_EQ(counts_.delivered_count, 1);
}

TEST_F(SendTest, AShotThatFailsAloneWaitsAlone) {
  courier_.next(alone());
  for (std::uint64_t track = 1; track <= 20; ++track) add(track);
  run_to_the_end();
  EXPECT_EQ(counts_.delivered_count, 19);
  EXPECT_EQ(breaker_.status().opened, 0U);
  EXPECT_EQ(outbox_->pending().shots, 1U);
}

TEST_F(SendTest, WhetherAShotFailsAloneIsAskedAndAReceiverThatIsAwayWaits) {
  courier_.next(alone());
  courier_.be_away(retry(30s));
  add(1);
  add(2);
  run_to_the_end();
  EXPECT_EQ(courier_.probes(), 1);
  EXPECT_EQ(breaker_.status().state, Breaker::State::open);
  EXPECT_EQ(courier_.calls().size(), 1U);
}

TEST_F(SendTest, AnAnswerToOneShotOnlyEndsTheReceiversOutage) {
  courier_.next(retry(), 3);
  courier_.next(alone());
  add(1);
  run_until_call(4);
  EXPECT_EQ(breaker_.status().state, Breaker::State::closed) << "it answers";
}

TEST_F(PausedSendTest, OfManySendersOneTriesADeadReceiverAndItsSuccessWakesAll) {
  courier_.next(retry(), 1000);
  for (std::uint64_t track = 1; track <= 20; ++track) add(track);
  std::vector<std::jthread> senders;
  for (int i = 0; i < 4; ++i) senders.push_back(start());
  ASSERT_TRUE(clock_.wait_for_sleepers(4));
  std::size_t tried = courier_.calls().size();
  EXPECT_GE(tried, 3U);
  EXPECT_LE(tried, 6U) << "three, and what was under way";
  for (const int pause : {2, 4, 8}) {
    clock_.advance(std::chrono::seconds(pause));
    wait_for_calls(++tried);
    ASSERT_TRUE(clock_.wait_for_sleepers(4));
    EXPECT_EQ(courier_.calls().size(), tried) << "one try a pause";
  }
  courier_.be_well();
  while (outbox_->pending().shots > 0) {
    clock_.advance(1s);
    std::this_thread::yield();
  }
  for (std::jthread& sender : senders) sender.request_stop();
  senders.clear();
  EXPECT_EQ(counts_.delivered_count, 20);
}

TEST_F(PausedSendTest, DrainingEndsAllSendersWhileOneOfThemTries) {
  courier_.next(retry(), 1000);
  for (std::uint64_t track = 1; track <= 5; ++track) add(track);
  std::vector<std::jthread> senders;
  for (int i = 0; i < 4; ++i) senders.push_back(start());
  ASSERT_TRUE(clock_.wait_for_sleepers(4));
  outbox_->drain();
  senders.clear();  // joins: they have all ended
  EXPECT_EQ(outbox_->pending().shots, 5U);
}

TEST_F(SendTest, WhatTellsNothingOfTheReceiverDoesNotOpenTheBreaker) {
  DeliveryResult quiet = retry();
  quiet.tells_nothing = true;
  courier_.next(quiet, 10);
  for (std::uint64_t track = 1; track <= 10; ++track) add(track);
  run_to_the_end();
  EXPECT_EQ(courier_.calls().size(), 10U);
  EXPECT_EQ(breaker_.status().state, Breaker::State::closed);
}

TEST_F(PausedSendTest, AStopEndsASenderThatPauses) {
  courier_.next(retry(1800s));
  add(1);
  std::jthread sender = start();
  wait_for_calls(1);
  sender.request_stop();
  sender.join();
  EXPECT_EQ(outbox_->pending().shots, 1U);
}

TEST_F(PausedSendTest, DrainingEndsASenderThatPauses) {
  courier_.next(retry(1800s));
  add(1);
  std::jthread sender = start();
  wait_for_calls(1);
  outbox_->drain();
  sender.join();
  EXPECT_EQ(outbox_->pending().shots, 1U);
}

}  // namespace
}  // namespace vigia::delivery
