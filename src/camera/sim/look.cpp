#include "camera/sim/look.h"

#include <algorithm>
#include <array>

#include "camera/sim/dice.h"

namespace vigia::camera::sim {
namespace {

const std::array kSkins = {cv::Scalar(176, 200, 236), cv::Scalar(158, 186, 228), cv::Scalar(140, 172, 218),
                           cv::Scalar(122, 158, 206), cv::Scalar(104, 140, 190), cv::Scalar(84, 118, 168),
                           cv::Scalar(66, 96, 144)};
const std::array kHairs = {cv::Scalar(22, 22, 26),  cv::Scalar(28, 38, 54),   cv::Scalar(38, 56, 84),
                           cv::Scalar(52, 84, 122), cv::Scalar(92, 132, 166), cv::Scalar(128, 130, 134)};
const std::array kIrises = {cv::Scalar(28, 40, 58), cv::Scalar(36, 60, 92), cv::Scalar(120, 92, 62),
                            cv::Scalar(70, 96, 76)};
const std::array kCoats = {cv::Scalar(92, 52, 36),  cv::Scalar(48, 44, 50),   cv::Scalar(44, 42, 128),
                           cv::Scalar(70, 98, 44),  cv::Scalar(120, 110, 96), cv::Scalar(36, 84, 132),
                           cv::Scalar(108, 62, 98), cv::Scalar(150, 128, 66)};
const std::array kShirts = {cv::Scalar(222, 222, 220), cv::Scalar(170, 196, 206), cv::Scalar(206, 182, 150),
                            cv::Scalar(60, 60, 66)};

template <class Array>
const cv::Scalar& one_of(const Array& colours, Dice& dice) {
  return colours[static_cast<std::size_t>(dice.below(static_cast<int>(colours.size())))];
}

void give_skin(Look& look, int skin, Dice& dice) {
  look.skin = kSkins[static_cast<std::size_t>(skin)];
  const int hairs = static_cast<int>(kHairs.size()) - std::max(0, skin - 2);  // dark with dark
  look.hair = kHairs[static_cast<std::size_t>(dice.below(hairs))];
  look.brows = 0.5 * look.hair + 0.25 * look.skin * 0.6;
  look.iris = kIrises[static_cast<std::size_t>(dice.below(skin > 3 ? 2 : 4))];
  look.lips = look.skin.mul(cv::Scalar(0.62, 0.58, 0.84));
}

void give_coat(Look& look, const cv::Scalar& coat, Dice& dice) {
  look.coat = coat;
  look.collar = 0.75 * look.coat + 0.25 * one_of(kShirts, dice);
}

void give_features(Look& look, Dice& dice) {
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

Look look_of(std::uint64_t scene_seed, std::int64_t person) {
  Dice dice{scene_seed, static_cast<std::uint64_t>(person), 0x100c};
  Look look;
  give_skin(look, dice.below(static_cast<int>(kSkins.size())), dice);
  give_coat(look, one_of(kCoats, dice), dice);
  give_features(look, dice);
  return look;
}

Look distinct_look_of(std::uint64_t scene_seed, std::int64_t person) {
  Dice dice{scene_seed, static_cast<std::uint64_t>(person), 0xd157};
  Look look;
  give_skin(look, static_cast<int>(in_turn(scene_seed, person, 3, kSkins.size())), dice);
  give_coat(look, kCoats.at(in_turn(scene_seed, person, 5, kCoats.size())), dice);
  give_features(look, dice);
  return look;
}

Look with_eyes_closed(Look look) {
  look.eye_open = 0.006F;
  return look;
}

Look with_mouth_open(Look look) {
  look.mouth_open = 0.035F;
  return look;
}

}  // namespace vigia::camera::sim
