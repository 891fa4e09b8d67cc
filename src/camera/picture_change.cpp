#include "camera/picture_change.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>

#include "camera/picture_pool.h"

namespace vigia::camera {
namespace {

constexpr double kNearlySquare = 1.02;
constexpr double kOddest = 3;
constexpr std::size_t kMatrixBytes = 9 * sizeof(std::int32_t);

// Nothing: the picture does not say.
std::optional<domain::Orientation> turn_of(const AVFrame& picture) noexcept {
  const AVFrameSideData* const said = av_frame_get_side_data(&picture, AV_FRAME_DATA_DISPLAYMATRIX);
  if (said == nullptr || said->size < kMatrixBytes) return std::nullopt;
  return turn_of_matrix(reinterpret_cast<const std::int32_t*>(said->data));
}

// Even, so that chroma has the same shape.
int stretched(int length, double factor) {
  return static_cast<int>(std::lround(length * factor / 2)) * 2;
}

domain::Size with_square_pixels(domain::Size size, AVRational pixel) noexcept {
  if (pixel.num <= 0 || pixel.den <= 0) return size;
  const double wide = av_q2d(pixel);
  const double off = std::max(wide, 1 / wide);
  if (off < kNearlySquare || off > kOddest) return size;
  const domain::Size square = wide > 1 ? domain::Size{stretched(size.width, wide), size.height}
                                       : domain::Size{size.width, stretched(size.height, 1 / wide)};
  const bool fits = std::max(square.width, square.height) <= kLongestSide &&
                    std::int64_t{square.width} * square.height <= kMostPixels;
  return fits ? square : size;
}

}  // namespace

// A point (x, y) of the picture, y downwards, is shown at (a x + c y, b x + d y). If that mirrors, the flip
// of y that comes first does not change the first column (a, b), which gives the angle.
domain::Orientation turn_of_matrix(const std::int32_t* matrix) noexcept {
  const double a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
  const double determinant = a * d - b * c;
  if (determinant == 0) return {};
  const double quarters = std::atan2(b, a) / (std::numbers::pi / 2);
  return {static_cast<int>(std::lround(quarters)), determinant < 0};
}

PictureChange PictureChanges::of(const AVFrame& picture) noexcept {
  const std::optional<domain::Orientation> said = turn_of(picture);
  if (said || !shown_.turn_lasts) turn_ = said.value_or(shown_.turn);
  const bool interlaced = picture.interlaced_frame != 0;
  domain::Size size{picture.width, picture.height};
  if (interlaced && shown_.fields_apart && 2 * size.height <= kLongestSide) size.height *= 2;
  // As players do: the container knows better than the codec.
  const bool told = shown_.pixel_shape.num > 0 && shown_.pixel_shape.den > 0;
  return {.one_field = interlaced && !shown_.fields_apart && picture.height > 1,
          .size = with_square_pixels(size, told ? shown_.pixel_shape : picture.sample_aspect_ratio),
          .transfer = transfer_of(picture),
          .turn = turn_.then(own_)};
}

}  // namespace vigia::camera
