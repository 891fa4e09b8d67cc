#include "detect/prepare_input.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace vigia::detect {
namespace {

// R = y + rv v, B = y + bu u, G = y + gu u + gv v, with y = (Y - y_black) y_gain, u = U - 128, v = V - 128.
struct Colours {
  float y_black, y_gain, rv, gu, gv, bu;
};

Colours colours_of(const domain::Frame& frame) {
  const bool hd = frame.size.height >= 720;
  const double kr = hd ? 0.2126 : 0.299;
  const double kb = hd ? 0.0722 : 0.114;
  const double kg = 1 - kr - kb;
  const bool limited = frame.range == domain::ColorRange::limited;
  const double chroma = limited ? 255.0 / 224 : 1;
  const double rv = 2 * (1 - kr) * chroma;
  const double bu = 2 * (1 - kb) * chroma;
  return {limited ? 16.0F : 0.0F,
          static_cast<float>(limited ? 255.0 / 219 : 1),
          static_cast<float>(rv),
          static_cast<float>(-bu * kb / kg),
          static_cast<float>(-rv * kr / kg),
          static_cast<float>(bu)};
}

// One row of values, and which of them make each output, by how much.
struct Weighing {
  const float* from;
  int step;  // from one value to the next
  const int* first;
  const float* weights;
  int taps;
};

// kTaps 0: any number of taps.
template <int kTaps>
void weigh(const Weighing& row, std::span<float> to) {
  const int taps = kTaps > 0 ? kTaps : row.taps;
  const float* weights = row.weights;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const float* value = row.from + static_cast<std::ptrdiff_t>(row.first[i]) * row.step;
    float sum = 0;
    for (int tap = 0; tap < taps; ++tap)
      sum += value[static_cast<std::ptrdiff_t>(tap) * row.step] * weights[tap];
    to[i] = sum;
    weights += taps;
  }
}

void add_row(const std::uint8_t* from, float weight, bool is_first, std::span<float> to) {
  if (is_first) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = static_cast<float>(from[i]) * weight;
  } else {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += static_cast<float>(from[i]) * weight;
  }
}

void to_colours(const Colours& c, std::span<const float> y, const float* u, const float* v,
                const std::array<float*, 3>& bgr) {
  float* const blue = bgr[0];
  float* const green = bgr[1];
  float* const red = bgr[2];
  for (std::size_t i = 0; i < y.size(); ++i) {
    const float light = (y[i] - c.y_black) * c.y_gain;
    const float du = u[i] - 128;
    const float dv = v[i] - 128;
    blue[i] = std::clamp(light + c.bu * du, 0.0F, 255.0F);
    green[i] = std::clamp(light + c.gu * du + c.gv * dv, 0.0F, 255.0F);
    red[i] = std::clamp(light + c.rv * dv, 0.0F, 255.0F);
  }
}

}  // namespace

// `begin`, `length`: in source values, not always whole (chroma of an odd region).
void InputPreparer::lay_axis(Axis& axis, double begin, double length, int source, int outputs) {
  const double step = length / outputs;
  const int lowest = static_cast<int>(std::floor(begin));
  const int highest = std::min(static_cast<int>(std::ceil(begin + length)), source) - 1;
  axis.begin = lowest;
  axis.end = highest + 1;
  // Boxes of `step` values touch this many at most; two are enough to interpolate.
  axis.taps = std::min(step >= 1 ? static_cast<int>(std::ceil(step)) + 1 : 2, highest - lowest + 1);
  if (step == std::floor(step) && begin == std::floor(begin))
    axis.taps = static_cast<int>(step);  // whole boxes
  axis.first.assign(static_cast<std::size_t>(outputs), 0);
  axis.weights.assign(static_cast<std::size_t>(outputs) * static_cast<std::size_t>(axis.taps), 0.0F);
  for (int i = 0; i < outputs; ++i) {
    const double from = begin + i * length / outputs;
    const double centre = from + step / 2 - 0.5;
    const bool shrinks = step >= 1;
    const int first = static_cast<int>(std::floor(shrinks ? from : centre));
    const int start = std::clamp(first, lowest, std::max(lowest, highest + 1 - axis.taps));
    axis.first[static_cast<std::size_t>(i)] = start - lowest;
    float* weights = axis.weights.data() + static_cast<std::ptrdiff_t>(i) * axis.taps;
    const auto add = [&](int value, double weight) {
      const int tap = std::clamp(value, lowest, highest) - start;
      weights[std::clamp(tap, 0, axis.taps - 1)] += static_cast<float>(weight);
    };
    if (shrinks) {
      const double to = begin + (i + 1) * length / outputs;
      for (int value = first; value < to; ++value) {
        add(value, (std::min<double>(value + 1, to) - std::max<double>(value, from)) / step);
      }
    } else {
      const double part = centre - std::floor(centre);
      add(first, 1 - part);
      add(first + 1, part);
    }
  }
}

