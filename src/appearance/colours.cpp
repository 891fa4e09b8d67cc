#include "appearance/colours.h"

#include <algorithm>
#include <cmath>

#include "appearance/patch.h"

namespace vigia::appearance {
namespace {

constexpr int kSide = 24;
constexpr std::size_t kValues = std::size_t{kSide} * kSide;
constexpr int kBins = 12;
constexpr float kNeutral = 128;
constexpr std::size_t kCurve = 1024;  // places of the two tables

// Linear between the places of a table over 0..1.
class Curve {
 public:
  template <class Function>
  explicit Curve(Function function) {
    for (std::size_t i = 0; i <= kCurve; ++i)
      values_[i] = static_cast<float>(function(static_cast<double>(i) / kCurve));
    values_[kCurve + 1] = values_[kCurve];
  }
  float operator()(float x) const noexcept {
    const float place = std::clamp(x, 0.0F, 1.0F) * kCurve;
    const auto before = static_cast<std::size_t>(place);
    return values_[before] + (values_[before + 1] - values_[before]) * (place - static_cast<float>(before));
  }

 private:
  std::array<float, kCurve + 2> values_{};
};

double linear_light(double x) {
  return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
}

double cie_root(double x) {
  constexpr double kKnee = 6.0 / 29;
  return x > kKnee * kKnee * kKnee ? std::cbrt(x) : x / (3 * kKnee * kKnee) + 4.0 / 29;
}

}  // namespace

struct LabConversion::Curves {
  Curve light{linear_light}, root{cie_root};
};

namespace {

// The two bins around a value, and the share of the upper one.
struct Place {
  std::size_t lower = 0, upper = 0;
  float share = 0;
};
Place place_of(float value) noexcept {  // in bins: 0.5 is the middle of the first
  const float at = std::clamp(value - 0.5F, 0.0F, static_cast<float>(kBins - 1));
  const auto lower = static_cast<std::size_t>(at);
  return {lower, std::min(lower + 1, std::size_t{kBins - 1}), at - static_cast<float>(lower)};
}

void count(const Lab& colour, std::array<float, kColourValues>& counts) noexcept {
  constexpr float kFirst = 48, kWidth = 8;
  const Place a = place_of((colour.a + kFirst) / kWidth);
  const Place b = place_of((colour.b + kFirst) / kWidth);
  const Place l = place_of(colour.l * (kBins / 100.0F));
  counts[a.lower * kBins + b.lower] += (1 - a.share) * (1 - b.share);
  counts[a.lower * kBins + b.upper] += (1 - a.share) * b.share;
  counts[a.upper * kBins + b.lower] += a.share * (1 - b.share);
  counts[a.upper * kBins + b.upper] += a.share * b.share;
  counts[std::size_t{kBins} * kBins + l.lower] += 1 - l.share;
  counts[std::size_t{kBins} * kBins + l.upper] += l.share;
}

void resample_chroma(const domain::Frame& frame, const domain::Box& part, float* u, float* v) noexcept {
  const auto& planes = frame.planes;
  const bool interleaved = frame.layout == domain::PixelLayout::nv12;
  if (planes[1].data == nullptr || (!interleaved && planes[2].data == nullptr)) {
    std::fill_n(u, kValues, kNeutral);
    std::fill_n(v, kValues, kNeutral);
    return;
  }
  const domain::Size half{(frame.size.width + 1) / 2, (frame.size.height + 1) / 2};
  const domain::Box halved{part.left / 2, part.top / 2, part.width / 2, part.height / 2};
  const domain::Plane& second = interleaved ? planes[1] : planes[2];
  const std::ptrdiff_t step = interleaved ? 2 : 1;
  resample({planes[1].data, planes[1].stride, step, half}, halved, kSide, u);
  resample({second.data + (interleaved ? 1 : 0), second.stride, step, half}, halved, kSide, v);
}

}  // namespace

// R' = light + red_v V, B' = light + blue_u U, G' = light + green_u U + green_v V, all 0..1 (ITU-T
// H.273, 8.3).
LabConversion::LabConversion(domain::ColorRange range, domain::ColorMatrix matrix) noexcept {
  static const Curves curves;
  curves_ = &curves;
  const domain::ColorWeights weights = domain::color_weights(matrix);
  const bool limited = range == domain::ColorRange::limited;
  const auto kr = static_cast<float>(weights.red);
  const auto kb = static_cast<float>(weights.blue);
  const float kg = 1 - kr - kb;
  const float chroma = 1 / (limited ? 224.0F : 255.0F);
  gain_ = 1 / (limited ? 219.0F : 255.0F);
  black_ = limited ? 16.0F : 0.0F;
  red_v_ = 2 * (1 - kr) * chroma;
  blue_u_ = 2 * (1 - kb) * chroma;
  green_u_ = -blue_u_ * kb / kg;
  green_v_ = -red_v_ * kr / kg;
}

Lab LabConversion::operator()(float y, float u, float v) const noexcept {
  const float light = (y - black_) * gain_;
  u -= kNeutral;
  v -= kNeutral;
  const Curve& light_of = curves_->light;
  const Curve& root_of = curves_->root;
  const float red = light_of(light + red_v_ * v);
  const float green = light_of(light + green_u_ * u + green_v_ * v);
  const float blue = light_of(light + blue_u_ * u);
  // sRGB to XYZ, each divided by that of the white.
  const float x = root_of(0.433953F * red + 0.376219F * green + 0.189828F * blue);
  const float yy = root_of(0.212671F * red + 0.715160F * green + 0.072169F * blue);
  const float z = root_of(0.017758F * red + 0.109477F * green + 0.872765F * blue);
  return {116 * yy - 16, 500 * (x - yy), 200 * (yy - z)};
}

void describe_colours(const domain::Frame& frame, const domain::Box& part, Colours& out) noexcept {
  Patch<kSide> y, u, v;
  resample({frame.planes[0].data, frame.planes[0].stride, 1, frame.size}, part, kSide, y.data());
  resample_chroma(frame, part, u.data(), v.data());
  const LabConversion to_lab(frame.range, domain::color_matrix(frame));
  std::array<float, kColourValues> counts{};
  for (std::size_t i = 0; i < kValues; ++i) count(to_lab(y[i], u[i], v[i]), counts);
  for (std::size_t i = 0; i < kColourValues; ++i)
    out[i] = static_cast<std::uint8_t>(255 * std::sqrt(counts[i] / kValues) + 0.5F);
}

}  // namespace vigia::appearance
