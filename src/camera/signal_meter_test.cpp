#include "camera/signal_meter.h"

#include <gtest/gtest.h>

#include <vector>

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

class SignalMeterTest : public ::testing::Test {
 protected:
  Nanoseconds key_interval() const { return Nanoseconds(counters_.key_interval.load()); }

  CaptureCounters counters_;
  PictureProbe probe_;
  SignalMeter meter_{counters_, probe_};
  SteadyTime now_{1h};
};

TEST_F(SignalMeterTest, MeasuresFromKeyFrameToKeyFrame) {
  meter_.packet(now_, true);
  EXPECT_EQ(counters_.key_came.load(), SteadyTime()) << "perhaps there are only key frames";
  meter_.packet(now_ + 40ms, false);
  EXPECT_EQ(counters_.key_came.load(), now_);
  EXPECT_EQ(key_interval(), 0s);
  meter_.packet(now_ + 2s, true);
  EXPECT_EQ(counters_.key_came.load(), now_ + 2s);
  EXPECT_EQ(key_interval(), 2s);
}

TEST_F(SignalMeterTest, KeyFramesAloneHaveNoInterval) {
  for (int i = 0; i < 10; ++i) meter_.packet(now_ + i * 1s, true);
  EXPECT_EQ(counters_.key_came.load(), SteadyTime());
  EXPECT_EQ(key_interval(), 0s);
}

TEST_F(SignalMeterTest, AConnectionBeginsWithNothingKnown) {
  meter_.packet(now_, true);
  meter_.packet(now_, false);
  meter_.packet(now_ + 1s, true);
  SignalMeter next(counters_, probe_);
  next.begin(true);
  EXPECT_TRUE(counters_.is_live.load());
  EXPECT_EQ(counters_.key_came.load(), SteadyTime());
  EXPECT_EQ(key_interval(), 0s);
}

TEST_F(SignalMeterTest, SaysHowLateAPictureIsDecodedAndHowBrightItIs) {
  const std::vector<std::uint8_t> white(64 * 36, 235);
  domain::Frame frame;
  frame.size = {64, 36};
  frame.planes[0] = {white.data(), 64};
  frame.decoded_at = now_ + 150ms;
  meter_.picture(frame, now_, 3s);
  EXPECT_EQ(Nanoseconds(counters_.decoded_after.load()), 150ms);
  EXPECT_EQ(Nanoseconds(counters_.busy_for.load()), 3s);
  EXPECT_FLOAT_EQ(counters_.brightness.load(), 1);
}

}  // namespace
}  // namespace vigia::camera
