// Looks at a live camera's pictures once a second: how bright they are, how much they differ within
// themselves, and for how long they have not changed at all. For signs that a camera is covered, in the dark,
// or sends the same picture again and again.
//
// The figures come from a grid of kColumns x kRows points of the luma plane. A sensor's noise changes some of
// them from picture to picture, and at each key frame, also where nothing moves. Cost: 576 bytes are read
// once a second of stream time; no allocation. Threads: owner thread only.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "domain/frame.h"

namespace vigia::camera {

class PictureProbe {
 public:
  static constexpr int kColumns = 32;
  static constexpr int kRows = 18;
  static constexpr std::chrono::seconds kEvery{1};
  // Largest difference of a point that is still the same picture: encoding it again may round differently.
  static constexpr int kSame = 1;

  struct Figures {
    float brightness = 0;      // mean luma: 0 black, 1 white
    float contrast = 0;        // standard deviation of the luma, of the same unit
    Nanoseconds still_for{0};  // stream time since the picture last changed
  };

  // Nothing: this picture is not looked at, because one was less than kEvery before.
  std::optional<Figures> look(const domain::Frame& frame) noexcept {
    if (looked_ && frame.stream_time - *looked_ < kEvery && frame.stream_time >= *looked_)
      return std::nullopt;
    const bool is_first = !looked_;
    looked_ = frame.stream_time;
    const std::array<std::uint8_t, kPoints> now = sample(frame);
    if (is_first || differs(now)) changed_ = frame.stream_time;
    before_ = now;
    return figures(now, frame);
  }

 private:
  static constexpr std::size_t kPoints = std::size_t{kColumns} * kRows;

  static std::array<std::uint8_t, kPoints> sample(const domain::Frame& frame) noexcept {
    std::array<std::uint8_t, kPoints> points{};
    std::size_t i = 0;
    for (int row = 0; row < kRows; ++row) {
      const int y = (2 * row + 1) * frame.size.height / (2 * kRows);
      const std::uint8_t* const line =
          frame.planes[0].data + static_cast<std::ptrdiff_t>(y) * frame.planes[0].stride;
      for (int column = 0; column < kColumns; ++column) {
        points[i++] = line[(2 * column + 1) * frame.size.width / (2 * kColumns)];
      }
    }
    return points;
  }
  [[nodiscard]] bool differs(const std::array<std::uint8_t, kPoints>& now) const noexcept {
    for (std::size_t i = 0; i < kPoints; ++i) {
      if (std::abs(int{now[i]} - int{before_[i]}) > kSame) return true;
    }
    return false;
  }
  [[nodiscard]] Figures figures(const std::array<std::uint8_t, kPoints>& now,
                                const domain::Frame& frame) const noexcept {
    double sum = 0, squares = 0;
    for (const std::uint8_t point : now) {
      sum += point;
      squares += double{1} * point * point;
    }
    const double mean = sum / kPoints, deviation = std::sqrt(std::max(0.0, squares / kPoints - mean * mean));
    const bool full = frame.range == domain::ColorRange::full;
    const double black = full ? 0 : 16, range = full ? 255 : 219;
    return {static_cast<float>(std::clamp((mean - black) / range, 0.0, 1.0)),
            static_cast<float>(deviation / range), frame.stream_time - changed_};
  }

  std::optional<Nanoseconds> looked_;  // stream time
  Nanoseconds changed_{0};
  std::array<std::uint8_t, kPoints> before_{};
};

}  // namespace vigia::camera
