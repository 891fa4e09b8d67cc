#include "track/still_places.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "testing/data.h"

namespace vigia::track {
namespace {

using domain::Box;

// One of many different things to see: `kind` chooses its blots.
cv::Mat scene(int kind, double gain = 1) {
  cv::Mat luma(240, 320, CV_8UC1);
  for (int y = 0; y < luma.rows; ++y) {
    for (int x = 0; x < luma.cols; ++x) {
      const double value =
          120 + 40 * std::sin(x / (9.0 + kind) + kind) + 35 * std::cos(y / (8.0 + 2 * kind) + x / 40.0);
      luma.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(value * gain);
    }
  }
  return luma;
}

StillPicture picture(const cv::Mat& luma, const Box& box) {
  domain::Frame frame;
  frame.size = {luma.cols, luma.rows};
  frame.planes[0] = {luma.data, static_cast<int>(luma.step)};
  return take_picture(frame, box);
}

constexpr Box kPoster{100, 60, 80, 100};
constexpr Nanoseconds kNow = std::chrono::minutes(5);

TEST(StillPlacesTest, AKnownPictureIsHeldInOtherLightAndWithATremblingBox) {
  StillPlaces places;
  EXPECT_FALSE(places.holds(picture(scene(1), kPoster), kNow));
  places.remember(picture(scene(1), kPoster), kNow);
  EXPECT_TRUE(places.holds(picture(scene(1), kPoster), kNow));
  EXPECT_TRUE(places.holds(picture(scene(1, 0.6), kPoster), kNow));
  EXPECT_TRUE(places.holds(picture(scene(1), {103, 58, 82, 101}), kNow));
}

// Two people who stand at a turnstile one after the other: alike in light, not in colour.
TEST(StillPlacesTest, AnotherColourIsAnotherFace) {
  const cv::Mat luma = scene(1);
  const auto in_colour = [&](int u, int v) {
    const cv::Mat first(120, 160, CV_8UC1, cv::Scalar(u));
    const cv::Mat second(120, 160, CV_8UC1, cv::Scalar(v));
    domain::Frame frame;
    frame.size = {luma.cols, luma.rows};
    frame.planes = {domain::Plane{luma.data, static_cast<int>(luma.step)},
                    {first.data, static_cast<int>(first.step)},
                    {second.data, static_cast<int>(second.step)}};
    return take_picture(frame, kPoster);
  };
  StillPlaces places;
  places.remember(in_colour(110, 150), kNow);
  EXPECT_TRUE(places.holds(in_colour(110, 150), kNow));
  EXPECT_TRUE(places.holds(in_colour(114, 146), kNow)) << "the camera's white balance";
  EXPECT_FALSE(places.holds(in_colour(90, 150), kNow));
  EXPECT_FALSE(places.holds(in_colour(110, 170), kNow));
}

TEST(StillPlacesTest, ACoveredCornerDoesNotMatter) {
  StillPlaces places;
  places.remember(picture(scene(1), kPoster), kNow);
  cv::Mat covered = scene(1);
  covered(cv::Rect(100, 60, 26, 100)).setTo(40);
  EXPECT_TRUE(places.holds(picture(covered, kPoster), kNow));
}

TEST(StillPlacesTest, SomebodyElseThereIsNotHeld) {
  StillPlaces places;
  places.remember(picture(scene(1), kPoster), kNow);
  for (const int other : {2, 3, 4, 5})
    EXPECT_FALSE(places.holds(picture(scene(other), kPoster), kNow)) << other;
  EXPECT_FALSE(places.holds(picture(scene(1), {135, 60, 80, 100}), kNow)) << "elsewhere";
  EXPECT_FALSE(places.holds(picture(scene(1), {85, 40, 112, 140}), kNow)) << "larger";
}

TEST(StillPlacesTest, AnEmptyWallIsNothingToKnowAgain) {
  StillPlaces places;
  const cv::Mat wall(240, 320, CV_8UC1, cv::Scalar(90));
  places.remember(picture(wall, kPoster), kNow);
  EXPECT_FALSE(places.holds(picture(wall, kPoster), kNow));
}

TEST(StillPlacesTest, WhatLivesIsForgottenAndWhatIsNotSeenForHoursToo) {
  StillPlaces places;
  places.remember(picture(scene(1), kPoster), kNow);
  EXPECT_TRUE(places.holds(picture(scene(1), kPoster), kNow + std::chrono::hours(3)));
  EXPECT_FALSE(places.holds(picture(scene(1), kPoster), kNow + std::chrono::hours(48)));
  places.forget(picture(scene(1), kPoster));
  EXPECT_FALSE(places.holds(picture(scene(1), kPoster), kNow));
  EXPECT_EQ(places.count(), 0U);
}

TEST(StillPlacesTest, TheOneNotSeenForLongestGivesWay) {
  StillPlaces places;
  for (int i = 0; i < 100; ++i) {
    places.remember(picture(scene(1), {static_cast<float>(2 * i), 60, 80, 100}),
                    kNow + std::chrono::seconds(i));
  }
  EXPECT_LE(places.count(), 32U);
  EXPECT_TRUE(places.holds(picture(scene(1), {198, 60, 80, 100}), kNow));
}

TEST(StillPlacesTest, WithoutAPictureNothingIsHeld) {
  StillPlaces places;
  domain::Frame frame;
  frame.size = {320, 240};
  places.remember(take_picture(frame, kPoster), kNow);
  EXPECT_FALSE(places.holds(take_picture(frame, kPoster), kNow));
  EXPECT_EQ(places.count(), 0U);
}

// Marked faces of photographs, all scaled to one size and place: each is recognised, none taken for another.
TEST(StillPlacesTest, OneRealFaceIsNotTakenForAnother) {
  NEED_DATA();
  const std::string data = testing::data_folder();
  const auto photos = std::filesystem::path(data) / "photos";
  std::ifstream list(photos / "faces.csv");
  std::vector<StillPicture> faces;
  for (std::string line; std::getline(list, line);) {
    std::ranges::replace(line, ',', ' ');
    std::istringstream words(line);
    std::string file;
    Box box;
    if (!(words >> file >> box.left >> box.top >> box.width >> box.height)) continue;
    faces.push_back(picture(cv::imread((photos / file).string(), cv::IMREAD_GRAYSCALE), box));
    faces.back().box = kPoster;
  }
  ASSERT_GT(faces.size(), 10U);
  int taken_for_another = 0;
  for (std::size_t i = 0; i < faces.size(); ++i) {
    StillPlaces places;
    places.remember(faces[i], kNow);
    EXPECT_TRUE(places.holds(faces[i], kNow));
    for (std::size_t k = 0; k < faces.size(); ++k)
      taken_for_another += k != i && places.holds(faces[k], kNow) ? 1 : 0;
  }
  EXPECT_EQ(taken_for_another, 0) << "of " << faces.size() * (faces.size() - 1);
}

}  // namespace
}  // namespace vigia::track
