#include "sim/face_art.h"

#include <algorithm>
#include <cmath>

#include "base/dice.h"

namespace vigia::sim {
namespace {

constexpr float kClosed = 0.01F;  // an eye that is open no more than that

// Light comes from above and a little from the left: foreheads, cheeks and the nose's bridge are bright,
// eye sockets, the sides and the chin's underside dark. Detectors rely on this.
void shade(Brush& brush, const Appearance& look) {
  const Colour light = look.skin * 1.16 + Colour{10, 10, 10}, dark = look.skin * 0.56;
  for (const float side : {-1.0F, 1.0F}) {
    const float deep = side > 0 ? 0.85F : 0.65F;
    brush.polygon({{side * 0.64F, -0.4F},
                   {side * 0.45F, -0.1F},
                   {side * 0.44F, 0.5F},
                   {side * 0.4F, 0.9F},
                   {side * 0.26F, 1.2F},
                   {side * 0.1F, 1.4F},
                   {side * 0.64F, 1.4F}},
                  {dark, deep, 0.06F});
    brush.ellipse({side * look.eye_distance, look.eye_y - 0.01F}, {0.155F, 0.09F},
                  {look.skin * 0.66, 0.75F, 0.04F});
    brush.ellipse({side * 0.25F, 0.71F}, {0.12F, 0.09F}, {light, 0.65F, 0.05F});
    brush.ellipse({side * 0.13F, 0.83F}, {0.022F, 0.08F}, {look.skin * 0.7, 0.45F, 0.025F}, -side * 30);
  }
  brush.ellipse({-0.02F, 0.2F}, {0.27F, 0.13F}, {light, 0.7F, 0.07F});
  brush.ellipse({0, 1.22F}, {0.12F, 0.05F}, {light, 0.5F, 0.04F});
  brush.polygon({{-0.3F, 1.27F}, {0.3F, 1.27F}, {0.3F, 1.4F}, {-0.3F, 1.4F}}, {dark, 0.6F, 0.04F});
}

// White, iris and pupil, between the lids.
void paint_eyeball(Brush& brush, const Appearance& look, float side) {
  const float x = side * look.eye_distance, y = look.eye_y, w = look.eye_width, open = look.eye_open;
  const auto at = [&](float dx, float dy) { return Point{x + dx * side, y + dy}; };
  const auto lids = smooth_curve({at(-w, 0.012F), at(-w * 0.4F, -open), at(w * 0.25F, -open), at(w, -0.004F),
                                  at(w * 0.3F, open * 0.8F), at(-w * 0.4F, open * 0.75F)},
                                 true);
  brush.polygon(lids, {Colour{226, 230, 234}, 0.95F, 0.006F});
  brush.ellipse({x, y - 0.003F}, {0.046F, 0.046F}, {look.iris, 1, 0.004F});
  brush.ellipse({x, y - 0.003F}, {0.022F, 0.022F}, {Colour{10, 10, 12}, 1, 0.003F});
  brush.ellipse({x - 0.016F, y - 0.018F}, {0.009F, 0.009F}, {Colour{250, 250, 250}, 0.95F, 0.002F});
}

void paint_eye(Brush& brush, const Appearance& look, float side) {
  const float x = side * look.eye_distance, y = look.eye_y, w = look.eye_width, open = look.eye_open;
  const auto at = [&](float dx, float dy) { return Point{x + dx * side, y + dy}; };
  if (open > kClosed) paint_eyeball(brush, look, side);
  const auto upper = smooth_curve({at(-w * 1.05F, 0.012F), at(-w * 0.4F, -open * 1.05F),
                                   at(w * 0.25F, -open * 1.05F), at(w * 1.1F, -0.006F)},
                                  false);
  brush.stroke(upper, 0.022F, {Colour{20, 22, 28}, 0.92F, 0.004F});
  auto crease = upper;
  for (auto& p : crease) p.y -= 0.035F;
  brush.stroke(crease, 0.012F, {look.skin * 0.5, 0.55F, 0.008F});
  const auto lower = smooth_curve({at(-w, 0.014F), at(0, open * 0.9F), at(w, 0.0F)}, false);
  brush.stroke(lower, 0.01F, {look.skin * 0.5, 0.6F, 0.006F});

  const float brow = y - look.brow_height;
  const float thick = look.brow_thickness;
  brush.polygon(smooth_curve({at(-w * 1.15F, brow - y + thick * 0.4F), at(-w * 0.3F, brow - y - thick * 0.6F),
                              at(w * 0.6F, brow - y - thick * 0.8F), at(w * 1.4F, brow - y + thick * 0.5F),
                              at(w * 0.6F, brow - y), at(-w * 0.3F, brow - y + thick * 0.5F),
                              at(-w * 1.1F, brow - y + thick)},
                             true),
                {look.brows, 0.92F, 0.008F});
}

void paint_nose(Brush& brush, const Appearance& look) {
  const float y = look.nose_y, w = look.nose_width;
  const Colour light = look.skin * 1.18 + Colour{12, 12, 12}, dark = look.skin * 0.52;
  brush.polygon({{-0.022F, 0.44F}, {0.026F, 0.44F}, {0.04F, y - 0.05F}, {-0.036F, y - 0.05F}},
                {light, 0.7F, 0.018F});
  brush.polygon({{0.05F, 0.46F}, {0.085F, 0.5F}, {0.1F, y}, {0.055F, y - 0.06F}}, {dark, 0.42F, 0.022F});
  brush.polygon({{-0.05F, 0.46F}, {-0.08F, 0.5F}, {-0.085F, y}, {-0.055F, y - 0.06F}}, {dark, 0.22F, 0.02F});
  brush.ellipse({0.005F, y - 0.015F}, {0.055F, 0.045F}, {light, 0.6F, 0.02F});
  for (const float side : {-1.0F, 1.0F}) {
    brush.stroke(
        smooth_curve(
            {{side * w, y - 0.05F}, {side * (w + 0.018F), y + 0.01F}, {side * w * 0.85F, y + 0.045F}}, false),
        0.016F, {dark, 0.6F, 0.01F});
    brush.ellipse({side * 0.048F, y + 0.038F}, {0.03F, 0.016F}, {Colour{22, 24, 34}, 0.88F, 0.007F},
                  side * -16);
  }
  brush.ellipse({0, y + 0.075F}, {0.1F, 0.025F}, {dark, 0.4F, 0.025F});
}

void paint_mouth(Brush& brush, const Appearance& look) {
  const float y = look.mouth_y, w = look.mouth_width;
  brush.polygon(smooth_curve({{-w, y},
                              {-w * 0.35F, y - 0.042F},
                              {0, y - 0.03F},
                              {w * 0.35F, y - 0.042F},
                              {w, y},
                              {w * 0.5F, y + 0.05F},
                              {0, y + 0.064F},
                              {-w * 0.5F, y + 0.05F}},
                             true),
                {look.lips, 0.9F, 0.008F});
  brush.ellipse({-0.01F, y + 0.035F}, {w * 0.4F, 0.014F},
                {look.lips * 1.25 + Colour{14, 14, 14}, 0.6F, 0.012F});
  brush.stroke(smooth_curve({{-w * 1.06F, y - 0.006F},
                             {-w * 0.4F, y + 0.006F},
                             {0, y},
                             {w * 0.4F, y + 0.006F},
                             {w * 1.06F, y - 0.006F}},
                            false),
               0.016F, {times(look.skin, {0.26, 0.25, 0.34}), 0.95F, 0.005F});
  if (look.mouth_open > 0) {
    brush.ellipse({0, y + 0.4F * look.mouth_open}, {w * 0.7F, look.mouth_open},
                  {Colour{24, 22, 48}, 1, 0.006F});
  }
  brush.ellipse({0, y + 0.105F}, {w * 0.6F, 0.022F}, {look.skin * 0.55, 0.5F, 0.022F});
}

void paint_hair(Brush& brush, const Appearance& look) {
  const float line = look.hair_style == HairStyle::receding ? -0.16F : 0.03F;
  const float part = look.hair_style == HairStyle::parted ? -0.16F : 0.0F;
  brush.polygon(smooth_curve({{-0.7F, -0.5F},
                              {0.7F, -0.5F},
                              {0.7F, 0.5F},
                              {0.485F, 0.48F},
                              {0.44F, 0.26F},
                              {0.33F, line + 0.07F},
                              {part + 0.05F, line - 0.01F},
                              {-0.33F, line + 0.07F},
                              {-0.44F, 0.26F},
                              {-0.485F, 0.48F},
                              {-0.7F, 0.5F}},
                             true),
                {look.hair, look.hair_style == HairStyle::receding ? 0.9F : 1.0F, 0.014F});
  Dice dice{look.grain, 0x4a12};
  for (int i = 0; look.hair_style != HairStyle::receding && i < 26; ++i) {
    const float x = dice.between(-0.45, 0.45);
    const float bend = x * 0.25F + dice.between(-0.03, 0.03);
    brush.stroke(
        {{x * 0.6F, -0.25F}, {x * 0.9F, -0.14F}, {x + bend * 0.3F, line - 0.01F + std::abs(x) * 0.1F}}, 0.01F,
        {look.hair * (dice.below(2) == 0 ? 1.45 : 0.6), 0.5F, 0.004F});
  }
}

// Pores and small unevenness: without them a face has no sharpness to measure.
void grain(Brush& brush, std::uint64_t seed) {
  Dice dice{seed, 0x96a1};
  for (auto& pixel : brush.colour().values) {
    const int change = dice.below(13) - 6;
    for (std::uint8_t& c : pixel) c = static_cast<std::uint8_t>(std::clamp(c + change, 0, 255));
  }
}

}  // namespace

Brush paint_head(const Appearance& look, float scale) {
  Brush brush({-0.6F, -0.35F, 1.2F, 1.75F}, scale, look.skin);
  shade(brush, look);
  if (look.stubble > 0) {
    const Colour shadow = look.hair * 0.5 + look.skin * 0.25;
    brush.ellipse({0, 1.12F}, {0.4F, 0.26F}, {shadow, look.stubble, 0.07F});
    brush.ellipse({0, look.nose_y + 0.12F}, {0.17F, 0.035F}, {shadow, look.stubble, 0.02F});
  }
  paint_mouth(brush, look);
  paint_nose(brush, look);
  for (const float side : {-1.0F, 1.0F}) paint_eye(brush, look, side);
  paint_hair(brush, look);
  grain(brush, look.grain);
  return brush;
}

}  // namespace vigia::sim
