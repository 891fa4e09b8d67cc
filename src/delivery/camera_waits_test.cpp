#include "delivery/camera_waits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "testing/fake_clock.h"
#include "testing/log_capture.h"

namespace vigia::delivery {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;
using domain::CameraKey;
using Receiver = CameraWaits::Receiver;
using ::testing::HasSubstr;

class CameraWaitsTest : public ::testing::Test {
 protected:
  CameraWaits::Meaning fail(const CameraKey& camera, std::optional<Nanoseconds> after = {}) {
    return fail(camera, ++id_, after);
  }
  CameraWaits::Meaning fail(const std::string& camera, std::optional<Nanoseconds> after = {}) {
    return fail(CameraKey{camera, std::nullopt}, after);
  }
  CameraWaits::Meaning fail(const CameraKey& camera, std::int64_t id, std::optional<Nanoseconds> after) {
    CameraWaits::Meaning meaning = waits_.failed(camera, id, "no right", after);
    hear(meaning.changes);
    return meaning;
  }
  void succeed(const std::string& camera) { hear(waits_.succeeded({camera, std::nullopt})); }
  void hear(const std::vector<CameraWaits::Change>& changes) {
    for (const auto& [camera, waits_until] : changes) {
      if (waits_until) {
        until_[camera] = *waits_until;
      } else {
        EXPECT_EQ(until_.erase(camera), 1U) << camera.name << " did not wait";
      }
    }
  }
  // How long no shot of the camera is handed out, by all that the outbox was told.
  [[nodiscard]] Nanoseconds until_turn(const CameraKey& camera) const {
    const auto found = until_.find(camera);
    if (found == until_.end()) return Nanoseconds::zero();
    return std::max<Nanoseconds>(found->second - std::min(found->second, clock_.now()), Nanoseconds::zero());
  }
  [[nodiscard]] Nanoseconds until_turn(const std::string& camera) const {
    return until_turn(CameraKey{camera, std::nullopt});
  }
  // Tries, each second, everything that may be tried; returns the number of tries in that time.
  int tries(const std::vector<std::string>& cameras, Nanoseconds in) {
    int count = 0;
    for (const SteadyTime end = clock_.now() + in; clock_.now() < end; clock_.advance(1s)) {
      for (const std::string& camera : cameras) {
        if (until_turn(camera) > Nanoseconds::zero()) continue;
        ++count;
        fail(camera);
      }
    }
    return count;
  }
  [[nodiscard]] auto lines() const {
    const std::string all = log_.text();
    return std::count(all.begin(), all.end(), '\n');
  }

