#include "orchestrator/camera_starts.h"

#include <gtest/gtest.h>

namespace vigia::orchestrator {
namespace {

using namespace std::chrono_literals;
using settings::CameraSettings;

CameraSettings file_read_at_once() {
  CameraSettings camera;
  camera.source.play_speed = -1;
  return camera;
}

CameraSettings switched_off() {
  CameraSettings camera;
  camera.source.active = false;
  return camera;
}

Nanoseconds last_start(std::size_t cameras) {
  return camera_starts(std::vector<CameraSettings>(cameras)).back();
}

TEST(CameraStartsTest, AFewBeginAQuarterOfASecondApart) {
  EXPECT_EQ(camera_starts(std::vector<CameraSettings>(3)), (std::vector<Nanoseconds>{0ms, 250ms, 500ms}));
}

TEST(CameraStartsTest, ManyBeginWithinTwoSecondsAndAThousandFiftyASecond) {
  EXPECT_EQ(last_start(8), 1750ms);
  EXPECT_EQ(last_start(40), 39 * 50ms);
  EXPECT_EQ(last_start(100), 99 * 20ms);
  EXPECT_EQ(last_start(1000), 999 * 20ms);
}

TEST(CameraStartsTest, WhatIsNoLiveCameraNeitherWaitsNorTakesATurn) {
  const std::vector<CameraSettings> cameras{CameraSettings{}, file_read_at_once(), switched_off(),
                                            CameraSettings{}};
  EXPECT_EQ(camera_starts(cameras), (std::vector<Nanoseconds>{0ms, 0ms, 0ms, 250ms}));
}

TEST(CameraStartsTest, NoneIsNoError) {
  EXPECT_TRUE(camera_starts({}).empty());
}

}  // namespace
}  // namespace vigia::orchestrator
