#include "shot/jpeg_planes.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace vigia::shot {
namespace {

using domain::ColorMatrix;
using domain::ColorRange;
using domain::Frame;
using domain::PixelLayout;
using domain::Size;

// 16-bit fixed point, so that eight values go through each instruction: a factor of 14 fraction bits times
// a value of 7 keeps 5 in the upper half of the product.
constexpr int kFactorBits = 14;
constexpr int kValueBits = 7;
constexpr int kResultBits = kFactorBits + kValueBits - 16;
constexpr int kHalf = 1 << (kResultBits - 1);

std::int16_t factor(double value) {
  return static_cast<std::int16_t>(std::lround(value * (1 << kFactorBits)));
}
std::int16_t times(int value, std::int16_t by) {
  return static_cast<std::int16_t>(((value << kValueBits) * by) >> 16);
}
std::uint8_t to_byte(int result) {
  return static_cast<std::uint8_t>(std::clamp(result >> kResultBits, 0, 255));
}

// y' = yy (y - black) + yu u + yv v;  u' = uu u + uv v;  v' = vu u + vv v;  u and v around 0
struct Conversion {
  std::int16_t black, yy, yu, yv, uu, uv, vu, vv;
};

Conversion conversion_of(ColorRange range, ColorMatrix matrix) {
  const bool limited = range == ColorRange::limited;
  const double y = limited ? 255.0 / 219 : 1;
  const double c = limited ? 255.0 / 224 : 1;
  const std::int16_t black = limited ? 16 : 0;
  if (matrix == ColorMatrix::bt601) {
    return {black, factor(y), 0, 0, factor(c), 0, 0, factor(c)};
  }
  // Converts to R'G'B' and from there to BT.601, multiplied out. For grey, R', G' and B' all equal Y'.
  const auto [kr, kb] = domain::color_weights(matrix);
  const auto [jr, jb] = domain::color_weights(ColorMatrix::bt601);
  const double red_v = 2 * (1 - kr);
  const double blue_u = 2 * (1 - kb);
  const double green_u = -blue_u * kb / (1 - kr - kb);
  const double green_v = -red_v * kr / (1 - kr - kb);
  const double yu = (1 - jr - jb) * green_u + jb * blue_u;
  const double yv = jr * red_v + (1 - jr - jb) * green_v;
  const double blue = 2 * (1 - jb);
  const double red = 2 * (1 - jr);
  return {black,
          factor(y),
          factor(c * yu),
          factor(c * yv),
          factor(c * (blue_u - yu) / blue),
          factor(c * -yv / blue),
          factor(c * -yu / red),
          factor(c * (red_v - yv) / red)};
}

bool is_ready(const Frame& frame, ColorMatrix matrix) {
  return frame.layout == PixelLayout::i420 && frame.range == ColorRange::full &&
         matrix == ColorMatrix::bt601 && frame.size.width % 2 == 0 && frame.size.height % 2 == 0;
}

const std::uint8_t* row_of(const domain::Plane& plane, int row) {
  return plane.data + static_cast<std::ptrdiff_t>(row) * plane.stride;
}

// The rows never overlap; __restrict says so to the compiler, which else could not vectorise.
void convert_chroma(const Conversion& to, const std::uint8_t* __restrict u, const std::uint8_t* __restrict v,
                    std::span<std::int16_t> luma_shift, std::uint8_t* __restrict u_out,
                    std::uint8_t* __restrict v_out) {
  std::int16_t* __restrict shift = luma_shift.data();
  const std::size_t width = luma_shift.size() / 2;
  for (std::size_t x = 0; x < width; ++x) {
    const int cu = u[x] - 128;
    const int cv = v[x] - 128;
    u_out[x] = to_byte((128 << kResultBits) + times(cu, to.uu) + times(cv, to.uv) + kHalf);
    v_out[x] = to_byte((128 << kResultBits) + times(cu, to.vu) + times(cv, to.vv) + kHalf);
    shift[2 * x] = shift[2 * x + 1] = static_cast<std::int16_t>(times(cu, to.yu) + times(cv, to.yv) + kHalf);
  }
}

void convert_luma(const Conversion& to, const std::uint8_t* __restrict row,
                  std::span<const std::int16_t> luma_shift, std::uint8_t* __restrict out) {
  const std::int16_t* __restrict shift = luma_shift.data();
  for (std::size_t x = 0; x < luma_shift.size(); ++x) {
    out[x] = to_byte(static_cast<std::int16_t>(times(row[x] - to.black, to.yy) + shift[x]));
  }
}

struct Picture {
  const std::uint8_t* data;
  int stride;
  Size size;
};

void shrink_plane(const Picture& from, std::uint8_t* out, Size size) {
  const auto begin_of = [](int i, int source, int target) {
    return static_cast<int>(static_cast<std::int64_t>(i) * source / target);
  };
  for (int y = 0; y < size.height; ++y) {
    const int top = begin_of(y, from.size.height, size.height);
    const int bottom = std::max(begin_of(y + 1, from.size.height, size.height), top + 1);
    for (int x = 0; x < size.width; ++x) {
      const int left = begin_of(x, from.size.width, size.width);
      const int right = std::max(begin_of(x + 1, from.size.width, size.width), left + 1);
      std::int64_t sum = 0;
      for (int sy = top; sy < bottom; ++sy) {
        const std::uint8_t* row = from.data + static_cast<std::ptrdiff_t>(sy) * from.stride;
        for (int sx = left; sx < right; ++sx) sum += row[sx];
      }
      const std::int64_t count = static_cast<std::int64_t>(bottom - top) * (right - left);
      out[static_cast<std::ptrdiff_t>(y) * size.width + x] =
          static_cast<std::uint8_t>((sum + count / 2) / count);
    }
  }
}

Size even(Size size) {
  return {size.width + size.width % 2, size.height + size.height % 2};
}
Size plane_size(Size picture, int plane) {
  const Size luma = even(picture);
  return plane == 0 ? luma : Size{luma.width / 2, luma.height / 2};
}

}  // namespace

