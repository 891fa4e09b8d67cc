#include "fleet/camera_starts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace vigia::fleet {
namespace {

using namespace std::chrono_literals;
using pipeline::CameraSettings;

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

double last_start(std::size_t cameras) {
  return to_seconds(camera_starts(std::vector<CameraSettings>(cameras)).back());
}

TEST(CameraStartsTest, AFewBeginAFifthOfASecondApartAndManyWithinTwoSeconds) {
  EXPECT_NEAR(last_start(1), 0, 1e-9);
  EXPECT_NEAR(last_start(8), 7 * 0.2206, 0.001);
  EXPECT_NEAR(last_start(40), 39 * 0.0206, 0.001);
  EXPECT_NEAR(last_start(100), 99 * 0.0206, 0.01);
  EXPECT_NEAR(last_start(1000), 999 * 0.0206, 0.1);
}

// The phase of each camera's frames within the time of one frame: no two are close together.
TEST(CameraStartsTest, FramesOfTheSameRateComeEvenly) {
  for (const std::size_t cameras : {2U, 4U, 8U, 16U, 20U, 32U}) {
    std::vector<double> places;
    for (const Nanoseconds start : camera_starts(std::vector<CameraSettings>(cameras))) {
      const double frames = to_seconds(start) * 30;
      places.push_back(frames - std::floor(frames));
    }
    std::ranges::sort(places);
    places.push_back(places.front() + 1);
    double least = 1;
    for (std::size_t i = 1; i < places.size(); ++i) least = std::min(least, places[i] - places[i - 1]);
    EXPECT_GT(least, 0.35 / static_cast<double>(cameras)) << cameras << " cameras";
  }
}

TEST(CameraStartsTest, WhatIsNoLiveCameraNeitherWaitsNorTakesATurn) {
  const std::vector<CameraSettings> cameras{CameraSettings{}, file_read_at_once(), switched_off(),
                                            CameraSettings{}};
  const auto starts = camera_starts(cameras);
  EXPECT_EQ(starts[0], 0ms);
  EXPECT_EQ(starts[1], 0ms);
  EXPECT_EQ(starts[2], 0ms);
  EXPECT_GT(starts[3], 200ms);
}

TEST(CameraStartsTest, NoneIsNoError) {
  EXPECT_TRUE(camera_starts({}).empty());
}

}  // namespace
}  // namespace vigia::fleet
