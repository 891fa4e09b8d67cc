#include "track/still_places.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "track/luma_grid.h"

namespace vigia::track {
namespace {

using domain::Box;

constexpr float kNear = 0.2F;        // of the width, between the centres
constexpr float kSameSize = 1.25F;   // factor
constexpr float kSamePart = 0.85F;   // correlation
constexpr float kSameFace = 0.66F;   // of the parts
constexpr float kSameColour = 8;     // of 255, in U and in V
constexpr float kShowsAnything = 4;  // variance of a part's luma
constexpr int kParts = 3;            // in each direction
constexpr int kPart = 4;             // values in each direction
constexpr int kFewestParts = 5;

bool same_place(const Box& a, const Box& b) noexcept {
  const float width = (a.width + b.width) / 2;
  const float ratio = std::sqrt(a.area() / b.area());
  return domain::distance(a.centre(), b.centre()) <= kNear * width && ratio < kSameSize &&
         ratio > 1 / kSameSize;
}

// A mean over the inner half of the face; a frame without colours is grey.
float mean_colour(const domain::Plane& plane, const domain::Frame& frame, const Box& face) noexcept {
  constexpr int kSamples = 8;  // in each direction
  if (plane.data == nullptr) return 128;
  int sum = 0;
  for (int row = 0; row < kSamples; ++row) {
    for (int column = 0; column < kSamples; ++column) {
      const auto inner = [](float begin, float length, int i, int limit) {
        const float at = begin + length * (0.25F + 0.5F * (static_cast<float>(i) + 0.5F) / kSamples);
        return std::clamp(static_cast<int>(at), 0, limit - 1) / 2;
      };
      const int y = inner(face.top, face.height, row, frame.size.height);
      sum += plane.data[std::ptrdiff_t{y} * plane.stride +
                        inner(face.left, face.width, column, frame.size.width)];
    }
  }
  return static_cast<float>(sum) / (kSamples * kSamples);
}

bool same_colours(const StillPicture& a, const StillPicture& b) noexcept {
  return std::ranges::equal(a.colours, b.colours,
                            [](float one, float other) { return std::abs(one - other) <= kSameColour; });
}

struct Part {
  float variance = 0, correlation = 0;
};

// The part of `known` that begins at x, y against that of `now` moved by dx, dy.
Part compare(const StillPicture& known, const StillPicture& now, int x, int y, domain::Size move) noexcept {
  constexpr float kCount = kPart * kPart;
  float a = 0, b = 0, aa = 0, bb = 0, ab = 0;
  for (int row = y; row < y + kPart; ++row) {
    for (int column = x; column < x + kPart; ++column) {
      const auto at = [](const StillPicture& of, int u, int v) {
        return static_cast<float>(of.luma[static_cast<std::size_t>(v * StillPicture::kSide + u)]);
      };
      const float p = at(known, column, row);
      const float q = at(now, column + move.width, row + move.height);
      a += p;
      b += q;
      aa += p * p;
      bb += q * q;
      ab += p * q;
    }
  }
  const float variance = (aa - a * a / kCount) / kCount;
  const float other = std::max((bb - b * b / kCount) / kCount, 0.1F);
  return {variance, (ab - a * b / kCount) / kCount / std::sqrt(std::max(variance, 0.1F) * other)};
}

float sameness_moved(const StillPicture& known, const StillPicture& now, domain::Size move) noexcept {
  int shown = 0;
  int same = 0;
  for (int part = 0; part < kParts * kParts; ++part) {
    const Part found = compare(known, now, 1 + part % kParts * kPart, 1 + part / kParts * kPart, move);
    if (found.variance < kShowsAnything) continue;
    ++shown;
    same += found.correlation >= kSamePart ? 1 : 0;
  }
  return shown < kFewestParts ? 0.0F : static_cast<float>(same) / static_cast<float>(shown);
}

}  // namespace

StillPicture take_picture(const domain::Frame& frame, const Box& box) noexcept {
  StillPicture picture;
  const bool visible = frame.planes[0].data != nullptr && frame.size.width > 0 && frame.size.height > 0;
  if (!visible || !(box.width > 0 && box.height > 0)) return picture;
  constexpr float kFace = StillPicture::kSide - 2;
  const GridPlace place{box.left - box.width / kFace, box.top - box.height / kFace, box.width / kFace,
                        box.height / kFace};
  std::array<float, std::size_t{StillPicture::kSide} * StillPicture::kSide> values;
  sample_luma(frame, place, StillPicture::kSide, values);
  std::ranges::transform(values, picture.luma.begin(),
                         [](float value) { return static_cast<std::uint8_t>(value + 0.5F); });
  const Box below{box.left, box.top + 1.1F * box.height, box.width, box.height};
  picture.colours = {mean_colour(frame.planes[1], frame, box), mean_colour(frame.planes[2], frame, box),
                     mean_colour(frame.planes[1], frame, below), mean_colour(frame.planes[2], frame, below)};
  picture.box = box;
  return picture;
}

float sameness(const StillPicture& known, const StillPicture& now) noexcept {
  float best = 0;
  for (int dy = -1; dy <= 1; ++dy) {
    for (int dx = -1; dx <= 1; ++dx) best = std::max(best, sameness_moved(known, now, {dx, dy}));
  }
  return best;
}

bool shows_the_same(const StillPicture& known, const StillPicture& now) noexcept {
  return !known.empty() && !now.empty() && same_place(known.box, now.box) && same_colours(known, now) &&
         sameness(known, now) >= kSameFace;
}

std::optional<std::size_t> StillPlaces::find(const StillPicture& picture) const noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    if (shows_the_same(places_[i].picture, picture)) return i;
  }
  return std::nullopt;
}

void StillPlaces::remember(const StillPicture& picture, Nanoseconds now) noexcept {
  if (picture.empty()) return;
  std::size_t place = 0;
  if (const auto known = find(picture)) {
    place = *known;
  } else if (count_ < kMost) {
    place = count_++;
  } else {
    const auto oldest = std::ranges::min_element(places_, {}, &Place::seen);
    place = static_cast<std::size_t>(oldest - places_.begin());
  }
  places_[place] = {picture, now};
}

void StillPlaces::forget(const StillPicture& picture) noexcept {
  while (const auto known = find(picture)) places_[*known] = places_[--count_];
}

bool StillPlaces::holds(const StillPicture& picture, Nanoseconds now) const noexcept {
  const auto known = find(picture);
  return known && now - places_[*known].seen <= kForgotten;
}

}  // namespace vigia::track
