#include "sim/figure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "sim/brush.h"
#include "sim/colour.h"
#include "sim/face_art.h"

namespace vigia::sim {
namespace {

PaintLayer to_layer(const Brush& brush) {
  const Bgr& bgr = brush.colour();
  Yuva yuva(bgr.width, bgr.height);
  for (std::size_t i = 0; i < yuva.values.size(); ++i) {
    const auto [b, g, r] = bgr.values[i];
    const auto [y, u, v] = to_yuv(b, g, r);
    const unsigned a = brush.alpha().values[i];
    const auto times_alpha = [a](unsigned value) {
      return static_cast<std::uint8_t>((value * a + 127) / 255);
    };
    yuva.values[i] = {times_alpha(y), times_alpha(u), times_alpha(v), static_cast<std::uint8_t>(a)};
  }
  PaintLayer layer{brush.area(), brush.scale(), {}};
  layer.sizes.push_back(std::move(yuva));
  while (layer.sizes.size() < 4 && layer.sizes.back().width > 48) {
    layer.sizes.push_back(shrunk(layer.sizes.back(), 2));
  }
  return layer;
}

// A right half, from top to bottom, to a whole outline.
Outline mirrored(Outline half) {
  Outline whole = half;
  std::ranges::reverse(half);
  for (const Point p : half) whole.push_back({-p.x, p.y});
  return whole;
}

PaintLayer paint_body(const Appearance& look, float scale) {
  Brush brush({-1.3F, 1.0F, 2.6F, 2.2F}, scale, look.coat);
  const Outline neck =
      mirrored(smooth_curve({{0.27F, 1.0F}, {0.26F, 1.25F}, {0.3F, 1.42F}, {0.36F, 1.5F}}, false));
  const Outline torso = mirrored(smooth_curve(
      {{0.2F, 1.4F}, {0.5F, 1.52F}, {0.92F, 1.66F}, {1.1F, 1.9F}, {1.15F, 2.4F}, {1.14F, 3.3F}}, false));
  const Colour dark_coat = look.coat * 0.62, light_coat = look.coat * 1.22;
  brush.polygon({{-0.75F, 1.5F}, {-0.1F, 1.5F}, {-0.25F, 3.3F}, {-0.8F, 3.3F}}, {light_coat, 0.6F, 0.12F});
  brush.polygon({{0.8F, 1.6F}, {1.3F, 1.6F}, {1.3F, 3.3F}, {0.85F, 3.3F}}, {dark_coat, 0.7F, 0.1F});
  for (const float side : {-1.0F, 1.0F}) {
    brush.stroke({{side * 0.8F, 2.0F}, {side * 0.83F, 2.6F}, {side * 0.82F, 3.3F}}, 0.03F,
                 {dark_coat, 0.8F, 0.02F});
  }
  // A round collar, nothing with strong corners: detectors may take those for faces.
  brush.stroke({{0, 1.7F}, {0, 3.3F}}, 0.025F, {dark_coat, 0.5F, 0.02F});
  brush.ellipse({0, 1.42F}, {0.4F, 0.22F}, {look.collar, 1, 0.02F});
  brush.ellipse({0, 1.34F}, {0.36F, 0.22F}, {look.skin * 0.74, 1, 0.02F});
  brush.polygon({{-0.4F, 0.95F}, {0.4F, 0.95F}, {0.33F, 1.36F}, {-0.33F, 1.36F}},
                {look.skin * 0.74, 1, 0.02F});
  brush.ellipse({0, 1.2F}, {0.42F, 0.2F}, {look.skin * 0.5, 0.75F, 0.08F});  // the head's shadow
  brush.cut_out(std::array{neck, torso}, 0.006F);
  return to_layer(brush);
}

PaintLayer paint_back(const Appearance& look, float scale) {
  Brush brush({-0.8F, -0.45F, 1.6F, 2.1F}, scale, look.hair);
  std::vector<Outline> outlines;
  const Colour ear = look.skin * 0.82;
  switch (look.hair_style) {
    case HairStyle::long_hair:
      outlines.push_back(mirrored(smooth_curve({{0, -0.33F},
                                                {0.34F, -0.26F},
                                                {0.57F, 0.1F},
                                                {0.63F, 0.6F},
                                                {0.66F, 1.2F},
                                                {0.56F, 1.5F},
                                                {0, 1.5F}},
                                               false)));
      brush.polygon({{-0.8F, 0.7F}, {0.8F, 0.7F}, {0.8F, 1.7F}, {-0.8F, 1.7F}},
                    {look.hair * 0.65, 0.7F, 0.2F});
      break;
    case HairStyle::parted:
      outlines.push_back(ellipse_outline({0.02F, 0.3F}, {0.56F, 0.64F}));
      break;
    case HairStyle::short_cut:
      outlines.push_back(ellipse_outline({0, 0.32F}, {0.53F, 0.6F}));
      break;
    case HairStyle::receding:
      outlines.push_back(ellipse_outline({0, 0.4F}, {0.525F, 0.3F}));
      break;
  }
  if (look.hair_style != HairStyle::long_hair) {
    for (const float side : {-1.0F, 1.0F}) {
      brush.ellipse({side * 0.52F, 0.6F}, {0.09F, 0.17F}, {ear, 1, 0.005F}, side * 8);
      brush.ellipse({side * 0.535F, 0.6F}, {0.04F, 0.11F}, {look.skin * 0.58, 0.7F, 0.02F}, side * 8);
      outlines.push_back(ellipse_outline({side * 0.515F, 0.6F}, {0.075F, 0.155F}, side * 8));
    }
  }
  brush.cut_out(outlines, 0.008F);
  return to_layer(brush);
}

}  // namespace

float head_half_width(float y, float jaw) {
  if (y < 0.5F) {
    const float v = (0.5F - y) / 0.75F;
    return v >= 1 ? -1.0F : 0.5F * std::sqrt(1 - v * v);
  }
  const float v = (y - 0.5F) / (kChin - 0.5F);
  return v >= 1 ? -1.0F : 0.5F * std::sqrt(1 - std::pow(v, jaw));
}

PersonLayers paint_figure(const Appearance& look, float scale) {
  PersonLayers figure;
  figure.jaw = look.jaw;
  figure.body = paint_body(look, scale);
  figure.back = paint_back(look, scale);
  figure.head = to_layer(paint_head(look, scale));
  return figure;
}

}  // namespace vigia::sim
