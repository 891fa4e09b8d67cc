#include "testing/frame_maker.h"

#include <array>
#include <cstring>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

namespace vigia::testing {
namespace {

// Y, U and V of 8 bits at the picture's full size. ITU-R BT.601 (2.5.1) and BT.709 (3.2), whose
// quantised form is Y = 16 + 219 y, C = 128 + 224 c (limited) or Y = 255 y, C = 128 + 255 c (full).
std::array<cv::Mat, 3> to_yuv(const cv::Mat& bgr, domain::ColorRange range) {
  const bool hd = bgr.rows >= 720;
  const double kr = hd ? 0.2126 : 0.299;
  const double kb = hd ? 0.0722 : 0.114;
  const double kg = 1 - kr - kb;
  const bool limited = range == domain::ColorRange::limited;
  const double y = limited ? 219.0 / 255 : 1;
  const double u = (limited ? 224.0 / 255 : 1) / (2 * (1 - kb));
  const double v = (limited ? 224.0 / 255 : 1) / (2 * (1 - kr));
  const cv::Matx34d matrix(y * kb, y * kg, y * kr, limited ? 16 : 0,  //
                           u * (1 - kb), -u * kg, -u * kr, 128,       //
                           -v * kb, -v * kg, v * (1 - kr), 128);
  cv::Mat yuv;
  cv::transform(bgr, yuv, matrix);
  std::array<cv::Mat, 3> planes;
  for (int i = 0; i < 3; ++i) cv::extractChannel(yuv, planes[static_cast<std::size_t>(i)], i);
  return planes;
}

// Means of 2x2 pixels; the last column or row of an odd size counts twice.
cv::Mat halved(const cv::Mat& full) {
  cv::Mat even;
  cv::copyMakeBorder(full, even, 0, full.rows % 2, 0, full.cols % 2, cv::BORDER_REPLICATE);
  cv::Mat half;
  cv::resize(even, half, {even.cols / 2, even.rows / 2}, 0, 0, cv::INTER_AREA);
  return half;
}

}  // namespace

domain::Frame make_frame(memory::MemoryManager& memory, const cv::Mat& bgr, const FrameStyle& style) {
  const auto yuv = to_yuv(bgr, style.range);
  std::vector<cv::Mat> planes{yuv[0], halved(yuv[1]), halved(yuv[2])};
  if (style.layout == domain::PixelLayout::nv12) {
    cv::Mat interleaved;
    cv::merge(std::vector<cv::Mat>{planes[1], planes[2]}, interleaved);
    planes = {planes[0], interleaved};
  }

  const auto stride = [&](const cv::Mat& plane) {
    return static_cast<std::size_t>(plane.cols) * plane.elemSize() +
           static_cast<std::size_t>(style.extra_stride);
  };
  std::size_t bytes = 0;
  for (const cv::Mat& plane : planes) bytes += stride(plane) * static_cast<std::size_t>(plane.rows);
  memory::BufferPool pool =
      memory.make_pool({.owner = "test", .buffer_bytes = static_cast<Bytes>(bytes), .max_buffers = 1});
  std::optional<memory::Lease> lease = pool.try_acquire();
  if (!lease) throw std::runtime_error("make_frame: no buffer could be leased");

  domain::Frame frame;
  std::memset(lease->data(), 255, bytes);
  auto* to = reinterpret_cast<std::uint8_t*>(lease->data());
  for (std::size_t i = 0; i < planes.size(); ++i) {
    frame.planes[i] = {to, static_cast<int>(stride(planes[i]))};
    for (int row = 0; row < planes[i].rows; ++row, to += stride(planes[i])) {
      std::memcpy(to, planes[i].ptr(row), static_cast<std::size_t>(planes[i].cols) * planes[i].elemSize());
    }
  }
  frame.buffer = memory::SharedLease(*std::move(lease));
  frame.layout = style.layout;
  frame.range = style.range;
  frame.size = {bgr.cols, bgr.rows};
  return frame;
}

}  // namespace vigia::testing
