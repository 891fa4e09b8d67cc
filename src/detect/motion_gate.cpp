#include "detect/motion_gate.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <limits>

#include "detect/letterbox.h"
#include "detect/sum_kernels.h"

namespace vigia::detect {
namespace {

constexpr int kCellSide = 16;    // pixels at least
constexpr int kCellsAlong = 80;  // the longer side, at most
// Rows of pixels that stand for a cell; their sum fits into 16 bits.
constexpr int kRowsRead = 16;
constexpr int kFraction = 16;  // parts of a level
constexpr int kLevels = 256;
constexpr Nanoseconds kNever = Nanoseconds::min() / 2;

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
  changed_.assign(now_.size(), kNever);
  sums_.resize(static_cast<std::size_t>(region.width) + kSlack);
  by_shift_.resize(2 * kLevels);
}

// How many cells must have changed.
double MotionGate::needed(int least_face) const {
  const double covers = static_cast<double>(covered(least_face, columns_)) * covered(least_face, rows_);
  return std::min(threshold_ * static_cast<double>(now_.size()), std::max(1.0, covers));
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

bool MotionGate::note_motion(int least_face, Nanoseconds now) {
  const int shift = common_shift() * kFraction;
  const auto has_changed = [&](std::size_t cell) {
    return std::abs(now_[cell] - then_[cell] - shift) > kMotionLevels * kFraction;
  };
  int changed = 0;
  for (std::size_t i = 0; i < now_.size(); ++i) changed += has_changed(i) ? 1 : 0;
  if (changed == 0 || changed < needed(least_face)) return false;
  for (std::size_t i = 0; i < now_.size(); ++i) {
    if (has_changed(i)) changed_[i] = now;
  }
  moved_at_ = now;
  return true;
}

std::optional<MotionGate::Cells> MotionGate::moved_cells(Nanoseconds now) const {
  const int columns = static_cast<int>(columns_.size()) - 1;
  std::optional<Cells> cells;
  for (std::size_t i = 0; i < changed_.size(); ++i) {
    if (now - changed_[i] >= kMotionHold) continue;
    const int column = static_cast<int>(i) % columns;
    const int row = static_cast<int>(i) / columns;
    if (!cells) cells = {column, row, column, row};
    *cells = {std::min(cells->left, column), std::min(cells->top, row), std::max(cells->right, column + 1),
              std::max(cells->bottom, row + 1)};
  }
  return cells;
}

// What moved and what is followed, inside region_; empty: there is neither.
domain::Region MotionGate::part(std::span<const domain::Box> followed, int margin, Nanoseconds now) const {
  float left = std::numeric_limits<float>::max(), top = left, right = -left, bottom = -left;
  const auto add = [&](float from_x, float from_y, float to_x, float to_y) {
    left = std::min(left, from_x);
    top = std::min(top, from_y);
    right = std::max(right, to_x);
    bottom = std::max(bottom, to_y);
  };
  const auto at = [](const std::vector<int>& begins, int cell, int from) {
    return static_cast<float>(begins[static_cast<std::size_t>(cell)] + from);
  };
  if (const auto cells = moved_cells(now)) {
    const auto around = static_cast<float>(margin);
    add(at(columns_, cells->left, region_.left) - around, at(rows_, cells->top, region_.top) - around,
        at(columns_, cells->right, region_.left) + around, at(rows_, cells->bottom, region_.top) + around);
  }
  for (const domain::Box& face : followed) {
    add(face.left - face.width / 2, face.top - face.height / 2, face.right() + face.width / 2,
        face.bottom() + face.height / 2);
  }
  const auto inside = [](float value, int begin, int length) {
    return std::clamp(static_cast<int>(value), begin, begin + length);
  };
  if (left > right) return {};
  const int x = inside(left, region_.left, region_.width);
  const int y = inside(top, region_.top, region_.height);
  return {x, y, inside(right, region_.left, region_.width) - x,
          inside(bottom, region_.top, region_.height) - y};
}

// Cells that lie wholly in it have been looked at.
void MotionGate::note_look(const domain::Region& at) {
  const std::size_t columns = columns_.size() - 1;
  for (std::size_t row = 0; row + 1 < rows_.size(); ++row) {
    if (region_.top + rows_[row] < at.top || region_.top + rows_[row + 1] > at.top + at.height) continue;
    for (std::size_t column = 0; column < columns; ++column) {
      const bool is_in = region_.left + columns_[column] >= at.left &&
                         region_.left + columns_[column + 1] <= at.left + at.width;
      if (is_in) then_[row * columns + column] = now_[row * columns + column];
    }
  }
}

std::optional<SearchArea> MotionGate::where(const domain::Frame& frame, SearchArea view,
                                            std::span<const domain::Box> followed) {
  if (threshold_ <= 0 || !check_frame(frame)) return view;
  const domain::Region region = clip_region(view.rot, frame.size);
  if (region.whole()) return view;  // nothing of it lies in the picture
  const Nanoseconds now = frame.stream_time;
  const bool is_new = frame.size != frame_ || region != region_ || now < looked_at_;
  if (is_new) lay_grid(frame.size, region);
  measure(frame.planes[0]);
  if (is_new) moved_at_ = now;
  const bool moves = (!is_new && note_motion(view.least_face, now)) || now - moved_at_ < kMotionHold;
  if (!moves && followed.empty() && now - looked_at_ < kMotionRest) return std::nullopt;
  looked_at_ = now;
  const domain::Region close = part(followed, std::max(view.least_face, kCellSide), now);
  if (is_new || close.whole() || now - whole_at_ >= kMotionWhole) {
    whole_at_ = now;
    note_look(region);
    return view;
  }
  note_look(close);
  view.close = close;
  return view;
}

}  // namespace vigia::detect
