#include "shot/smaller_shot.h"

#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <opencv2/core.hpp>
#include <vector>

#include "shot/jpeg_encoder.h"
#include "testing/frame_maker.h"

namespace vigia::shot {
namespace {

using domain::Region;
using domain::Size;

class SmallerShotTest : public ::testing::Test {
 protected:
  // The left half red, the right half blue.
  domain::Shot shot(Size size) {
    cv::Mat picture(size.height, size.width, CV_8UC3, cv::Scalar(200, 30, 30));
    picture(cv::Rect(0, 0, size.width / 2, size.height)).setTo(cv::Scalar(30, 30, 200));
    JpegEncoder encoder(memory_);
    auto jpeg = encoder.encode(testing::make_frame(memory_, picture), 95, account_);
    EXPECT_TRUE(jpeg.ok());
    domain::Shot shot;
    shot.camera = "gate";
    shot.track = 9;
    shot.face = {.left = 101, .top = 50, .width = 80, .height = 100};
    shot.roi = {.left = 93, .top = 41, .width = 97, .height = 121};
    shot.jpeg = *jpeg;
    return shot;
  }
  // Of the picture's pixel, in RGB.
  static std::vector<unsigned char> pixel(const domain::Jpeg& jpeg, int x, int y) {
    const std::unique_ptr<void, decltype(&tjDestroy)> decoder(tjInitDecompress(), &tjDestroy);
    std::vector<unsigned char> rgb(static_cast<std::size_t>(jpeg.size.width * jpeg.size.height) * 3);
    EXPECT_EQ(tjDecompress2(decoder.get(), reinterpret_cast<const unsigned char*>(jpeg.bytes.data()),
                            jpeg.bytes.size(), rgb.data(), jpeg.size.width, 0, jpeg.size.height, TJPF_RGB, 0),
              0);
    const auto at = static_cast<std::size_t>(y * jpeg.size.width + x) * 3;
    return {rgb.begin() + static_cast<std::ptrdiff_t>(at), rgb.begin() + static_cast<std::ptrdiff_t>(at) + 3};
  }

  memory::MemoryManager memory_{{.gc_interval = 5, .budget_bytes = 1_GiB}};
  std::shared_ptr<memory::Account> account_ = memory_.budget().open("vigia", memory::Kind::jpeg);
};

TEST_F(SmallerShotTest, HasHalfTheSidesAndShowsTheSame) {
  const domain::Shot large = shot({640, 480});
  const auto smaller = smaller_shot(large, account_);
  ASSERT_TRUE(smaller);
  EXPECT_EQ(smaller->jpeg->size, (Size{320, 240}));
  EXPECT_LT(smaller->jpeg->bytes.size(), large.jpeg->bytes.size());
  const auto left = pixel(*smaller->jpeg, 80, 120);
  const auto right = pixel(*smaller->jpeg, 240, 120);
  EXPECT_GT(left[0], left[2] + 100);
  EXPECT_GT(right[2], right[0] + 100);
  EXPECT_EQ(smaller->camera, "gate");
  EXPECT_EQ(smaller->track, 9U);
}

TEST_F(SmallerShotTest, FaceAndRoiLieWhereTheyWereAndRoiIsRoundedOutwards) {
  const auto smaller = smaller_shot(shot({640, 480}), account_);
  ASSERT_TRUE(smaller);
  EXPECT_FLOAT_EQ(smaller->face.left, 50.5F);
  EXPECT_FLOAT_EQ(smaller->face.height, 50);
  EXPECT_EQ(smaller->roi, (Region{46, 20, 49, 61}));
}

TEST_F(SmallerShotTest, OddSidesAreRoundedUpAndRoiStaysInside) {
  domain::Shot odd = shot({641, 361});
  odd.roi = {.left = 600, .top = 300, .width = 41, .height = 61};
  const auto smaller = smaller_shot(odd, account_);
  ASSERT_TRUE(smaller);
  EXPECT_EQ(smaller->jpeg->size, (Size{321, 181}));
  EXPECT_LE(smaller->roi.left + smaller->roi.width, 321);
  EXPECT_LE(smaller->roi.top + smaller->roi.height, 181);
  odd.roi = {};
  EXPECT_TRUE(smaller_shot(odd, account_)->roi.whole());
}

TEST_F(SmallerShotTest, TheNewBytesAreCharged) {
  const Bytes before = account_->in_use();
  {
    const domain::Shot large = shot({640, 480});
    const auto smaller = smaller_shots(memory_.budget())(large);
    ASSERT_TRUE(smaller);
    EXPECT_EQ(smaller->jpeg->charge.bytes(), static_cast<Bytes>(smaller->jpeg->bytes.size()));
  }
  memory_.collect();
  EXPECT_EQ(account_->in_use(), before);
}

TEST_F(SmallerShotTest, WhatIsNoJpegOrTooSmallIsNothing) {
  domain::Shot none;
  EXPECT_FALSE(smaller_shot(none, account_));
  domain::Jpeg junk;
  junk.bytes.assign(1000, std::byte{7});
  junk.size = {640, 480};
  none.jpeg = std::make_shared<const domain::Jpeg>(std::move(junk));
  EXPECT_FALSE(smaller_shot(none, account_));
}

}  // namespace
}  // namespace vigia::shot