  testing::FakeClock clock_;
  CameraWaits waits_{"server", clock_};
  std::int64_t id_ = 0;
  std::map<CameraKey, SteadyTime> until_;
  testing::LogCapture log_;
};

TEST_F(CameraWaitsTest, ACameraWaitsAfterThreeOfItsShotsAndNoOtherDoes) {
  fail("gate");
  fail("gate");
  EXPECT_EQ(until_turn("gate"), Nanoseconds::zero());
  EXPECT_EQ(fail("gate").receiver, Receiver::works);
  EXPECT_GE(until_turn("gate"), Nanoseconds(1s));
  EXPECT_LE(until_turn("gate"), Nanoseconds(2s));
  EXPECT_EQ(until_turn("hall"), Nanoseconds::zero());
}

TEST_F(CameraWaitsTest, OneShotHoweverOftenItFailsMakesItsCameraNotWait) {
  for (int i = 0; i < 10; ++i) fail({"gate", std::nullopt}, 7, 60s);
  EXPECT_EQ(until_turn("gate"), Nanoseconds::zero());
}

TEST_F(CameraWaitsTest, ADeliveryInBetweenBeginsTheCountAgain) {
  for (int i = 0; i < 10; ++i) {
    fail("gate");
    fail("gate");
    succeed("gate");
  }
  EXPECT_EQ(until_turn("gate"), Nanoseconds::zero());
  EXPECT_TRUE(waits_.status().empty());
}

TEST_F(CameraWaitsTest, ACameraWaitsForTheTimeThatIsNamedAndNoLongerOnceAShotOfItIsTaken) {
  for (int i = 0; i < 3; ++i) fail("gate", 60s);
  EXPECT_EQ(until_turn("gate"), Nanoseconds(60s));
  clock_.advance(60s);
  fail("gate", 90s);
  EXPECT_EQ(until_turn("gate"), Nanoseconds(90s));
  succeed("gate");
  EXPECT_TRUE(until_.empty());
}

TEST_F(CameraWaitsTest, TwoCamerasOfTheSameNameWaitApart) {
  const CameraKey seven{"gate", 7}, eight{"gate", 8};
  for (int i = 0; i < 3; ++i) fail(seven, 60s);
  EXPECT_EQ(until_turn(seven), Nanoseconds(60s));
  EXPECT_EQ(until_turn(eight), Nanoseconds::zero());
  hear(waits_.succeeded(eight));
  EXPECT_EQ(until_turn(seven), Nanoseconds(60s));
}

TEST_F(CameraWaitsTest, AWaitingCameraIsTriedAFewTimesAMinute) {
  tries({"gate"}, 10min);
  const int in_ten_minutes = tries({"gate"}, 10min);
  EXPECT_GE(in_ten_minutes, 10);
  EXPECT_LE(in_ten_minutes, 20);
}

TEST_F(CameraWaitsTest, ThreeCamerasWithoutADeliveryInBetweenAreTheReceivers) {
  EXPECT_EQ(fail("one").receiver, Receiver::works);
  EXPECT_EQ(fail("two").receiver, Receiver::works);
  EXPECT_EQ(fail("two").receiver, Receiver::works);
  EXPECT_EQ(fail("three").receiver, Receiver::waits);
  EXPECT_EQ(fail("one").receiver, Receiver::unchanged) << "it tells nothing new";
  EXPECT_EQ(fail("four").receiver, Receiver::waits);
  EXPECT_GE(until_turn("four"), Nanoseconds(30s)) << "also with one shot";
  succeed("five");
  EXPECT_EQ(until_turn("four"), Nanoseconds::zero());
  EXPECT_EQ(fail("six").receiver, Receiver::works);
}

TEST_F(CameraWaitsTest, OfAHundredWaitingCamerasAFewAreTriedInAMinute) {
  std::vector<std::string> cameras;
  for (int i = 0; i < 100; ++i) cameras.push_back("camera " + std::to_string(i));
  tries(cameras, 30min);
  EXPECT_LE(tries(cameras, 60min), 60 * 6 + 100);
}

TEST_F(CameraWaitsTest, WhenAWaitingCameraIsTakenAgainTheOthersAreTriedAtOnce) {
  for (const char* camera : {"one", "two", "three"}) {
    for (int i = 0; i < 3; ++i) fail(camera, 60s);
  }
  succeed("one");
  EXPECT_EQ(until_turn("two"), Nanoseconds::zero());
  EXPECT_EQ(until_turn("three"), Nanoseconds::zero());
}

TEST_F(CameraWaitsTest, AFailureCountsAgainstAShotOnlyIfSomethingWasDeliveredBefore) {
  EXPECT_TRUE(fail("one").counts);
  EXPECT_FALSE(fail("one").counts);
  EXPECT_FALSE(fail("two").counts);
  succeed("three");
  EXPECT_TRUE(fail("two").counts);
}

TEST_F(CameraWaitsTest, SaysOneLineACameraAndOneWhenItIsTakenAgain) {
  for (int i = 0; i < 5; ++i) fail("gate");
  EXPECT_EQ(lines(), 1);
  EXPECT_THAT(log_.text(), HasSubstr("server: camera gate: a face was not taken and waits: no right"));
  clock_.advance(90s);
  const auto status = waits_.status();
  ASSERT_EQ(status.size(), 1U);
  EXPECT_EQ(status[0].camera, "gate");
  EXPECT_EQ(status[0].seconds, 90);
  EXPECT_EQ(status[0].why, "no right");
  succeed("gate");
  EXPECT_EQ(lines(), 2);
  EXPECT_THAT(log_.text(), HasSubstr("camera gate: faces are taken again after 90 s"));
  fail("gate");
  EXPECT_EQ(lines(), 2) << "not more than once an hour";
}

TEST_F(CameraWaitsTest, WhatIsLongAgoIsForgotten) {
  for (int i = 0; i < 3; ++i) fail("gone", 60s);
  clock_.advance(4h);
  fail("gate");
  EXPECT_TRUE(until_.empty()) << "also by the outbox";
  ASSERT_EQ(waits_.status().size(), 1U);
  EXPECT_EQ(waits_.status()[0].camera, "gate");
}

}  // namespace
}  // namespace vigia::delivery
