#include "track/liveness.h"

#include <algorithm>
#include <cmath>

#include "track/luma_grid.h"

namespace vigia::track {
namespace {

using domain::Box;
using domain::Frame;
using domain::Point;

constexpr float kReach = 1.5F;           // the square's side, in face sizes
constexpr float kBetweenLooks = 0.095F;  // seconds; a little less than a tenth
constexpr float kAsSure = 0.9F;          // of the best score
constexpr float kScoreFalls = 0.01F;     // a second
constexpr float kElsewhere = 0.25F;      // of the width
constexpr float kOtherSize = 1.25F;      // factor
constexpr int kMostOther = 3;            // parts, in the middle and around it
constexpr float kSmallRest = 0.6F;       // of the grid's step
constexpr int kMostSteps = 3;
constexpr float kSlow = 0.4F;  // seconds
constexpr float kSlowLooks = 5;
constexpr float kLong = 8;           // seconds
constexpr float kMeanStarts = 4;     // looks that the reference stands for
constexpr float kTexture = 4;        // mean square of the gradient, of 8 bits
constexpr float kRidge = 20;         // against a gradient in one direction only
constexpr float kOtherLook = 25;     // mean square of what no shift explains
constexpr float kOtherShare = 0.3F;  // of the part's variance
constexpr std::size_t kFewestParts = 4;
constexpr float kSlotSeconds = 0.24F;
constexpr int kSlotLooks = 2;
constexpr std::size_t kFewestSlots = 4;
constexpr float kLifeOfChange = 0.1F / 0.003F;
constexpr float kSharpWidth = 100;  // pixels; of a smaller face noise is a larger part

float share_of_new(float seconds, float memory) {
  return 1.0F - std::exp(-seconds / memory);
}

void move_towards(Point& value, Point target, float share) {
  value.x += share * (target.x - value.x);
  value.y += share * (target.y - value.y);
}

float squared(Point a, Point b) {
  return (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y);
}

bool is_middle(std::size_t part, std::size_t side) {
  const std::size_t x = part % side;
  const std::size_t y = part / side;
  return x > 0 && y > 0 && x + 1 < side && y + 1 < side;
}

}  // namespace

// Sums over one part, about their means: g the reference's gradient, r the reference, z the present values.
struct Liveness::Sums {
  float xx = 0, xy = 0, xr = 0, yy = 0, yr = 0, rr = 0, xz = 0, yz = 0, rz = 0, zz = 0;
  float x = 0, y = 0, r = 0, z = 0;

