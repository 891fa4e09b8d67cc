#include "camera/tone_map.h"

#include <algorithm>
#include <cmath>

namespace vigia::camera {
namespace {

constexpr double kWhitePaper = 203;  // cd/m2
constexpr double kBrightest = 1000;
constexpr double kMostGain = 4;  // near black, where luma says nothing about colours

double light_of_pq(double signal) {
  constexpr double m1 = 2610.0 / 16384, m2 = 2523.0 / 4096 * 128;
  constexpr double c1 = 3424.0 / 4096, c2 = 2413.0 / 4096 * 32, c3 = 2392.0 / 4096 * 32;
  const double power = std::pow(signal, 1 / m2);
  return 10000 * std::pow(std::max(power - c1, 0.0) / (c2 - c3 * power), 1 / m1);
}

double light_of_hlg(double signal) {
  constexpr double a = 0.17883277, b = 1 - 4 * a;
  const double c = 0.5 - a * std::log(4 * a);
  const double scene = signal <= 0.5 ? signal * signal / 3 : (std::exp((signal - c) / a) + b) / 12;
  return kBrightest * std::pow(scene, 1.2);
}

double shown(Transfer transfer, double signal) {
  const double light = transfer == Transfer::pq ? light_of_pq(signal) : light_of_hlg(signal);
  const double relative = light / kWhitePaper, white = kBrightest / kWhitePaper;
  const double mapped = relative * (1 + relative / (white * white)) / (1 + relative);
  return std::pow(std::clamp(mapped, 0.0, 1.0), 1 / 2.4);
}

}  // namespace

Transfer transfer_of(const AVFrame& frame) noexcept {
  if (frame.color_trc == AVCOL_TRC_SMPTE2084) return Transfer::pq;
  return frame.color_trc == AVCOL_TRC_ARIB_STD_B67 ? Transfer::hlg : Transfer::plain;
}

void ToneMap::prepare(Transfer transfer, bool full) {
  if (transfer == transfer_ && full == full_) return;
  const double black = full ? 0 : 16, span = full ? 255 : 219;
  for (std::size_t i = 0; i < luma_.size(); ++i) {
    const double signal = std::clamp((static_cast<double>(i) - black) / span, 0.0, 1.0);
    const double out = shown(transfer, signal);
    luma_[i] = static_cast<std::uint8_t>(std::lround(black + span * out));
    const double gain = signal > 0 ? std::min(out / signal, kMostGain) : 1;
    gain_[i] = static_cast<std::uint16_t>(std::lround(256 * gain));
  }
  transfer_ = transfer;
  full_ = full;
}

void ToneMap::apply(AVFrame& picture, Transfer transfer, bool full) {
  prepare(transfer, full);
  const auto row = [&picture](int plane, int y) {
    return picture.data[plane] + static_cast<std::ptrdiff_t>(y) * picture.linesize[plane];
  };
  // Chroma first: it needs the luma that was.
  for (int y = 0; y < (picture.height + 1) / 2; ++y) {
    const std::uint8_t* const luma = row(0, 2 * y);
    for (int plane = 1; plane <= 2; ++plane) {
      std::uint8_t* const chroma = row(plane, y);
      for (int x = 0; x < (picture.width + 1) / 2; ++x) {
        const int scaled = (chroma[x] - 128) * gain_[luma[2 * x]] / 256;
        chroma[x] = static_cast<std::uint8_t>(std::clamp(128 + scaled, 0, 255));
      }
    }
  }
  for (int y = 0; y < picture.height; ++y) {
    std::uint8_t* const luma = row(0, y);
    for (int x = 0; x < picture.width; ++x) luma[x] = luma_[luma[x]];
  }
}

}  // namespace vigia::camera
