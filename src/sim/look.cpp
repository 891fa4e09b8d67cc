#include "sim/look.h"

#include <algorithm>
#include <array>

#include "base/dice.h"

namespace vigia::sim {
namespace {

const std::array kSkins = {Colour{176, 200, 236}, Colour{158, 186, 228}, Colour{140, 172, 218},
                           Colour{122, 158, 206}, Colour{104, 140, 190}, Colour{84, 118, 168},
                           Colour{66, 96, 144}};
const std::array kHairs = {Colour{22, 22, 26},  Colour{28, 38, 54},   Colour{38, 56, 84},
                           Colour{52, 84, 122}, Colour{92, 132, 166}, Colour{128, 130, 134}};
const std::array kIrises = {Colour{28, 40, 58}, Colour{36, 60, 92}, Colour{120, 92, 62}, Colour{70, 96, 76}};
const std::array kCoats = {Colour{92, 52, 36},  Colour{48, 44, 50},   Colour{44, 42, 128},
                           Colour{70, 98, 44},  Colour{120, 110, 96}, Colour{36, 84, 132},
                           Colour{108, 62, 98}, Colour{150, 128, 66}};
const std::array kShirts = {Colour{222, 222, 220}, Colour{170, 196, 206}, Colour{206, 182, 150},
                            Colour{60, 60, 66}};

template <class Array>
const Colour& one_of(const Array& colours, Dice& dice) {
  return colours[static_cast<std::size_t>(dice.below(static_cast<int>(colours.size())))];
}

void give_skin(Appearance& look, int skin, Dice& dice) {
  look.skin = kSkins[static_cast<std::size_t>(skin)];
  const int hairs = static_cast<int>(kHairs.size()) - std::max(0, skin - 2);  // dark with dark
  look.hair = kHairs[static_cast<std::size_t>(dice.below(hairs))];
  look.brows = look.hair * 0.5 + look.skin * 0.15;
  look.iris = kIrises[static_cast<std::size_t>(dice.below(skin > 3 ? 2 : 4))];
  look.lips = times(look.skin, {0.62, 0.58, 0.84});
}

void give_coat(Appearance& look, const Colour& coat, Dice& dice) {
  look.coat = coat;
  look.collar = look.coat * 0.75 + one_of(kShirts, dice) * 0.25;
}

void give_features(Appearance& look, Dice& dice) {
  look.hair_style = static_cast<HairStyle>(dice.below(4));
  look.eye_distance = dice.between(0.2, 0.222);
  look.eye_y = dice.between(0.47, 0.51);
  look.eye_width = dice.between(0.098, 0.114);
  look.eye_open = dice.between(0.040, 0.050);
  look.brow_height = dice.between(0.105, 0.13);
  look.brow_thickness = dice.between(0.03, 0.05);
  look.nose_y = dice.between(0.785, 0.825);
  look.nose_width = dice.between(0.09, 0.115);
  look.mouth_y = dice.between(1.0, 1.04);
  look.mouth_width = dice.between(0.165, 0.2);
  look.jaw = dice.between(2.3, 3.0);
  look.stubble =
      dice.below(3) == 0 && look.hair_style != HairStyle::long_hair ? dice.between(0.15, 0.4) : 0.0F;
  look.grain = dice.next();
}

// The number-th of `count`, in steps that share no factor with it, so that neighbours are apart.
std::size_t in_turn(std::uint64_t seed, std::int64_t number, std::int64_t step, std::size_t count) {
  const auto all = static_cast<std::int64_t>(count);
  const std::int64_t at = (number * step + static_cast<std::int64_t>(seed % count)) % all;
  return static_cast<std::size_t>(at < 0 ? at + all : at);
}

}  // namespace

Appearance look_of(std::uint64_t scene_seed, std::int64_t person) {
  Dice dice{scene_seed, static_cast<std::uint64_t>(person), 0x100c};
  Appearance look;
  give_skin(look, dice.below(static_cast<int>(kSkins.size())), dice);
  give_coat(look, one_of(kCoats, dice), dice);
  give_features(look, dice);
  return look;
}

Appearance distinct_look_of(std::uint64_t scene_seed, std::int64_t person) {
  Dice dice{scene_seed, static_cast<std::uint64_t>(person), 0xd157};
  Appearance look;
  give_skin(look, static_cast<int>(in_turn(scene_seed, person, 3, kSkins.size())), dice);
  give_coat(look, kCoats.at(in_turn(scene_seed, person, 5, kCoats.size())), dice);
  give_features(look, dice);
  return look;
}

Appearance with_eyes_closed(Appearance look) {
  look.eye_open = 0.006F;
  return look;
}

Appearance with_mouth_open(Appearance look) {
  look.mouth_open = 0.035F;
  return look;
}

}  // namespace vigia::sim
