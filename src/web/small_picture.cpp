#include "web/small_picture.h"

#include <libyuv/scale.h>

#include <algorithm>

namespace vigia::web {
namespace {

using domain::Frame;
using domain::PixelLayout;
using domain::Size;

Size fitted(Size size, int side) {
  const double factor = static_cast<double>(side) / std::max(size.width, size.height);
  const auto even = [factor](int length) { return std::max(2, static_cast<int>(length * factor) / 2 * 2); };
  return {even(size.width), even(size.height)};
}

}  // namespace

Frame SmallPicture::scale(const Frame& frame, int side) {
  if (frame.planes[0].data == nullptr || std::max(frame.size.width, frame.size.height) <= side) return frame;
  Frame small = frame;
  small.buffer.reset();
  small.matrix = domain::color_matrix(frame);  // which depends on the size where none is signalled
  small.size = fitted(frame.size, side);
  const auto [width, height] = small.size;
  const auto luma = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  planes_.resize(luma * 3 / 2);
  std::uint8_t* const y = planes_.data();
  std::uint8_t* const u = y + luma;
  const auto [from_y, from_u, from_v] = frame.planes;
  if (frame.layout == PixelLayout::nv12) {
    libyuv::NV12Scale(from_y.data, from_y.stride, from_u.data, from_u.stride, frame.size.width,
                      frame.size.height, y, width, u, width, width, height, libyuv::kFilterBox);
    small.planes = {{{y, width}, {u, width}, {}}};
    return small;
  }
  std::uint8_t* const v = u + luma / 4;
  libyuv::I420Scale(from_y.data, from_y.stride, from_u.data, from_u.stride, from_v.data, from_v.stride,
                    frame.size.width, frame.size.height, y, width, u, width / 2, v, width / 2, width, height,
                    libyuv::kFilterBox);
  small.planes = {{{y, width}, {u, width / 2}, {v, width / 2}}};
  return small;
}

}  // namespace vigia::web
