#include "camera/hardware_trial.h"

#include <gtest/gtest.h>

extern "C" {
#include <libavutil/imgutils.h>
}

#include <cstring>

namespace vigia::camera {
namespace {

using Verdict = HardwareTrial::Verdict;

constexpr int kWidth = 320, kHeight = 180;

// A slope, so that a shift is seen; of 10 bits if the format has them.
AvHandle<AVFrame> picture(AVPixelFormat format) {
  AvHandle<AVFrame> frame(av_frame_alloc());
  frame->format = format;
  frame->width = kWidth;
  frame->height = kHeight;
  EXPECT_GE(av_frame_get_buffer(frame.get(), 0), 0);
  const bool ten = format == AV_PIX_FMT_YUV420P10LE || format == AV_PIX_FMT_P010LE;
  const bool joined = format == AV_PIX_FMT_NV12 || format == AV_PIX_FMT_P010LE;
  const int shift = format == AV_PIX_FMT_P010LE ? 8 : 2;
  for (int plane = 0; plane < 3; ++plane) {
    const int scale = plane == 0 ? 1 : 2;
    for (int y = 0; y < kHeight / scale; ++y) {
      for (int x = 0; x < kWidth / scale; ++x) {
        const int value = (x * scale / 2 + y * scale / 3 + plane * 40) % 256;
        const int column = joined && plane > 0 ? 2 * x + plane - 1 : x;
        std::uint8_t* const row =
            frame->data[joined && plane > 0 ? 1 : plane] +
            static_cast<std::ptrdiff_t>(y) * frame->linesize[joined && plane > 0 ? 1 : plane];
        const auto wide = static_cast<std::uint16_t>(value << shift);
        if (ten) std::memcpy(row + 2 * column, &wide, 2);
        if (!ten) row[column] = static_cast<std::uint8_t>(value);
      }
    }
  }
  return frame;
}

TEST(SamePictureTest, IsTheSameHoweverItLiesInMemory) {
  const auto i420 = picture(AV_PIX_FMT_YUV420P), nv12 = picture(AV_PIX_FMT_NV12);
  EXPECT_TRUE(same_picture(*i420, *i420));
  EXPECT_TRUE(same_picture(*i420, *nv12));
  EXPECT_TRUE(same_picture(*nv12, *i420));
  EXPECT_TRUE(same_picture(*picture(AV_PIX_FMT_YUV420P10LE), *picture(AV_PIX_FMT_P010LE)));
}

TEST(SamePictureTest, RoundingIsAllowedAndABlockIsNot) {
  const auto i420 = picture(AV_PIX_FMT_YUV420P), nv12 = picture(AV_PIX_FMT_NV12);
  for (int i = 0; i < kHeight * nv12->linesize[0]; ++i) {
    if (nv12->data[0][i] < 250) nv12->data[0][i] = static_cast<std::uint8_t>(nv12->data[0][i] + 2);
  }
  EXPECT_TRUE(same_picture(*i420, *nv12));
  for (int y = 64; y < 96; ++y) std::memset(nv12->data[0] + y * nv12->linesize[0] + 64, 0, 32);
  EXPECT_FALSE(same_picture(*i420, *nv12));
}

TEST(SamePictureTest, SwappedColoursAnotherSizeAndUnknownFormatsAreNot) {
  const auto i420 = picture(AV_PIX_FMT_YUV420P), nv12 = picture(AV_PIX_FMT_NV12);
  for (int y = 0; y < kHeight / 2; ++y) {
    std::uint8_t* const row = nv12->data[1] + y * nv12->linesize[1];
    for (int x = 0; x < kWidth; x += 2) std::swap(row[x], row[x + 1]);
  }
  EXPECT_FALSE(same_picture(*i420, *nv12));
  i420->height -= 8;
  EXPECT_FALSE(same_picture(*i420, *picture(AV_PIX_FMT_NV12)));
  nv12->format = AV_PIX_FMT_YUYV422;
  EXPECT_FALSE(same_picture(*nv12, *nv12));
}

class HardwareTrialTest : public ::testing::Test {
 protected:
  void decode(int pictures, ThreadCost software, ThreadCost hardware) {
    for (int i = 0; i < pictures; ++i) {
      trial_.software(software);
      trial_.hardware(hardware);
      trial_.compare(*i420_, *nv12_);
    }
  }
  HardwareTrial trial_;
  const AvHandle<AVFrame> i420_ = picture(AV_PIX_FMT_YUV420P), nv12_ = picture(AV_PIX_FMT_NV12);
};

TEST_F(HardwareTrialTest, DecidesAfterSoManyPictures) {
  decode(HardwareTrial::kPictures - 1, {0.002, 0.002}, {0.001, 0.001});
  EXPECT_EQ(trial_.verdict(), Verdict::open);
  decode(1, {0.002, 0.002}, {0.001, 0.001});
  EXPECT_EQ(trial_.verdict(), Verdict::keep);
  EXPECT_EQ(trial_.reason(), "1.0 ms of CPU a picture instead of 2.0");
}

TEST_F(HardwareTrialTest, WhatWasSpentBeforeTheFirstPictureIsNotCompared) {
  trial_.hardware({1, 1});
  decode(HardwareTrial::kPictures, {0.002, 0.002}, {0.001, 0.001});
  EXPECT_EQ(trial_.verdict(), Verdict::keep);
}

TEST_F(HardwareTrialTest, ItMustSaveAFifthOfTheCpu) {
  decode(HardwareTrial::kPictures, {0.002, 0.002}, {0.0017, 0.001});
  EXPECT_EQ(trial_.verdict(), Verdict::costly);
}

TEST_F(HardwareTrialTest, AHardwareThatIsBusyWithOthersIsTooSlow) {
  decode(HardwareTrial::kPictures, {0.002, 0.002}, {0.0001, 0.015});
  EXPECT_EQ(trial_.verdict(), Verdict::slow);
}

TEST_F(HardwareTrialTest, OneWrongPictureIsEnough) {
  decode(3, {0.002, 0.002}, {0.001, 0.001});
  trial_.miss();
  EXPECT_EQ(trial_.verdict(), Verdict::wrong);
}

TEST_F(HardwareTrialTest, PicturesThatNeverComeTogetherAreWrong) {
  for (int i = 0; i < HardwareTrial::kMostApart; ++i) trial_.miss();
  EXPECT_EQ(trial_.verdict(), Verdict::open);
  trial_.miss();
  EXPECT_EQ(trial_.verdict(), Verdict::wrong);
}

}  // namespace
}  // namespace vigia::camera