void JpegPlanes::lay_out(std::vector<std::uint8_t>& scratch, Size size) {
  size_ = size;
  const auto luma = static_cast<std::size_t>(even(size).width) * static_cast<std::size_t>(even(size).height);
  if (scratch.size() < luma / 2 * 3) scratch.resize(luma / 2 * 3);
  target_ = {scratch.data(), scratch.data() + luma, scratch.data() + luma + luma / 4};
  strides_ = {even(size).width, even(size).width / 2, even(size).width / 2};
  std::ranges::copy(target_, data_.begin());
}

void JpegPlanes::prepare(const Frame& frame) {
  matrix_ = domain::color_matrix(frame);
  if (is_ready(frame, matrix_)) {
    size_ = frame.size;
    for (std::size_t i = 0; i < 3; ++i) {
      data_[i] = frame.planes[i].data;
      strides_[i] = frame.planes[i].stride;
    }
  } else {
    lay_out(full_, frame.size);
    const auto chroma_width = static_cast<std::size_t>(strides_[1]);
    chroma_row_.resize(2 * chroma_width);
    luma_shift_.resize(2 * chroma_width);
    for (int row = 0; row < even(frame.size).height / 2; ++row) convert_rows(frame, row);
  }
  prepared_size_ = size_;
  prepared_data_ = data_;
  prepared_strides_ = strides_;
}

void JpegPlanes::convert_rows(const Frame& frame, int chroma_row) {
  const int chroma_width = strides_[1];
  const std::uint8_t* u = row_of(frame.planes[1], chroma_row);
  const std::uint8_t* v = nullptr;
  if (frame.layout == PixelLayout::nv12) {
    std::uint8_t* apart = chroma_row_.data();
    for (int x = 0; x < chroma_width; ++x) {
      apart[x] = u[2 * x];
      apart[chroma_width + x] = u[2 * x + 1];
    }
    u = apart;
    v = apart + chroma_width;
  } else {
    v = row_of(frame.planes[2], chroma_row);
  }
  const Conversion to = conversion_of(frame.range, matrix_);
  const auto offset = static_cast<std::ptrdiff_t>(chroma_row) * chroma_width;
  convert_chroma(to, u, v, luma_shift_, target_[1] + offset, target_[2] + offset);
  const auto width = static_cast<std::size_t>(frame.size.width);
  for (int row = 2 * chroma_row; row < 2 * chroma_row + 2; ++row) {
    const std::uint8_t* luma = row_of(frame.planes[0], std::min(row, frame.size.height - 1));
    std::uint8_t* out = target_[0] + static_cast<std::ptrdiff_t>(row) * strides_[0];
    convert_luma(to, luma, std::span(luma_shift_).first(width), out);
    if (width % 2 != 0) out[width] = out[width - 1];
  }
}

void JpegPlanes::shrink(Size size) {
  lay_out(small_, size);
  for (int i = 0; i < 3; ++i) {
    const auto plane = static_cast<std::size_t>(i);
    shrink_plane({prepared_data_[plane], prepared_strides_[plane], plane_size(prepared_size_, i)},
                 target_[plane], plane_size(size, i));
  }
}

Bytes JpegPlanes::scratch_bytes() const noexcept {
  return static_cast<Bytes>(full_.capacity() + small_.capacity() + chroma_row_.capacity() +
                            luma_shift_.capacity() * sizeof(std::int16_t));
}

}  // namespace vigia::shot
