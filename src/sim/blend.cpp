#include "sim/blend.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <vector>

#include "sim/resample.h"

namespace vigia::sim {
namespace {

using domain::Region;

// The area in pixels, with even corners because of chroma; empty if it lies outside the picture.
Region pixels_of(const domain::Box& area, const Stand& stand, domain::Size size) {
  const float margin = 3 * stand.blur + 2;
  const auto down = [](float v) { return static_cast<int>(std::floor(v / 2)) * 2; };
  const int left = std::max(0, down(stand.x + area.left * stand.width - margin));
  const int top = std::max(0, down(stand.top + area.top * stand.width - margin));
  const int right = std::min(size.width, down(stand.x + area.right() * stand.width + margin) + 2);
  const int bottom = std::min(size.height, down(stand.top + area.bottom() * stand.width + margin) + 2);
  if (right <= left || bottom <= top) return {};
  return {left, top, right - left, bottom - top};
}

// The smallest stored size with at least one pixel for each pixel of the picture.
struct Sized {
  const Yuva& pixels;
  float scale;  // its pixels per face width
};
Sized best_size(const PaintLayer& layer, float width) {
  std::size_t level = 0;
  while (level + 1 < layer.sizes.size() && layer.scale / static_cast<float>(2U << level) >= width) ++level;
  return {layer.sizes[level], layer.scale / static_cast<float>(1U << level)};
}

// colour is already multiplied by alpha / 255, so that the sum fits.
std::uint8_t over(unsigned below, unsigned colour, unsigned alpha) {
  const unsigned rest = below * (255 - alpha) + 128;
  return static_cast<std::uint8_t>(colour + ((rest + (rest >> 8)) >> 8));
}

// Y in the lowest byte, alpha in the highest: compilers vectorise whole words.
unsigned word_at(const std::array<std::uint8_t, 4>* row, int x) {
  std::uint32_t word = 0;
  std::memcpy(&word, row[x].data(), sizeof word);
  return word;
}

void blend(const Yuva& patch, const Region& at, I420Image& picture) {
  static_assert(std::endian::native == std::endian::little);
  const auto stride = static_cast<std::size_t>(picture.luma_stride());
  for (int y = 0; y < patch.height; ++y) {
    const auto* from = patch.row(y);
    std::uint8_t* to = picture.y.data() + static_cast<std::size_t>(at.top + y) * stride + at.left;
    for (int x = 0; x < patch.width; ++x) {
      const unsigned word = word_at(from, x);
      to[x] = over(to[x], word & 0xff, word >> 24);
    }
  }
  for (int y = 0; y + 1 < patch.height; y += 2) {
    const auto* upper = patch.row(y);
    const auto* lower = patch.row(y + 1);
    const std::size_t offset =
        static_cast<std::size_t>((at.top + y) / 2) * (stride / 2) + static_cast<std::size_t>(at.left / 2);
    std::uint8_t* u = picture.u.data() + offset;
    std::uint8_t* v = picture.v.data() + offset;
    for (int x = 0; x < patch.width / 2; ++x) {
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

void blur_and_blend(Yuva& patch, const Stand& stand, const Region& at, I420Image& picture) {
  soften(patch, stand.blur);
  blend(patch, at, picture);
}

// From the picture's pixels to the layer's: source = pixel * step + offset.
struct Mapping {
  float step, offset_x, offset_y;
};

Mapping mapping(const PaintLayer& layer, float scale, const Stand& stand, const Region& part) {
  const float step = scale / stand.width;
  return {step, (static_cast<float>(part.left) + 0.5F - stand.x) * step - layer.area.left * scale - 0.5F,
          (static_cast<float>(part.top) + 0.5F - stand.top) * step - layer.area.top * scale - 0.5F};
}

// Maps each position across the turned head to the unrolled head: sin(asin(u) - yaw), u = -1..1.
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
void cut_out_head(Yuva& patch, const PersonLayers& figure, const Stand& stand, const Region& at) {
  const auto fade = [&](std::array<std::uint8_t, 4>& pixel, int x, float half) {
    const float off = std::abs(static_cast<float>(at.left + x) + 0.5F - stand.x);
    const float alpha = std::clamp(half * stand.width - off + 0.5F, 0.0F, 1.0F);
    for (std::uint8_t& c : pixel) c = static_cast<std::uint8_t>(static_cast<float>(c) * alpha);
  };
  for (int y = 0; y < patch.height; ++y) {
    const float fy = (static_cast<float>(at.top + y) + 0.5F - stand.top) / stand.width;
    const float half = head_half_width(fy, figure.jaw);
    const float middle = stand.x - static_cast<float>(at.left), reach = half * stand.width - 1;
    const int inner = std::clamp(static_cast<int>(std::ceil(middle - reach)), 0, patch.width);
    const int outer = std::clamp(static_cast<int>(std::floor(middle + reach)), inner, patch.width);
    auto* row = patch.row(y);
    for (int x = 0; x < inner; ++x) fade(row[x], x, half);
    for (int x = outer; x < patch.width; ++x) fade(row[x], x, half);
  }
}

// The unrolled head's picture, turned.
void turn_head(const PersonLayers& figure, const Stand& stand, const Region& part, Yuva& patch) {
  const PaintLayer& layer = figure.head;
  const auto [source, scale] = best_size(layer, stand.width);
  const Mapping map = mapping(layer, scale, stand, part);
  const TurnTable turned(stand.yaw);
  // A nose stands out: it moves farther than the skin around it when the head turns.
  const float nose_shift = 0.1F * std::sin(stand.yaw * std::numbers::pi_v<float> / 180);
  std::vector<Tap> across(static_cast<std::size_t>(part.width));
  RowSampler rows(source);
  patch.become(part.width, part.height);
  for (int y = 0; y < part.height; ++y) {
    const float fy = (static_cast<float>(part.top + y) + 0.5F - stand.top) / stand.width;
    const float half = std::max(0.02F, head_half_width(fy, figure.jaw));
    const float nose_row = nose_shift * std::exp(-(fy - 0.78F) * (fy - 0.78F) / 0.02F);
    for (int x = 0; x < part.width; ++x) {
      const float fx = (static_cast<float>(part.left + x) + 0.5F - stand.x) / stand.width;
      float from = turned.at(fx / half) * half;
      from -= nose_row * std::exp(-from * from / 0.012F);
      across[static_cast<std::size_t>(x)] =
          tap_at((from - layer.area.left) * scale - 0.5F, source.width, Beyond::edge);
    }
    const float row = static_cast<float>(y) * map.step + map.offset_y;
    rows.sample(tap_at(row, source.height, Beyond::edge), across, patch.row(y));
  }
}

std::vector<Tap> taps_across(const Yuva& source, const Mapping& map, int width, Beyond beyond) {
  std::vector<Tap> across;
  across.reserve(static_cast<std::size_t>(width));
  for (int x = 0; x < width; ++x) {
    across.push_back(tap_at(static_cast<float>(x) * map.step + map.offset_x, source.width, beyond));
  }
  return across;
}

void scale_layer(const PaintLayer& layer, const Stand& stand, const Region& part, Beyond beyond,
                 Yuva& patch) {
  const auto [source, scale] = best_size(layer, stand.width);
  const Mapping map = mapping(layer, scale, stand, part);
  const std::vector<Tap> across = taps_across(source, map, part.width, beyond);
  RowSampler rows(source);
  patch.become(part.width, part.height);
  for (int y = 0; y < part.height; ++y) {
    const float row = static_cast<float>(y) * map.step + map.offset_y;
    rows.sample(tap_at(row, source.height, beyond), across, patch.row(y));
  }
}

}  // namespace

void draw_layer(const PaintLayer& layer, const Stand& stand, I420Image& picture, Yuva& patch) {
  const Region part = pixels_of(layer.area, stand, picture.size);
  if (part.whole()) return;
  scale_layer(layer, stand, part, Beyond::nothing, patch);
  blur_and_blend(patch, stand, part, picture);
}

void draw_head(const PersonLayers& figure, const Stand& stand, I420Image& picture, Yuva& patch) {
  const Region part = pixels_of(figure.head.area, stand, picture.size);
  if (part.whole()) return;
  if (std::abs(stand.yaw) < 0.1F) {
    scale_layer(figure.head, stand, part, Beyond::edge, patch);
  } else {
    turn_head(figure, stand, part, patch);
  }
  cut_out_head(patch, figure, stand, part);
  blur_and_blend(patch, stand, part, picture);
}

void draw_down_to_floor(const PaintLayer& layer, const Stand& stand, I420Image& picture, Yuva& patch) {
  const int height = picture.size.height;
  // The layer's own picture fades out a little above; begin where it is still opaque.
  const float end = stand.top + (layer.area.bottom() - 0.02F) * stand.width;
  const int begin = std::max(0, static_cast<int>(std::ceil((end - 3 * stand.blur) / 2)) * 2 - 2);
  if (begin >= height) return;
  const domain::Box strip{layer.area.left, 0, layer.area.width, 0.01F};
  Region part = pixels_of(strip, {stand.x, 0, stand.width, 0, 0}, picture.size);
  if (part.whole()) return;
  part.top = begin;
  part.height = height - begin;
  const auto [source, scale] = best_size(layer, stand.width);
  const std::vector<Tap> across =
      taps_across(source, mapping(layer, scale, stand, part), part.width, Beyond::nothing);
  const Tap last = tap_at(static_cast<float>(source.height - 3), source.height, Beyond::edge);
  patch.become(part.width, part.height);
  RowSampler(source).sample(last, across, patch.row(0));
  for (int y = 1; y < part.height; ++y) std::copy_n(patch.row(0), part.width, patch.row(y));
  blend(patch, part, picture);
}

}  // namespace vigia::sim
