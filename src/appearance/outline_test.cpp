#include "appearance/outline.h"

#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>

namespace vigia::appearance {
namespace {

constexpr int kSide = kOutlineSide;

Patch<kSide> patch_of(const cv::Mat& grey) {
  Patch<kSide> patch;
  for (int i = 0; i < kSide * kSide; ++i)
    patch[static_cast<std::size_t>(i)] = grey.at<std::uint8_t>(i / kSide, i % kSide);
  return patch;
}

Outline outline_of(const cv::Mat& grey) {
  Outline found;
  describe_outline(patch_of(grey), found);
  return found;
}

// Blocks, cells in a block: row by row here, column by column in OpenCV.
std::size_t place(int block_x, int block_y, int cell_x, int cell_y, int direction) {
  return static_cast<std::size_t>((((block_y * 7 + block_x) * 2 + cell_y) * 2 + cell_x) * 9 + direction);
}

TEST(Outline, ARampToTheRightHasTheDirectionAcross) {
  cv::Mat grey(kSide, kSide, CV_8UC1);
  for (int x = 0; x < kSide; ++x) grey.col(x).setTo(3 * x);
  const Outline found = outline_of(grey);
  // 0 degrees is half in the bin from 160 to 180, half in that from 0 to 20; four cells alike: 1 / sqrt(8)
  // each, cut at 0.2 and stretched to 1 / sqrt(8) again: 0.354, which is 180 of 255 a half.
  for (int direction = 0; direction < 9; ++direction) {
    const bool across = direction == 0 || direction == 8;
    for (const int cell : {0, 1})
      EXPECT_NEAR(found[place(3, 3, cell, 1 - cell, direction)], across ? 180 : 0, 2) << direction;
  }
}

TEST(Outline, ARampDownHasTheDirectionDown) {
  cv::Mat grey(kSide, kSide, CV_8UC1);
  for (int y = 0; y < kSide; ++y) grey.row(y).setTo(3 * y);
  const Outline found = outline_of(grey);
  for (int direction = 0; direction < 9; ++direction)  // 90 degrees: the middle of the fifth; 1 / sqrt(4)
    EXPECT_NEAR(found[place(3, 3, 0, 0, direction)], direction == 4 ? 255 : 0, 2) << direction;
}

// OpenCV gives the middle of a block more weight, and divides nothing between neighbouring blocks.
TEST(Outline, IsCloseToOpencvs) {
  cv::theRNG().state = 7;
  for (int i = 0; i < 5; ++i) {
    cv::Mat coarse(9, 9, CV_8UC1), grey;
    cv::randu(coarse, 0, 256);
    cv::resize(coarse, grey, {kSide, kSide}, 0, 0, cv::INTER_CUBIC);
    const Outline found = outline_of(grey);
    std::vector<float> expected;
    cv::HOGDescriptor({64, 64}, {16, 16}, {8, 8}, {8, 8}, 9, 1, -1, cv::HOGDescriptor::L2Hys, 0.2, false)
        .compute(grey, expected);
    ASSERT_EQ(expected.size(), found.size());
    double dot = 0, squares = 0, squares_of_theirs = 0;
    std::size_t at = 0;
    for (int block_x = 0; block_x < 7; ++block_x) {
      for (int block_y = 0; block_y < 7; ++block_y) {
        for (const auto& [cell_x, cell_y] : {std::pair{0, 0}, {0, 1}, {1, 0}, {1, 1}}) {
          for (int direction = 0; direction < 9; ++direction, ++at) {
            const double own = found[place(block_x, block_y, cell_x, cell_y, direction)],
                         theirs = expected[at];
            dot += own * theirs;
            squares += own * own;
            squares_of_theirs += theirs * theirs;
          }
        }
      }
    }
    EXPECT_GT(dot / std::sqrt(squares * squares_of_theirs), 0.9);
  }
}

TEST(Outline, ContrastAndBrightnessDoNotMatter) {
  cv::Mat coarse(12, 12, CV_8UC1), grey;
  cv::randu(coarse, 60, 200);
  cv::resize(coarse, grey, {kSide, kSide}, 0, 0, cv::INTER_LINEAR);
  const Outline found = outline_of(grey), darker = outline_of(0.5 * grey + 20);
  for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], darker[i], 25) << i;
}

TEST(Outline, APlainPatchHasNone) {
  for (const auto value : outline_of(cv::Mat(kSide, kSide, CV_8UC1, cv::Scalar(90)))) ASSERT_EQ(value, 0);
}

}  // namespace
}  // namespace vigia::appearance
