#include "detect/motion_gate.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <span>

#include "detect/letterbox.h"

namespace vigia::detect {
namespace {

constexpr int kCellSide = 16;    // pixels at least
constexpr int kCellsAlong = 80;  // the longer side, at most
// Rows of pixels that stand for a cell; their sum fits into 16 bits.
constexpr int kRowsRead = 16;
constexpr int kFraction = 16;  // parts of a level
constexpr int kLevels = 256;

// Boundaries of cells that divide `length` pixels evenly; the last value is the end.
void share_out(int length, int side, std::vector<int>& begins) {
  const int cells = std::max(1, length / side);
  begins.clear();
  for (int i = 0; i <= cells; ++i)
    begins.push_back(static_cast<int>(static_cast<std::int64_t>(length) * i / cells));
}

// How many of these cells lie wholly within `length` pixels in the worst case: at the widest cells, with all
// but a pixel of one more cell covered.
int covered(int length, const std::vector<int>& begins) {
  int widest = 1;
  for (std::size_t i = 0; i + 1 < begins.size(); ++i) widest = std::max(widest, begins[i + 1] - begins[i]);
  return std::max(0, (length - widest + 1) / widest);
}

}  // namespace

void MotionGate::lay_grid(domain::Size frame, const domain::Region& region) {
  frame_ = frame;
  region_ = region;
  const int longer = std::max(region.width, region.height);
  const int side = std::max(kCellSide, (longer + kCellsAlong - 1) / kCellsAlong);
  share_out(region.width, side, columns_);
  share_out(region.height, side, rows_);
  now_.assign((columns_.size() - 1) * (rows_.size() - 1), 0);
  then_ = now_;
  needed_ = std::min(
      threshold_ * static_cast<double>(now_.size()),
      std::max(1.0, static_cast<double>(covered(least_face_, columns_)) * covered(least_face_, rows_)));
  sums_.resize(static_cast<std::size_t>(region.width) + kSlack);
  by_shift_.resize(2 * kLevels);
}

// The means of all cells, in now_.
void MotionGate::measure(const domain::Plane& luma) {
  std::array<const std::uint8_t*, kRowsRead> taken{};
  auto mean = now_.begin();
  for (std::size_t row = 0; row + 1 < rows_.size(); ++row) {
    const int height = rows_[row + 1] - rows_[row];
    const int read = std::min(height, kRowsRead);
    for (int i = 0; i < read; ++i) {
      const int y = region_.top + rows_[row] + height * i / read;
      taken[static_cast<std::size_t>(i)] =
          luma.data + static_cast<std::ptrdiff_t>(y) * luma.stride + region_.left;
    }
    sum_rows(std::span(taken).first(static_cast<std::size_t>(read)), static_cast<std::size_t>(region_.width),
             sums_.data());
    for (std::size_t column = 0; column + 1 < columns_.size(); ++column) {
      const std::uint16_t* begin = sums_.data() + columns_[column];
      const int width = columns_[column + 1] - columns_[column];
      unsigned sum = 0;
      for (int i = 0; i < width; ++i) sum += begin[i];
      *mean++ = static_cast<std::int16_t>(sum * kFraction / static_cast<unsigned>(read * width));
    }
  }
}

// The median of the cells' changes, in levels.
int MotionGate::common_shift() {
  std::ranges::fill(by_shift_, std::uint16_t{0});
  for (std::size_t i = 0; i < now_.size(); ++i) {
    const int change = now_[i] - then_[i] + kLevels * kFraction + kFraction / 2;  // never negative
    ++by_shift_[static_cast<std::size_t>(change / kFraction)];
  }
  std::size_t seen = 0;
  int level = -1;
  while (2 * seen < now_.size()) seen += by_shift_[static_cast<std::size_t>(++level)];
  return std::clamp(level - kLevels, -kMotionShift, kMotionShift);
}

bool MotionGate::cells_moved() {
  const int shift = common_shift() * kFraction;
  int changed = 0;
  for (std::size_t i = 0; i < now_.size(); ++i) {
    const int change = now_[i] - then_[i] - shift;
    changed += std::abs(change) > kMotionLevels * kFraction ? 1 : 0;
  }
  return changed > 0 && changed >= needed_;
}

bool MotionGate::moved(const domain::Frame& frame, const domain::Region& rot) {
  if (threshold_ <= 0 || !check_frame(frame)) return true;
  const domain::Region region = clip_region(rot, frame.size);
  if (region.whole()) return true;  // nothing of it lies in the picture
  const bool is_new = frame.size != frame_ || region != region_;
  if (is_new) lay_grid(frame.size, region);
  measure(frame.planes[0]);
  const bool motion = is_new || cells_moved();
  if (motion) hold_until_ = frame.stream_time + kMotionHold;
  if (!motion && frame.stream_time >= hold_until_ && frame.stream_time - counted_at_ < kMotionRest)
    return false;
  counted_at_ = frame.stream_time;
  std::swap(now_, then_);
  return true;
}

}  // namespace vigia::detect
