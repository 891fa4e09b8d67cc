// The rules of one camera, on numbers. How long something lasts is this file's, from src/health/README.md.
#include "health/camera_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigia::health {
namespace {

using camera::Condition;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CameraHealthTest : public ::testing::Test {
 protected:
  CameraHealthTest() {
    camera_.name = "gate";
    camera_.is_online = true;
    camera_.signal = {.is_live = true,
                      .key_interval = 2s,
                      .since_key = 1s,
                      .decoded_after = 5ms,
                      .busy_for = 0s,
                      .still_for = 0s,
                      .brightness = 0.45,
                      .contrast = 0.2};
  }
  // So many seconds, one look each, 25 frames a second. Returns "+dark", "-dark" as they come.
  std::vector<std::string> pass(int seconds, double faces_missed = 0) {
    std::vector<std::string> told;
    for (int i = 0; i < seconds; ++i, now_ += 1s) {
      if (camera_.is_online) camera_.frames_decoded += 25;
      for (const HealthChange& change : health_.observe({camera_, faces_missed}, now_)) {
        told.push_back((change.holds ? "+" : "-") + std::string(to_string(change.condition)));
        last_ = change;
      }
    }
    return told;
  }

  status::CameraStatus camera_;
  CameraHealth health_;
  SteadyTime now_{1h};
  HealthChange last_;
};

TEST_F(CameraHealthTest, AHealthyCameraHasNoCondition) {
  EXPECT_THAT(pass(3600), IsEmpty());
  EXPECT_THAT(health_.conditions(now_), IsEmpty());
}

TEST_F(CameraHealthTest, WhatTheCameraSaysOfItsConnectionIsACondition) {
  for (const char* const reason : {"refused", "busy"}) {
    camera_.is_online = false;
    camera_.reason = reason;
    EXPECT_THAT(pass(1), ElementsAre(std::string("+") + reason));
    camera_.is_online = true;
    camera_.reason = "";
    EXPECT_THAT(pass(1), ElementsAre(std::string("-") + reason));
  }
}

TEST_F(CameraHealthTest, AReconnectAtOnceIsNoEvent) {
  camera_.is_online = false;
  camera_.reason = "offline";
  EXPECT_THAT(pass(2), IsEmpty());
  camera_.is_online = true;
  camera_.reason = "";
  EXPECT_THAT(pass(60), IsEmpty());
}

TEST_F(CameraHealthTest, ACameraThatIsAwayIsOfflineUntilItsVideoComes) {
  camera_.is_online = false;
  camera_.reason = "offline";
  camera_.message = "nothing listens there";
  EXPECT_THAT(pass(10), ElementsAre("+offline"));
  EXPECT_EQ(last_.text, "nothing listens there");
  camera_.is_online = true;
  camera_.reason = "";
  EXPECT_THAT(pass(1), ElementsAre("-offline"));
  EXPECT_EQ(last_.held, 7s);
}

TEST_F(CameraHealthTest, APictureThatDoesNotChangeForAMinuteIsFrozen) {
  camera_.signal.still_for = 59s;
  EXPECT_THAT(pass(1), IsEmpty());
  camera_.signal.still_for = 60s;
  EXPECT_THAT(pass(1), ElementsAre("+frozen"));
  camera_.signal.still_for = 0s;
  EXPECT_THAT(pass(5), ElementsAre("-frozen"));
}

TEST_F(CameraHealthTest, ABlackOrAUniformPictureIsDark) {
  for (const auto& [brightness, contrast] : {std::pair(0.01, 0.02), {0.35, 0.004}, {1.0, 0.0}}) {
    camera_.signal.brightness = brightness;
    camera_.signal.contrast = contrast;
    EXPECT_THAT(pass(10), IsEmpty()) << "a lamp that is switched off for a moment";
    EXPECT_THAT(pass(5), ElementsAre("+dark"));
    camera_.signal.brightness = 0.45;
    camera_.signal.contrast = 0.2;
    EXPECT_THAT(pass(10), ElementsAre("-dark"));
  }
}

TEST_F(CameraHealthTest, ANightWithALampIsNotDark) {
  camera_.signal.brightness = 0.03;
  camera_.signal.contrast = 0.08;
  EXPECT_THAT(pass(600), IsEmpty());
}

TEST_F(CameraHealthTest, ASingleDamageIsNoConditionAndManyAre) {
  pass(60);
  camera_.frames_damaged += 50;  // a whole group of pictures
  camera_.decoding_soft_errors += 1;
  EXPECT_THAT(pass(120), IsEmpty()) << "one lost group of pictures";
  for (int i = 0; i < 300; ++i) {
    camera_.frames_damaged += 1;  // one in 26: 3.8 %
    EXPECT_THAT(pass(1), IsEmpty());
  }
  std::vector<std::string> told;
  for (int i = 0; i < 120; ++i) {
    camera_.frames_damaged += 4;  // 14 %
    for (const std::string& change : pass(1)) told.push_back(change);
  }
  EXPECT_THAT(told, ElementsAre("+damaged"));
  EXPECT_THAT(pass(400), ElementsAre("-damaged"));
}

TEST_F(CameraHealthTest, AClockThatIsTwoSecondsOffIsTold) {
  camera_.clock_skew = -1900ms;
  EXPECT_THAT(pass(60), IsEmpty());
  camera_.clock_skew = -35s;
  EXPECT_THAT(pass(20), ElementsAre("+clock_skew"));
  EXPECT_EQ(last_.text, "its clock is 35.0 s behind this machine's");
  camera_.clock_skew = 1500ms;
  EXPECT_THAT(pass(60), IsEmpty()) << "nor does it end near the border";
  camera_.clock_skew = -200ms;
  EXPECT_THAT(pass(20), ElementsAre("-clock_skew"));
}

TEST_F(CameraHealthTest, KeyFramesFarApartAreToldBeforeTheNextOneComes) {
  camera_.signal.key_interval = 0s;  // none but the first has come
  camera_.signal.since_key = 5s;
  EXPECT_THAT(pass(10), ElementsAre("+sparse_key_frames"));
  camera_.signal.since_key = 1s;
  camera_.signal.key_interval = 12s;
  EXPECT_THAT(pass(60), IsEmpty());
  camera_.signal.key_interval = 2s;
  EXPECT_THAT(pass(100), ElementsAre("-sparse_key_frames"));
}

TEST_F(CameraHealthTest, ADecoderThatNeverWaitsIsTooSlow) {
  camera_.signal.busy_for = 4s;
  EXPECT_THAT(pass(10), IsEmpty());
  camera_.signal.busy_for = 6s;
  camera_.signal.decoded_after = 2500ms;
  EXPECT_THAT(pass(1), ElementsAre("+slow_decoder"));
  EXPECT_THAT(last_.text, HasSubstr("2.5 s after they came"));
  camera_.signal.busy_for = 0s;
  EXPECT_THAT(pass(20), ElementsAre("-slow_decoder"));
}

TEST_F(CameraHealthTest, NobodyWhereTenUsuallyComeIsTold) {
  EXPECT_THAT(pass(10, 9.9), IsEmpty());
  EXPECT_THAT(pass(1, 10.1), ElementsAre("+no_faces"));
  EXPECT_THAT(pass(1, 0), ElementsAre("-no_faces"));
}

TEST_F(CameraHealthTest, WithoutVideoAConditionOfThePictureStaysAsItWas) {
  camera_.signal.still_for = 60s;
  EXPECT_THAT(pass(1), ElementsAre("+frozen"));
  camera_.is_online = false;
  camera_.reason = "offline";
  camera_.signal.still_for = 0s;
  EXPECT_THAT(pass(60), ElementsAre("+offline"));
  EXPECT_THAT(health_.conditions(now_), ::testing::SizeIs(2));
}

TEST_F(CameraHealthTest, ARecordingIsWhatItIs) {
  camera_.signal = {.is_live = false, .still_for = 1h};
  camera_.frames_damaged = 1000;
  EXPECT_THAT(pass(120, 1000), IsEmpty());
}

TEST_F(CameraHealthTest, AConditionThatHoldsTellsItsNewestFigure) {
  camera_.signal.still_for = 60s;
  pass(1);
  camera_.signal.still_for = 100s;
  pass(1);
  const auto holding = health_.conditions(now_);
  ASSERT_EQ(holding.size(), 1U);
  EXPECT_THAT(holding.front().text, HasSubstr("100 s"));
  EXPECT_FALSE(holding.front().remedy.empty());
}

}  // namespace
}  // namespace vigia::health
