#include "appearance/patch.h"

#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>
#include <vector>

namespace vigia::appearance {
namespace {

cv::Mat noise(int width, int height) {
  cv::Mat plane(height, width, CV_8UC1);
  cv::randu(plane, 0, 256);
  return plane;
}

Samples samples_of(const cv::Mat& plane) {
  return {plane.data, static_cast<std::ptrdiff_t>(plane.step), 1, {plane.cols, plane.rows}};
}

std::vector<float> resampled(const cv::Mat& plane, const domain::Box& part, int side) {
  std::vector<float> out(static_cast<std::size_t>(side * side), -1);
  resample(samples_of(plane), part, side, out.data());
  return out;
}

TEST(Patch, IsOpencvsAreaResizeWhereThatIsTheMeanOfWholePixels) {
  const cv::Mat plane = noise(200, 150);
  cv::Mat expected;
  cv::resize(plane(cv::Rect(20, 10, 96, 128)), expected, {32, 32}, 0, 0, cv::INTER_AREA);
  const auto found = resampled(plane, {20, 10, 96, 128}, 32);
  for (int i = 0; i < 32 * 32; ++i)
    ASSERT_NEAR(found[static_cast<std::size_t>(i)], expected.at<std::uint8_t>(i / 32, i % 32), 0.51) << i;
}

TEST(Patch, SharesPixelsOutByTheAreaThatIsCovered) {
  const cv::Mat plane = noise(300, 300);
  cv::Mat exact, expected;
  plane(cv::Rect(7, 9, 131, 77)).convertTo(exact, CV_32F);
  cv::resize(exact, expected, {64, 64}, 0, 0, cv::INTER_AREA);
  const auto found = resampled(plane, {7, 9, 131, 77}, 64);
  for (int i = 0; i < 64 * 64; ++i)
    ASSERT_NEAR(found[static_cast<std::size_t>(i)], expected.at<float>(i / 64, i % 64), 0.01) << i;
}

TEST(Patch, LiesBetweenTheNearestPixelsWhereItIsEnlarged) {
  const cv::Mat plane = noise(60, 60);
  cv::Mat exact, expected;
  plane.convertTo(exact, CV_32F);
  cv::resize(exact, expected, {128, 128}, 0, 0, cv::INTER_LINEAR);
  const auto found = resampled(plane, {0, 0, 60, 60}, 128);
  for (int i = 0; i < 128 * 128; ++i)
    ASSERT_NEAR(found[static_cast<std::size_t>(i)], expected.at<float>(i / 128, i % 128), 0.01) << i;
}

TEST(Patch, RepeatsTheEdgeOutsideThePlane) {
  const cv::Mat plane = (cv::Mat_<std::uint8_t>(2, 2) << 10, 20, 30, 40);
  const auto found = resampled(plane, {-4, -4, 10, 10}, 5);  // two pixels each
  EXPECT_FLOAT_EQ(found[0], 10);
  EXPECT_FLOAT_EQ(found[4], 20);
  EXPECT_FLOAT_EQ(found[20], 30);
  EXPECT_FLOAT_EQ(found[24], 40);
  EXPECT_FLOAT_EQ(found[12], 25);
}

TEST(Patch, OfALargePartIsCloseToTheMeanOfAllItsPixels) {
  cv::Mat plane, expected;
  cv::resize(noise(30, 20), plane, {3000, 2000}, 0, 0, cv::INTER_LINEAR);
  cv::resize(plane(cv::Rect(100, 100, 2560, 1280)), expected, {32, 32}, 0, 0, cv::INTER_AREA);
  const auto found = resampled(plane, {100, 100, 2560, 1280}, 32);
  for (int i = 0; i < 32 * 32; ++i)
    ASSERT_NEAR(found[static_cast<std::size_t>(i)], expected.at<std::uint8_t>(i / 32, i % 32), 5) << i;
}

TEST(Patch, TakesOneOfTwoInterleavedPlanes) {
  const cv::Mat u = noise(50, 40), v = noise(50, 40);
  cv::Mat both;
  cv::merge(std::vector<cv::Mat>{u, v}, both);
  std::vector<float> found(32 * 32);
  resample({both.data + 1, static_cast<std::ptrdiff_t>(both.step), 2, {50, 40}}, {3, 4, 40, 33}, 32,
           found.data());
  EXPECT_EQ(found, resampled(v, {3, 4, 40, 33}, 32));
}

}  // namespace
}  // namespace vigia::appearance
