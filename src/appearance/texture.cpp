#include "appearance/texture.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "appearance/patch.h"

namespace vigia::appearance {
namespace {

using domain::Point;

constexpr int kSide = kTextureSide;
constexpr int kBlocks = 6;
constexpr std::size_t kPatterns = 59;
constexpr int kRadius = 2;
constexpr int kInner = kSide - 2 * kRadius;  // pixels that have all their neighbours, along one side

using Face = std::array<float, std::size_t{kSide} * kSide>;

// Where the landmarks of a mean face lie, of those 112 pixels wide that face recognition commonly uses.
constexpr float kMeanFaceSide = 112;
constexpr std::array<Point, 5> kMeanFace{{{38.2946F, 51.6963F},
                                          {73.5318F, 51.5014F},
                                          {56.0252F, 71.7366F},
                                          {41.5493F, 92.3655F},
                                          {70.7299F, 92.2041F}}};
constexpr float kMeanBox = 84;  // how wide a detector's box is there, about

Point mean_of(const std::array<Point, 5>& points) noexcept {
  Point mean;
  for (const Point& point : points) {
    mean.x += point.x / 5;
    mean.y += point.y / 5;
  }
  return mean;
}

// Numbers each pattern among the 59.
constexpr std::array<std::uint8_t, 256> uniform_patterns() {
  std::array<std::uint8_t, 256> numbers{};
  std::uint8_t next = 0;
  for (unsigned code = 0; code < 256; ++code) {
    const auto pattern = static_cast<std::uint8_t>(code);
    const bool uniform = std::popcount(static_cast<std::uint8_t>(pattern ^ std::rotl(pattern, 1))) <= 2;
    numbers[code] = uniform ? next++ : static_cast<std::uint8_t>(kPatterns - 1);
  }
  return numbers;
}
constexpr std::array<std::uint8_t, 256> kNumberOf = uniform_patterns();

float between(const GreySquare& head, Point at) noexcept {
  const float limit = static_cast<float>(head.side) - 1.001F;
  const float x = std::clamp((at.x - head.corner.x) / head.pixel - 0.5F, 0.0F, limit);
  const float y = std::clamp((at.y - head.corner.y) / head.pixel - 0.5F, 0.0F, limit);
  const int left = static_cast<int>(x), top = static_cast<int>(y);
  const float right_share = x - static_cast<float>(left), lower_share = y - static_cast<float>(top);
  const float* const upper = head.values + std::ptrdiff_t{top} * head.side + left;
  const float* const lower = upper + head.side;
  const float above = upper[0] + (upper[1] - upper[0]) * right_share;
  const float below = lower[0] + (lower[1] - lower[0]) * right_share;
  return above + (below - above) * lower_share;
}

void warp(const GreySquare& head, const Alignment& alignment, Face& face) noexcept {
  float* out = face.data();
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x)
      *out++ = between(head, alignment(static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F));
  }
}

// A Gaussian of 0.8 pixels, five values wide; along one axis, and turned over the diagonal: twice is both.
void smooth_and_turn(const Face& from, Face& to) noexcept {
  constexpr std::array<float, 3> kWeights{0.4988F, 0.2283F, 0.0223F};
  for (int y = 0; y < kSide; ++y) {
    std::array<float, kSide + 4> wide;
    const float* const row = from.data() + std::ptrdiff_t{y} * kSide;
    std::copy_n(row, kSide, wide.begin() + 2);
    wide[0] = wide[1] = row[0];
    wide[kSide + 2] = wide[kSide + 3] = row[kSide - 1];
    for (std::size_t x = 0; x < kSide; ++x) {
      to[x * kSide + static_cast<std::size_t>(y)] = kWeights[0] * wide[x + 2] +
                                                    kWeights[1] * (wide[x + 1] + wide[x + 3]) +
                                                    kWeights[2] * (wide[x] + wide[x + 4]);
    }
  }
}

