#include "camera/sim/blend.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "camera/sim/brush.h"

namespace vigia::camera::sim {
namespace {

// Even corners, so that chroma needs no care; empty where nothing of it is inside.
cv::Rect pixels_of(cv::Rect2f area, const Stand& stand, domain::Size size) {
  const float margin = 3 * stand.blur + 2;
  const auto down = [](float v) { return static_cast<int>(std::floor(v / 2)) * 2; };
  const int left = std::max(0, down(stand.x + area.x * stand.width - margin));
  const int top = std::max(0, down(stand.top + area.y * stand.width - margin));
  const int right = std::min(size.width, down(stand.x + area.br().x * stand.width + margin) + 2);
  const int bottom = std::min(size.height, down(stand.top + area.br().y * stand.width + margin) + 2);
  if (right <= left || bottom <= top) return {};
  return {left, top, right - left, bottom - top};
}

// The smallest size that still has a pixel for every pixel of the picture.
std::size_t best_size(const Layer& layer, float width) {
  std::size_t level = 0;
  while (level + 1 < layer.sizes.size() && layer.scale / static_cast<float>(2U << level) >= width) ++level;
  return level;
}

// colour has been multiplied by alpha / 255 before, so that the sum fits.
std::uint8_t over(unsigned below, unsigned colour, unsigned alpha) {
  const unsigned rest = below * (255 - alpha) + 128;
  return static_cast<std::uint8_t>(colour + ((rest + (rest >> 8)) >> 8));
}

// Y in the lowest byte, alpha in the highest: whole words are what compilers make vectors of.
unsigned word_at(const std::uint8_t* row, int x) {
  std::uint32_t word = 0;
  std::memcpy(&word, row + std::ptrdiff_t{4} * x, 4);
  return word;
}

void blend(const cv::Mat& patch, cv::Point at, I420Image& picture) {
  static_assert(std::endian::native == std::endian::little);
  const auto stride = static_cast<std::size_t>(picture.luma_stride());
  for (int y = 0; y < patch.rows; ++y) {
    const std::uint8_t* from = patch.ptr(y);
    std::uint8_t* to = picture.y.data() + static_cast<std::size_t>(at.y + y) * stride + at.x;
    for (int x = 0; x < patch.cols; ++x) {
      const unsigned word = word_at(from, x);
      to[x] = over(to[x], word & 0xff, word >> 24);
    }
  }
  for (int y = 0; y + 1 < patch.rows; y += 2) {
    const std::uint8_t* upper = patch.ptr(y);
    const std::uint8_t* lower = patch.ptr(y + 1);
    const std::size_t offset =
        static_cast<std::size_t>((at.y + y) / 2) * (stride / 2) + static_cast<std::size_t>(at.x / 2);
    std::uint8_t* u = picture.u.data() + offset;
    std::uint8_t* v = picture.v.data() + offset;
    for (int x = 0; x < patch.cols / 2; ++x) {
      const unsigned a = word_at(upper, 2 * x), b = word_at(upper, 2 * x + 1);
      const unsigned c = word_at(lower, 2 * x), d = word_at(lower, 2 * x + 1);
      const auto mean = [=](int bits) {
        return (((a >> bits) & 0xff) + ((b >> bits) & 0xff) + ((c >> bits) & 0xff) + ((d >> bits) & 0xff)) /
               4;
      };
      const unsigned alpha = mean(24);
      u[x] = over(u[x], mean(8), alpha);
      v[x] = over(v[x], mean(16), alpha);
    }
  }
}

void blur_and_blend(cv::Mat& patch, const Stand& stand, cv::Point at, I420Image& picture) {
  soften(patch, stand.blur);
  blend(patch, at, picture);
}

// From the picture's pixels to the layer's: source = pixel * step + offset.
struct Mapping {
  float step, offset_x, offset_y;
};

Mapping mapping(const Layer& layer, std::size_t level, const Stand& stand, cv::Point corner) {
  const float scale = static_cast<float>(layer.sizes[level].cols) / layer.area.width;
  const float step = scale / stand.width;
  return {step, (static_cast<float>(corner.x) + 0.5F - stand.x) * step - layer.area.x * scale - 0.5F,
          (static_cast<float>(corner.y) + 0.5F - stand.top) * step - layer.area.y * scale - 0.5F};
}

// Where on the unrolled head each place across the turned one comes from: sin(asin(u) - yaw), u = -1..1.
class TurnTable {
 public:
  explicit TurnTable(float yaw_degrees) {
    constexpr float kLimit = 1.45F;  // radians: farther round there is no picture
    const float yaw = yaw_degrees * std::numbers::pi_v<float> / 180;
    for (int i = 0; i <= kSteps; ++i) {
      const float u = 2.0F * static_cast<float>(i) / kSteps - 1;
      table_[static_cast<std::size_t>(i)] = std::sin(std::clamp(std::asin(u) - yaw, -kLimit, kLimit));
    }
  }
  [[nodiscard]] float at(float u) const {
    const float place = (std::clamp(u, -1.0F, 1.0F) + 1) * (kSteps / 2.0F);
    const int i = std::min(static_cast<int>(place), kSteps - 1);
    const auto k = static_cast<std::size_t>(i);
    return std::lerp(table_[k], table_[k + 1], place - static_cast<float>(i));
  }

