#include "camera/hardware_trial.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include <algorithm>

namespace vigia::camera {
namespace {

constexpr int kEvery = 4;  // points, in both directions

// How the points of a format lie in memory.
struct Points {
  bool is_known = false;
  int bytes = 1, shift = 0;     // of a value; how far to the right for its upper 8 bits
  bool is_interleaved = false;  // U and V in one plane
};

Points points_of(int format) {
  switch (format) {
    case AV_PIX_FMT_YUV420P:
    case AV_PIX_FMT_YUVJ420P:
      return {.is_known = true};
    case AV_PIX_FMT_NV12:
      return {.is_known = true, .is_interleaved = true};
    case AV_PIX_FMT_YUV420P10LE:
      return {.is_known = true, .bytes = 2, .shift = 2};
    case AV_PIX_FMT_P010LE:
      return {.is_known = true, .bytes = 2, .shift = 8, .is_interleaved = true};
    default:
      return {};
  }
}

// Of plane 0, 1 or 2 (Y, U, V), in its upper 8 bits.
int value_at(const AVFrame& frame, const Points& points, int plane, int x, int y) {
  const bool joined = points.is_interleaved && plane > 0;
  const int in = joined ? 1 : plane;
  const int column = joined ? 2 * x + plane - 1 : x;
  const std::uint8_t* const row = frame.data[in] + static_cast<std::ptrdiff_t>(y) * frame.linesize[in];
  if (points.bytes == 1) return row[column];
  std::uint16_t value = 0;
  std::memcpy(&value, row + static_cast<std::ptrdiff_t>(column) * 2, sizeof value);
  return value >> points.shift;
}

}  // namespace

bool same_picture(const AVFrame& a, const AVFrame& b) noexcept {
  const Points of_a = points_of(a.format), of_b = points_of(b.format);
  if (!of_a.is_known || !of_b.is_known || a.width != b.width || a.height != b.height) return false;
  std::int64_t all = 0, different = 0;
  for (int plane = 0; plane < 3; ++plane) {
    const int width = plane == 0 ? a.width : a.width / 2, height = plane == 0 ? a.height : a.height / 2;
    for (int y = 0; y < height; y += kEvery) {
      for (int x = y / kEvery % kEvery; x < width; x += kEvery) {
        ++all;
        const int off = value_at(a, of_a, plane, x, y) - value_at(b, of_b, plane, x, y);
        if (std::abs(off) > HardwareTrial::kSame) ++different;
      }
    }
  }
  return different * HardwareTrial::kMostDifferent <= all;
}

void HardwareTrial::compare(const AVFrame& software, const AVFrame& hardware) noexcept {
  if (pictures_ == 0) software_ = hardware_ = {};
  ++pictures_;
  if (!same_picture(software, hardware)) wrong_ = true;
}

HardwareTrial::Verdict HardwareTrial::verdict() const noexcept {
  if (wrong_) return Verdict::wrong;
  if (pictures_ < kPictures) return Verdict::open;
  if (hardware_.cpu > kMostOfCpu * software_.cpu) return Verdict::costly;
  const double most = std::max(software_.wall, kMostSeconds * pictures_);
  return hardware_.wall > most ? Verdict::slow : Verdict::keep;
}

std::string HardwareTrial::reason() const {
  if (verdict() == Verdict::wrong) return "its pictures differ from those of the CPU";
  const double each = 1e3 / std::max(pictures_, 1);
  if (verdict() == Verdict::slow) return fmt::format("a picture takes {:.1f} ms", hardware_.wall * each);
  return fmt::format("{:.1f} ms of CPU a picture instead of {:.1f}", hardware_.cpu * each,
                     software_.cpu * each);
}

}  // namespace vigia::camera
