#include "detect/prepare_input.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "detect/mix_kernels.h"

namespace vigia::detect {
namespace {

// R = light + rv v, B = light + bu u, G = light + gu u + gv v, with light = (Y - black) gain, u = U - 128,
// v = V - 128; multiplied out, for values that come as sums over `area` source values.
ColourFactors colours_of(const domain::Frame& frame, double luma_area, double chroma_area) {
  const auto [kr, kb] = domain::color_weights(domain::color_matrix(frame));
  const double kg = 1 - kr - kb;
  const bool limited = frame.range == domain::ColorRange::limited;
  const double chroma = limited ? 255.0 / 224 : 1;
  const double rv = 2 * (1 - kr) * chroma;
  const double bu = 2 * (1 - kb) * chroma;
  const double gu = -bu * kb / kg;
  const double gv = -rv * kr / kg;
  const double gain = limited ? 255.0 / 219 : 1;
  const double black = limited ? 16 * gain : 0;
  const auto of = [](double value) { return static_cast<float>(value); };
  return {of(gain / luma_area), of(bu / chroma_area),  of(gu / chroma_area),         of(gv / chroma_area),
          of(rv / chroma_area), of(-128 * bu - black), of(-128 * (gu + gv) - black), of(-128 * rv - black)};
}

}  // namespace

void InputPreparer::lay(domain::Size frame, const Letterbox& letterbox) {
  const domain::Region& region = letterbox.region;
  const domain::Size content = letterbox.content;
  const auto along = [](double begin, double length, int source, int outputs) {
    return PlaneScaler::Stretch{begin, length, source, outputs};
  };
  luma_.lay(along(region.left, region.width, frame.width, content.width),
            along(region.top, region.height, frame.height, content.height));
  chroma_.lay(along(region.left / 2.0, region.width / 2.0, (frame.width + 1) / 2, content.width),
              along(region.top / 2.0, region.height / 2.0, (frame.height + 1) / 2, content.height));
  pitch_ = static_cast<std::size_t>(content.width) + kSlack;
  for (auto* rows : {&y_, &u_, &v_}) rows->resize(kMixedRows * pitch_);
}

// The network overwrites its input, so the bars are cleared each time.
void InputPreparer::clear_bars(domain::Size content, std::span<float> planes) const {
  const auto width = static_cast<std::size_t>(input_.width);
  const auto height = static_cast<std::size_t>(input_.height);
  const auto filled = static_cast<std::size_t>(content.width);
  for (std::size_t plane = 0; plane < 3; ++plane) {
    const std::span<float> rows = planes.subspan(plane * width * height, width * height);
    const auto used = static_cast<std::size_t>(content.height) * width;
    if (filled < width) {
      for (std::size_t row = 0; row < used; row += width)
        std::ranges::fill(rows.subspan(row + filled, width - filled), 0.0F);
    }
    std::ranges::fill(rows.subspan(used), 0.0F);
  }
}

void InputPreparer::prepare(const domain::Frame& frame, const Letterbox& letterbox, std::span<float> planes) {
  lay(frame.size, letterbox);
  const ColourFactors factors = colours_of(frame, luma_.area(), chroma_.area());
  const PlaneScaler::Output y{y_.data(), pitch_};
  const PlaneScaler::Output u{u_.data(), pitch_};
  const PlaneScaler::Output v{v_.data(), pitch_};
  const auto width = static_cast<std::size_t>(letterbox.content.width);
  const std::size_t plane = planes.size() / 3;
  for (int row = 0; row < letterbox.content.height; ++row) {
    const int within = row % kMixedRows;
    if (within == 0) {
      luma_.scale(frame.planes[0], row, y);
      if (frame.layout == domain::PixelLayout::nv12) {
        chroma_.scale_interleaved(frame.planes[1], row, u, v);
      } else {
        chroma_.scale(frame.planes[1], row, u);
        chroma_.scale(frame.planes[2], row, v);
      }
    }
    const std::size_t skip = static_cast<std::size_t>(within) * pitch_;
    float* to = planes.data() + static_cast<std::ptrdiff_t>(row) * input_.width;
    to_colours(factors, {y_.data() + skip, u_.data() + skip, v_.data() + skip}, width,
               {to, to + plane, to + 2 * plane});
  }
  clear_bars(letterbox.content, planes);
}

}  // namespace vigia::detect
