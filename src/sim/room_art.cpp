#include "sim/room_art.h"

#include <algorithm>

#include "base/dice.h"
#include "sim/brush.h"
#include "sim/colour.h"

namespace vigia::sim {
namespace {

Outline rectangle(float left, float top, float right, float bottom) {
  return {{left, top}, {right, top}, {right, bottom}, {left, bottom}};
}

// One unit is the picture's height here.
void paint_walls(Brush& brush, float width, Dice& dice) {
  const Colour wall{dice.between(150, 185), dice.between(160, 185), dice.between(160, 190)};
  const Colour floor{dice.between(80, 100), dice.between(95, 112), dice.between(108, 125)};
  brush.polygon(rectangle(-1, -1, width + 1, 2), {wall});
  brush.polygon(rectangle(-1, -0.3F, width + 1, 0.1F), {wall * 0.8, 0.8F, 0.12F});
  brush.ellipse({width * 0.3F, 0.25F}, {width * 0.3F, 0.3F}, {wall * 1.13, 0.8F, 0.15F});
  brush.polygon(rectangle(-1, 0.72F, width + 1, 2), {floor});
  brush.polygon(rectangle(-1, 0.7F, width + 1, 0.725F), {wall * 0.75, 1, 0.004F});
  brush.polygon(rectangle(-1, 0.9F, width + 1, 2), {floor * 1.2, 0.7F, 0.08F});
}

// Few things with soft contrasts: detectors take two dark spots above a third for a face.
void paint_things(Brush& brush, float width, Dice& dice) {
  const float door = width * dice.between(0.08, 0.14);
  const Colour wood{dice.between(112, 128), dice.between(132, 148), dice.between(150, 168)};
  brush.polygon(rectangle(door - 0.015F, 0.105F, door + 0.315F, 0.72F), {wood * 1.12, 1, 0.003F});
  brush.polygon(rectangle(door, 0.12F, door + 0.3F, 0.72F), {wood, 1, 0.003F});
  brush.polygon(rectangle(door + 0.045F, 0.17F, door + 0.255F, 0.67F), {wood * 0.93, 1, 0.006F});

  const float window = width * dice.between(0.68, 0.76);
  brush.polygon(rectangle(window, 0.06F, window + 0.36F, 0.36F), {Colour{205, 205, 200}, 1, 0.004F});
  brush.polygon(rectangle(window + 0.015F, 0.075F, window + 0.345F, 0.345F),
                {Colour{226, 214, 196}, 1, 0.004F});
}

void paint_pillar(Brush& brush, const Scene& scene) {
  const float unit = 1.0F / static_cast<float>(scene.options().size.height);
  const domain::Box box = scene.pillar();
  const float left = box.left * unit, right = box.right() * unit, width = right - left;
  brush.polygon(rectangle(left, -0.1F, right, 1.1F), {Colour{124, 128, 132}});
  brush.polygon(rectangle(left + width * 0.2F, -0.1F, left + width * 0.45F, 1.1F),
                {Colour{168, 170, 174}, 0.9F, width * 0.1F});
  brush.polygon(rectangle(left + width * 0.75F, -0.1F, right, 1.1F),
                {Colour{100, 104, 108}, 0.9F, width * 0.08F});
}

// Unevenness of single pixels, and of patches six times as large.
void add_texture(Bgr& image, Dice& dice) {
  const auto uneven = [&dice](int width, int height) {
    Mask mask(width, height);
    for (std::uint8_t& value : mask.values) value = static_cast<std::uint8_t>(dice.below(8));
    return mask;
  };
  constexpr int kPatch = 6;
  const Mask fine = uneven(image.width, image.height);
  const Mask coarse = uneven(image.width / kPatch + 2, image.height / kPatch + 2);
  const auto spread = [&coarse](int x, int y) {
    const std::uint8_t* upper = coarse.row(y / kPatch) + x / kPatch;
    const std::uint8_t* lower = coarse.row(y / kPatch + 1) + x / kPatch;
    const int across = x % kPatch, down = y % kPatch;
    return ((upper[0] * (kPatch - across) + upper[1] * across) * (kPatch - down) +
            (lower[0] * (kPatch - across) + lower[1] * across) * down) /
           (kPatch * kPatch);
  };
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const int change = (fine.row(y)[x] + spread(x, y)) / 2 - 3;
      for (std::uint8_t& c : image.row(y)[x]) c = static_cast<std::uint8_t>(std::clamp(c + change, 0, 255));
    }
  }
}

I420Image to_i420(const Bgr& bgr) {
  I420Image image({bgr.width, bgr.height});
  for (int y = 0; y < bgr.height; ++y) {
    for (int x = 0; x < bgr.width; ++x) {
      const auto [blue, green, red] = bgr.row(y)[x];
      const auto yuv = to_yuv(blue, green, red);
      const auto row = static_cast<std::size_t>(y), column = static_cast<std::size_t>(x);
      const auto width = static_cast<std::size_t>(bgr.width);
      image.y[row * width + column] = yuv[0];
      const std::size_t chroma = row / 2 * (width / 2) + column / 2;
      image.u[chroma] = yuv[1];
      image.v[chroma] = yuv[2];
    }
  }
  return image;
}

}  // namespace

I420Image paint_room(const Scene& scene) {
  const auto [width, height] = scene.options().size;
  const float wide = static_cast<float>(width) / static_cast<float>(height);
  Dice dice{scene.options().seed, 0x500a};
  Brush brush({0, 0, wide, 1}, static_cast<float>(height), {});
  paint_walls(brush, wide, dice);
  paint_things(brush, wide, dice);
  paint_pillar(brush, scene);
  add_texture(brush.colour(), dice);
  return to_i420(brush.colour());
}

}  // namespace vigia::sim