// Bit by bit, whether each of eight neighbours on a circle is as light as the middle, for one row of the
// inner pixels.
void patterns_of(const float* middle, std::array<std::uint8_t, kInner>& patterns) noexcept {
  // On the diagonals the circle passes between pixels: sqrt(2) along each axis.
  constexpr float kFar = 0.41421356F, kNear = 1 - kFar;
  const auto diagonal = [&](std::ptrdiff_t x, std::ptrdiff_t dx, std::ptrdiff_t dy) {
    const float* const near = middle + x + dx + dy * kSide;
    return kNear * (kNear * near[0] + kFar * near[dx]) +
           kFar * (kNear * near[dy * kSide] + kFar * near[dx + dy * kSide]);
  };
  for (std::ptrdiff_t x = 0; x < kInner; ++x) {
    const float own = middle[x] - 1e-3F;
    unsigned code = 0;
    code |= middle[x + kRadius] >= own ? 1U : 0U;
    code |= diagonal(x, 1, 1) >= own ? 2U : 0U;
    code |= middle[x + kRadius * kSide] >= own ? 4U : 0U;
    code |= diagonal(x, -1, 1) >= own ? 8U : 0U;
    code |= middle[x - kRadius] >= own ? 16U : 0U;
    code |= diagonal(x, -1, -1) >= own ? 32U : 0U;
    code |= middle[x - kRadius * kSide] >= own ? 64U : 0U;
    code |= diagonal(x, 1, -1) >= own ? 128U : 0U;
    patterns[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(code);
  }
}

}  // namespace

std::optional<Alignment> align(const domain::Landmarks& landmarks, const domain::Box& box) noexcept {
  const std::array<Point, 5> seen{landmarks.right_eye, landmarks.left_eye, landmarks.nose,
                                  landmarks.mouth_right, landmarks.mouth_left};
  const Point to = mean_of(seen), from = mean_of(kMeanFace);
  float squares = 0, along = 0, across = 0;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const Point p{kMeanFace[i].x - from.x, kMeanFace[i].y - from.y}, q{seen[i].x - to.x, seen[i].y - to.y};
    squares += p.x * p.x + p.y * p.y;
    along += p.x * q.x + p.y * q.y;
    across += p.x * q.y - p.y * q.x;
  }
  const float scale = kMeanFaceSide / kSide / squares;
  const Alignment found{along * scale, across * scale, {}};
  const float width = std::hypot(found.along, found.across) * kMeanBox * kSide / kMeanFaceSide;
  const float side = std::max(box.width, box.height);
  const bool plausible = width > 0.4F * side && width < 2 * side && std::abs(to.x - box.centre().x) < side &&
                         std::abs(to.y - box.centre().y) < side;  // false for NaN
  if (!plausible) return std::nullopt;
  const Point corner = found(from.x * kSide / kMeanFaceSide, from.y * kSide / kMeanFaceSide);
  return Alignment{found.along, found.across, {to.x - corner.x, to.y - corner.y}};
}

void describe_texture(const GreySquare& head, const Alignment& alignment, Texture& out) noexcept {
  Face face, turned;
  warp(head, alignment, face);
  smooth_and_turn(face, turned);
  smooth_and_turn(turned, face);
  std::array<std::array<std::uint16_t, kPatterns>, std::size_t{kBlocks} * kBlocks> counts{};
  std::array<std::uint8_t, kInner> patterns;
  for (int y = 0; y < kInner; ++y) {
    patterns_of(face.data() + std::ptrdiff_t{y + kRadius} * kSide + kRadius, patterns);
    const int row = y * kBlocks / kInner * kBlocks;
    for (int x = 0; x < kInner; ++x) {
      const auto block = static_cast<std::size_t>(row + x * kBlocks / kInner);
      ++counts[block][kNumberOf[patterns[static_cast<std::size_t>(x)]]];
    }
  }
  std::uint8_t* next = out.data();
  for (const auto& block : counts) {
    int sum = 0;
    for (const auto count : block) sum += count;
    for (const auto count : block)
      *next++ = static_cast<std::uint8_t>(
          255 * std::sqrt(static_cast<float>(count) / static_cast<float>(sum)) + 0.5F);
  }
}

}  // namespace vigia::appearance
