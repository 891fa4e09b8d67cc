// Counts allocations in the steps before the network: none once they have seen all sizes. A worker's cameras
// take turns, and their frames may differ in size.
#include <gtest/gtest.h>

#include <cstddef>
#include <opencv2/core.hpp>
#include <vector>

#include "detect/motion_gate.h"
#include "detect/prepare_input.h"
#include "memory/hot_call_test_support.h"
#include "memory/memory_manager.h"
#include "testing/frame_maker.h"

namespace vigia::detect {
namespace {

class Allocations : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!memory::kCanCount) GTEST_SKIP() << memory::kWhyNotCounted;
  }
  domain::Frame frame(domain::Size size, domain::PixelLayout layout) {
    return testing::make_frame(memory_, cv::Mat(size.height, size.width, CV_8UC3, cv::Scalar(40, 90, 200)),
                               {layout, domain::ColorRange::limited, 0});
  }

 private:
  memory::MemoryManager memory_{memory::MemoryOptions{}};
};

// Whole boxes, one and a half for chroma, any ratio, enlarging: each after each other.
TEST_F(Allocations, PreparingHasNone) {
  const domain::Size input{320, 192};
  InputPreparer preparer(input);
  std::vector<float> planes(std::size_t{3} * 320 * 192);
  std::vector<domain::Frame> frames;
  for (const domain::Size size :
       {domain::Size{1280, 720}, {640, 480}, {1920, 1080}, {160, 90}, {960, 540}, {704, 576}}) {
    for (const auto layout : {domain::PixelLayout::i420, domain::PixelLayout::nv12})
      frames.push_back(frame(size, layout));
  }
  const auto prepare_all = [&] {
    for (const domain::Frame& each : frames)
      preparer.prepare(each, fit_letterbox(clip_region({}, each.size), input), planes);
  };
  prepare_all();
  EXPECT_EQ(memory::costs_of(prepare_all).allocations, 0);
}

TEST_F(Allocations, TheMotionGateHasNone) {
  const domain::Frame still = frame({1280, 720}, domain::PixelLayout::i420);
  MotionGate gate(0.002);
  gate.where(still, {{}, 60}, {});
  EXPECT_EQ(memory::costs_of([&] { gate.where(still, {{}, 60}, {}); }).allocations, 0);
}

}  // namespace
}  // namespace vigia::detect