 private:
  static constexpr int kSteps = 512;
  std::array<float, kSteps + 1> table_{};
};

// Colours of an opaque patch times the head's outline, whose edge is one pixel soft.
void cut_out_head(cv::Mat& patch, const Figure& figure, const Stand& stand, cv::Point corner) {
  const auto fade = [&](cv::Vec4b& pixel, int x, float half) {
    const float off = std::abs(static_cast<float>(corner.x + x) + 0.5F - stand.x);
    const float alpha = std::clamp(half * stand.width - off + 0.5F, 0.0F, 1.0F);
    for (int c = 0; c < 4; ++c) pixel[c] = static_cast<std::uint8_t>(static_cast<float>(pixel[c]) * alpha);
  };
  for (int y = 0; y < patch.rows; ++y) {
    const float fy = (static_cast<float>(corner.y + y) + 0.5F - stand.top) / stand.width;
    const float half = head_half_width(fy, figure.jaw);
    const float middle = stand.x - static_cast<float>(corner.x), reach = half * stand.width - 1;
    const int inner = std::clamp(static_cast<int>(std::ceil(middle - reach)), 0, patch.cols);
    const int outer = std::clamp(static_cast<int>(std::floor(middle + reach)), inner, patch.cols);
    auto* row = patch.ptr<cv::Vec4b>(y);
    for (int x = 0; x < inner; ++x) fade(row[x], x, half);
    for (int x = outer; x < patch.cols; ++x) fade(row[x], x, half);
  }
}

// The unrolled head's picture, turned.
void turn_head(const Layer& layer, const Figure& figure, const Stand& stand, cv::Rect roi, cv::Mat& patch) {
  const std::size_t level = best_size(layer, stand.width);
  const Mapping map = mapping(layer, level, stand, roi.tl());
  const float scale = map.step * stand.width;
  const TurnTable turned(stand.yaw);
  // A nose stands out: it moves farther than the skin around it when the head turns.
  const float nose_shift = 0.1F * std::sin(stand.yaw * std::numbers::pi_v<float> / 180);
  cv::Mat places(roi.size(), CV_32FC2);
  for (int y = 0; y < roi.height; ++y) {
    const float fy = (static_cast<float>(roi.y + y) + 0.5F - stand.top) / stand.width;
    const float half = std::max(0.02F, head_half_width(fy, figure.jaw));
    const float nose_row = nose_shift * std::exp(-(fy - 0.78F) * (fy - 0.78F) / 0.02F);
    auto* row = places.ptr<cv::Vec2f>(y);
    for (int x = 0; x < roi.width; ++x) {
      const float fx = (static_cast<float>(roi.x + x) + 0.5F - stand.x) / stand.width;
      float from = turned.at(fx / half) * half;
      from -= nose_row * std::exp(-from * from / 0.012F);
      row[x] = {(from - layer.area.x) * scale - 0.5F, static_cast<float>(y) * map.step + map.offset_y};
    }
  }
  cv::remap(layer.sizes[level], patch, places, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
}

void scale_layer(const Layer& layer, const Stand& stand, cv::Rect roi, cv::Mat& patch, int border) {
  const std::size_t level = best_size(layer, stand.width);
  const Mapping map = mapping(layer, level, stand, roi.tl());
  const cv::Matx23f affine(map.step, 0, map.offset_x, 0, map.step, map.offset_y);
  cv::warpAffine(layer.sizes[level], patch, affine, roi.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 border);
}

}  // namespace

void draw_layer(const Layer& layer, const Stand& stand, I420Image& picture, cv::Mat& patch) {
  const cv::Rect roi = pixels_of(layer.area, stand, picture.size);
  if (roi.empty()) return;
  scale_layer(layer, stand, roi, patch, cv::BORDER_CONSTANT);
  blur_and_blend(patch, stand, roi.tl(), picture);
}

void draw_head(const Figure& figure, const Stand& stand, I420Image& picture, cv::Mat& patch) {
  const Layer& layer = figure.head;
  const cv::Rect roi = pixels_of(layer.area, stand, picture.size);
  if (roi.empty()) return;
  if (std::abs(stand.yaw) < 0.1F) {
    scale_layer(layer, stand, roi, patch, cv::BORDER_REPLICATE);
  } else {
    turn_head(layer, figure, stand, roi, patch);
  }
  cut_out_head(patch, figure, stand, roi.tl());
  blur_and_blend(patch, stand, roi.tl(), picture);
}

void draw_down_to_floor(const Layer& layer, const Stand& stand, I420Image& picture, cv::Mat& patch) {
  const int height = picture.size.height;
  // The layer's own picture ends a little above; begin where it is still opaque.
  const float end = stand.top + (layer.area.br().y - 0.02F) * stand.width;
  const int begin = std::max(0, static_cast<int>(std::ceil((end - 3 * stand.blur) / 2)) * 2 - 2);
  if (begin >= height) return;
  const cv::Rect2f strip(layer.area.x, 0, layer.area.width, 0.01F);
  const cv::Rect columns = pixels_of(strip, {stand.x, 0, stand.width, 0, 0}, picture.size);
  if (columns.empty()) return;
  const std::size_t level = best_size(layer, stand.width);
  const cv::Mat& source = layer.sizes[level];
  const Mapping map = mapping(layer, level, stand, {columns.x, begin});
  const cv::Matx23f affine(map.step, 0, map.offset_x, 0, 0, static_cast<float>(source.rows) - 3.0F);
  cv::Mat row;
  cv::warpAffine(source, row, affine, {columns.width, 2}, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_CONSTANT);
  cv::repeat(row, (height - begin) / 2, 1, patch);
  blend(patch, {columns.x, begin}, picture);
}

}  // namespace vigia::camera::sim
