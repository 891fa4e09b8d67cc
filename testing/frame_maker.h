// Frames for tests, made from pictures as OpenCV reads them.
//
//   const domain::Frame frame = testing::make_frame(memory, cv::imread("a.jpg"));
//
// The buffer is leased from a pool of its own. Colours follow the rule of the whole project: BT.601 below 720
// lines, BT.709 from there on. Sizes may be odd. Threads: thread-safe.
#pragma once

#include <opencv2/core.hpp>

#include "domain/frame.h"
#include "memory/memory_manager.h"

namespace vigia::testing {

struct FrameStyle {
  domain::PixelLayout layout = domain::PixelLayout::i420;
  domain::ColorRange range = domain::ColorRange::limited;
  int extra_stride = 0;  // bytes after each row, as decoders leave them; filled with 255
};

// REQUIRES: bgr is of type CV_8UC3 and not empty. Throws std::runtime_error when no buffer can be leased.
domain::Frame make_frame(memory::MemoryManager& memory, const cv::Mat& bgr, const FrameStyle& style = {});

}  // namespace vigia::testing
