// A person's appearance, determined by the scene's seed and the person's number. Lengths in face widths.
#pragma once

#include <cstdint>

#include "sim/colour.h"

namespace vigia::sim {

enum class HairStyle { short_cut, parted, long_hair, receding };

struct Appearance {
  Colour skin, hair, brows, iris, lips, coat, collar;
  HairStyle hair_style = HairStyle::short_cut;
  float eye_distance = 0.21F;  // of an eye from the middle
  float eye_y = 0.5F;          // below the hairline
  float eye_width = 0.105F;    // half of it
  float eye_open = 0.044F;
  float brow_height = 0.115F;  // above the eye
  float brow_thickness = 0.04F;
  float nose_y = 0.81F;
  float nose_width = 0.1F;
  float mouth_y = 1.03F;
  float mouth_width = 0.18F;
  float mouth_open = 0;     // half of how far
  float jaw = 2.6F;         // larger: squarer
  float stubble = 0;        // 0..1
  std::uint64_t grain = 0;  // seed of the skin's texture
};

Appearance look_of(std::uint64_t scene_seed, std::int64_t person);
// The same, except for skin and coat: neighbours by number differ in both.
Appearance distinct_look_of(std::uint64_t scene_seed, std::int64_t person);
// The face with a momentary expression.
Appearance with_eyes_closed(Appearance look);
Appearance with_mouth_open(Appearance look);

}  // namespace vigia::sim
