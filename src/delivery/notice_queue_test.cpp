#include "delivery/notice_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/channel.h"
#include "base/worker.h"
#include "testing/fake_clock.h"

namespace vigia::delivery {
namespace {

using namespace std::chrono_literals;

CameraNotice notice(const std::string& camera) {
  return {.camera = camera,
          .condition = "frozen",
          .holds = true,
          .text = "the picture has not changed for 60 s",
          .remedy = "restart the camera",
          .at = UtcTime(1'795'438'801'123'456us)};
}

// Answers as the test says, one answer a notice; "" after those.
class Receiver final : public Courier {
 public:
  [[nodiscard]] std::string name() const override { return "webhook http://127.0.0.1"; }
  DeliveryResult deliver(const domain::Shot& /*shot*/, const std::stop_token& /*stop*/) override {
    return {};
  }
  [[nodiscard]] std::optional<DeliveryResult> probe(const std::stop_token& /*stop*/) override { return {}; }
  [[nodiscard]] bool takes_notices() const override { return true; }
  DeliveryResult tell(const CameraNotice& notice, const std::stop_token& stop) override {
    static_cast<void>(told.push(notice.camera));
    return answers.pop(stop).value_or(DeliveryResult{});
  }

  Channel<std::string> told{1000};
  Channel<DeliveryResult> answers{1000};
};

class NoticeQueueTest : public ::testing::Test {
 protected:
  void answer(DeliveryResult::Outcome outcome, std::optional<Nanoseconds> after = std::nullopt) {
    static_cast<void>(receiver_.answers.push({.outcome = outcome, .after = after, .text = "so"}));
  }
  void start() {
    thread_ = Worker("notices", [this](const std::stop_token& stop) { queue_.run(receiver_, clock_, stop); });
  }
  // Waits for it.
  std::string told() { return receiver_.told.pop({}).value_or(""); }

  testing::FakeClock clock_;
  Receiver receiver_;
  NoticeQueue queue_;
  Worker thread_;
};

TEST_F(NoticeQueueTest, NoticesArriveInOrder) {
  start();
  for (const char* const camera : {"gate", "door", "hall"}) {
    answer(DeliveryResult::Outcome::delivered);
    queue_.push(notice(camera));
  }
  EXPECT_EQ(told(), "gate");
  EXPECT_EQ(told(), "door");
  EXPECT_EQ(told(), "hall");
  EXPECT_EQ(queue_.dropped(), 0U);
}

TEST_F(NoticeQueueTest, AReceiverThatIsAwayGetsItLaterAndTheNextAfterIt) {
  start();
  queue_.push(notice("gate"));
  queue_.push(notice("door"));
  answer(DeliveryResult::Outcome::retry);
  EXPECT_EQ(told(), "gate");
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  answer(DeliveryResult::Outcome::retry, 90s);
  clock_.advance(1s);
  EXPECT_EQ(told(), "gate");
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  answer(DeliveryResult::Outcome::delivered);
  clock_.advance(90s);
  EXPECT_EQ(told(), "gate");
  answer(DeliveryResult::Outcome::delivered);
  EXPECT_EQ(told(), "door");
}

TEST_F(NoticeQueueTest, WhatIsRefusedIsDroppedAndCounted) {
  start();
  answer(DeliveryResult::Outcome::refused);
  answer(DeliveryResult::Outcome::delivered);
  queue_.push(notice("gate"));
  queue_.push(notice("door"));
  EXPECT_EQ(told(), "gate");
  EXPECT_EQ(told(), "door");
  EXPECT_EQ(queue_.dropped(), 1U);
}

TEST_F(NoticeQueueTest, TheOldestGoesWhereTooManyWait) {
  for (int i = 0; i < 300; ++i) queue_.push(notice(std::to_string(i)));
  EXPECT_EQ(queue_.dropped(), 300 - NoticeQueue::kMostWaiting);
  start();
  EXPECT_EQ(told(), "44");
}

TEST_F(NoticeQueueTest, AStopEndsTheWait) {
  start();
  queue_.push(notice("gate"));
  answer(DeliveryResult::Outcome::retry, 1h);
  EXPECT_EQ(told(), "gate");
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  thread_ = Worker();
}

TEST(CameraNoticeTest, ABeginningSaysWhatToDoAndAnEndForHowLong) {
  CameraNotice of = notice("gate");
  EXPECT_EQ(dump_json(notice_json(of)),
            R"({"event":"camera_condition","event_id":"gate-frozen-1795438801123456","camera":"gate",)"
            R"("condition":"frozen","holds":true,"at":"2026-11-23T13:00:01.123456Z",)"
            R"("text":"the picture has not changed for 60 s","remedy":"restart the camera"})");
  of.holds = false;
  of.held = 120s;
  EXPECT_EQ(dump_json(notice_json(of)),
            R"({"event":"camera_condition","event_id":"gate-frozen-1795438801123456","camera":"gate",)"
            R"("condition":"frozen","holds":false,"at":"2026-11-23T13:00:01.123456Z","seconds":120.0})");
}

}  // namespace
}  // namespace vigia::delivery