void InputPreparer::lay_axes(domain::Size frame, const Letterbox& letterbox) {
  if (frame == frame_ && letterbox.region == letterbox_.region && letterbox.content == letterbox_.content)
    return;
  frame_ = frame;
  letterbox_ = letterbox;
  const domain::Region& region = letterbox.region;
  const domain::Size content = letterbox.content;
  lay_axis(luma_columns_, region.left, region.width, frame.width, content.width);
  lay_axis(luma_rows_, region.top, region.height, frame.height, content.height);
  lay_axis(chroma_columns_, region.left / 2.0, region.width / 2.0, (frame.width + 1) / 2, content.width);
  lay_axis(chroma_rows_, region.top / 2.0, region.height / 2.0, (frame.height + 1) / 2, content.height);
}

// The weighted mean of the source rows that make one output row, left in mean_.
void InputPreparer::mean_rows(const Source& source, const Axis& rows, const Axis& columns, int row) {
  const auto values =
      static_cast<std::size_t>(columns.end - columns.begin - 1) * static_cast<std::size_t>(source.step) + 1;
  if (mean_.size() < values) mean_.resize(values);
  const float* weights = rows.weights.data() + static_cast<std::ptrdiff_t>(row) * rows.taps;
  const int first = rows.begin + rows.first[static_cast<std::size_t>(row)];
  for (int tap = 0; tap < rows.taps; ++tap) {
    if (tap > 0 && weights[tap] == 0) continue;
    const std::uint8_t* from = source.plane.data +
                               static_cast<std::ptrdiff_t>(first + tap) * source.plane.stride +
                               static_cast<std::ptrdiff_t>(columns.begin) * source.step;
    add_row(from, weights[tap], tap == 0, std::span(mean_).first(values));
  }
}

void InputPreparer::scale_row(const Source& source, const Axis& rows, const Axis& columns, int row,
                              std::span<float> to) {
  mean_rows(source, rows, columns, row);
  using Weigh = void (*)(const Weighing&, std::span<float>);
  static constexpr std::array<Weigh, 6> kWeigh{weigh<0>, weigh<1>, weigh<2>, weigh<3>, weigh<4>, weigh<5>};
  const auto taps = static_cast<std::size_t>(columns.taps);
  kWeigh[taps < kWeigh.size() ? taps : 0](
      {mean_.data(), source.step, columns.first.data(), columns.weights.data(), columns.taps}, to);
}

void InputPreparer::prepare(const domain::Frame& frame, const Letterbox& letterbox, std::span<float> planes) {
  lay_axes(frame.size, letterbox);
  const auto width = static_cast<std::size_t>(letterbox.content.width);
  y_.resize(width);
  u_.resize(width);
  v_.resize(width);
  const bool interleaved = frame.layout == domain::PixelLayout::nv12;
  const Source luma{frame.planes[0], 1};
  const Source u{frame.planes[1], interleaved ? 2 : 1};
  const Source v{
      interleaved ? domain::Plane{frame.planes[1].data + 1, frame.planes[1].stride} : frame.planes[2],
      u.step};
  const Colours colours = colours_of(frame);

  std::ranges::fill(planes, 0.0F);
  const std::size_t plane = planes.size() / 3;
  for (int row = 0; row < letterbox.content.height; ++row) {
    scale_row(luma, luma_rows_, luma_columns_, row, y_);
    scale_row(u, chroma_rows_, chroma_columns_, row, u_);
    scale_row(v, chroma_rows_, chroma_columns_, row, v_);
    float* to = planes.data() + static_cast<std::ptrdiff_t>(row) * input_.width;
    to_colours(colours, y_, u_.data(), v_.data(), {to, to + plane, to + 2 * plane});
  }
}

}  // namespace vigia::detect