  void add(Point g, float ref, float now) noexcept {
    x += g.x, y += g.y, r += ref, z += now;
    xx += g.x * g.x, xy += g.x * g.y, xr += g.x * ref, xz += g.x * now;
    yy += g.y * g.y, yr += g.y * ref, yz += g.y * now;
    rr += ref * ref, rz += ref * now, zz += now * now;
  }
  void centre(float count) noexcept {
    xx -= x * x / count, xy -= x * y / count, xr -= x * r / count, xz -= x * z / count;
    yy -= y * y / count, yr -= y * r / count, yz -= y * z / count;
    rr -= r * r / count, rz -= r * z / count, zz -= z * z / count;
  }
};

void Liveness::see(const Frame& frame, const domain::Detection& face, Nanoseconds time) noexcept {
  if (frame.planes[0].data == nullptr || frame.size.width <= 0 || frame.size.height <= 0) return;
  const auto seconds = static_cast<float>(to_seconds(time - time_));
  if (!is_worth_a_look(face, seconds)) return;
  time_ = time;
  if (is_elsewhere(face.box)) return look_anew(frame, face.box);

  Shifts shifts;
  const Point common = align(frame, shifts);
  int middle = 0;
  int around = 0;
  for (std::size_t i = 0; i < kAll; ++i) {
    if (shifts[i].other) ++(is_middle(i, kParts) ? middle : around);
  }
  if (middle > kMostOther || around > kMostOther) return look_anew(frame, face.box);
  add_to_slot(change(shifts, common, seconds), seconds);
  watched_ += from_seconds(std::min(seconds, 1.0F));
}

bool Liveness::is_worth_a_look(const domain::Detection& face, float seconds) noexcept {
  if (!(face.box.width > 0 && face.box.height > 0)) return false;
  if (step_ > 0 && seconds < kBetweenLooks) return false;
  best_score_ = std::max(face.score, best_score_ - kScoreFalls * seconds);
  return face.score >= kAsSure * best_score_;
}

bool Liveness::is_elsewhere(const Box& box) const noexcept {
  return step_ <= 0 || domain::distance(box.centre(), centre_) > kElsewhere * width_ ||
         box.width > kOtherSize * width_ || box.width * kOtherSize < width_;
}

void Liveness::look_anew(const Frame& frame, const Box& box) noexcept {
  step_ = std::max(1.0F, kReach * (box.width + box.height) / 2 / kSide);
  width_ = box.width;
  centre_ = box.centre();
  left_ = static_cast<int>(std::lround(centre_.x - step_ * kSide / 2));
  top_ = static_cast<int>(std::lround(centre_.y - step_ * kSide / 2));
  std::array<float, kValues> now;
  sample_luma(frame, {static_cast<float>(left_), static_cast<float>(top_), step_, step_}, kSide, now);
  std::ranges::transform(now, reference_.begin(),
                         [](float value) { return static_cast<std::uint8_t>(value + 0.5F); });
  parts_ = {};
}

Point Liveness::align(const Frame& frame, Shifts& shifts) noexcept {
  std::array<float, kValues> now;
  Point common;
  for (int tries = 0; tries < kMostSteps; ++tries) {
    sample_luma(frame, {static_cast<float>(left_), static_cast<float>(top_), step_, step_}, kSide, now);
    compare(now, shifts);
    common = {};
    float weight = 0;
    for (const Shift& shift : shifts) {
      if (!shift.textured || shift.other) continue;
      weight += shift.texture;
      move_towards(common, shift.by, shift.texture / weight);
    }
    if (std::abs(common.x) < kSmallRest && std::abs(common.y) < kSmallRest) break;
    const auto pixels = [this](float by) {
      return static_cast<int>(std::lround(std::clamp(by, -4.0F, 4.0F) * step_));
    };
    left_ += pixels(common.x);
    top_ += pixels(common.y);
  }
  return common;
}

void Liveness::compare(const std::array<float, kValues>& now, Shifts& shifts) const noexcept {
  for (std::size_t part = 0; part < kAll; ++part) shifts[part] = shift_of(part, now);
}

// z = gain * r + offset - gain * (by . g), solved for gain * by and gain.
Liveness::Shift Liveness::shift_of(std::size_t part, const std::array<float, kValues>& now) const noexcept {
  constexpr int kPart = kSide / kParts;
  constexpr float kCount = kPart * kPart;
  const int left = static_cast<int>(part) % kParts * kPart;
  const int top = static_cast<int>(part) / kParts * kPart;
  const auto at = [this](int x, int y) {
    const int inside = std::clamp(y, 0, kSide - 1) * kSide + std::clamp(x, 0, kSide - 1);
    return static_cast<float>(reference_[static_cast<std::size_t>(inside)]) - 128;
  };
  Sums s;
  for (int y = top; y < top + kPart; ++y) {
    for (int x = left; x < left + kPart; ++x) {
      const Point g{(at(x + 1, y) - at(x - 1, y)) / 2, (at(x, y + 1) - at(x, y - 1)) / 2};
      s.add(g, at(x, y), now[static_cast<std::size_t>(y * kSide + x)] - 128);
    }
  }
  s.centre(kCount);

  Shift shift;
  shift.texture = s.xx + s.yy;
  shift.textured = shift.texture > kTexture * kCount;
  const float xx = s.xx + kRidge;
  const float d2 = s.yy + kRidge - s.xy * s.xy / xx;
  const float e2 = s.yr - s.xy * s.xr / xx;
  const float d3 = s.rr + 1 - s.xr * s.xr / xx - e2 * e2 / d2;
  const float b2 = s.yz - s.xy * s.xz / xx;
  const float gain = (s.rz - s.xr * s.xz / xx - e2 * b2 / d2) / std::max(d3, 1e-3F);
  const float v = (b2 - e2 * gain) / d2;
  const float u = (s.xz - s.xy * v - s.xr * gain) / xx;
  const float rest = (s.zz - u * s.xz - v * s.yz - gain * s.rz) / kCount;
  const float divisor = std::clamp(gain, 0.4F, 2.5F);
  shift.by = {-u / divisor, -v / divisor};
  shift.other = rest > std::max(kOtherLook, kOtherShare * s.zz / kCount) ||
                (shift.textured && (gain < 0.3F || gain > 3.0F));
  return shift;
}

float Liveness::change(const Shifts& shifts, Point common, float seconds) noexcept {
  const float slow = std::min(share_of_new(seconds, kSlow), 1 / kSlowLooks);
  const float slower = share_of_new(seconds, kLong);
  std::array<float, kAll> changes;
  std::size_t count = 0;
  for (std::size_t i = 0; i < kAll; ++i) {
    if (!shifts[i].textured || shifts[i].other) continue;
    Part& part = parts_[i];
    const Point by{shifts[i].by.x - common.x, shifts[i].by.y - common.y};
    ++part.looks;
    const auto looks = static_cast<float>(part.looks);
    part.noise += std::max(slower, 1 / looks) * (squared(by, part.last) - part.noise);
    part.last = by;
    move_towards(part.slow, by, std::max(slow, 1 / looks));
    move_towards(part.mean, by, std::max(slower, 1 / (looks + kMeanStarts)));
    // Noise that is new at each comparison: half of the mean square difference, less the part that the mean
    // removes.
    const float by_noise = part.noise / 2 * slow / (2 - slow);
    if (is_middle(i, kParts)) changes[count++] = std::max(0.0F, squared(part.slow, part.mean) - by_noise);
  }
  if (count < kFewestParts) return 0;
  const auto median = changes.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(changes.begin(), median, changes.begin() + static_cast<std::ptrdiff_t>(count));
  return std::sqrt(*median) * step_ / width_;
}

void Liveness::add_to_slot(float change, float seconds) noexcept {
  slot_sum_ += change;
  slot_seconds_ += seconds;
  ++slot_looks_;
  if (slot_seconds_ < kSlotSeconds || slot_looks_ < kSlotLooks) return;
  slots_[slots_filled_++ % kSlots] =
      slot_sum_ / static_cast<float>(slot_looks_) * kLifeOfChange * std::min(1.0F, width_ / kSharpWidth);
  slot_sum_ = slot_seconds_ = 0;
  slot_looks_ = 0;
  const std::size_t filled = std::min(slots_filled_, kSlots);
  if (filled < kFewestSlots) return;
  std::array<float, kSlots> sorted = slots_;
  const auto third_fifth = sorted.begin() + static_cast<std::ptrdiff_t>(filled * 3 / 5);
  std::nth_element(sorted.begin(), third_fifth, sorted.begin() + static_cast<std::ptrdiff_t>(filled));
  life_ = std::max(life_, *third_fifth);
}

}  // namespace vigia::track
