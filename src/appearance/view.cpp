#include "appearance/view.h"

#include <algorithm>
#include <cmath>

#include "appearance/colours.h"
#include "appearance/outline.h"
#include "appearance/patch.h"
#include "appearance/texture.h"

namespace vigia::appearance {
namespace {

using domain::Box;
using domain::Detection;
using domain::Frame;

// Parts of a person, in sides of the face's box from its top left corner.
struct Part {
  float left, top, right, bottom;
};
constexpr Part kTorsoColours{-0.5F, 1.15F, 1.5F, 2.2F};
constexpr Part kTorsoOutline{-0.45F, 1.2F, 1.45F, 2.6F};
constexpr Part kHeadColours{-0.35F, -0.45F, 1.35F, 1.05F};
constexpr Part kBody{-0.5F, -0.3F, 1.5F, 3.5F};
constexpr float kHeadSquare = 1.3F;  // of the box's longer side

constexpr float kTorsoHidden = 0.15F, kHeadHidden = 0.10F;  // shares of the part, under another person's body
constexpr float kNotFarther = 0.8F;   // of the face's height: a person with a larger face may stand before it
constexpr float kTorsoSeen = 0.35F;   // heights of the face that have to be in the picture
constexpr float kLargestSide = 1e5F;  // no picture is larger

Box part_of(const Box& face, const Part& part) noexcept {
  return {face.left + part.left * face.width, face.top + part.top * face.height,
          (part.right - part.left) * face.width, (part.bottom - part.top) * face.height};
}

Box inside(const Box& box, domain::Size size) noexcept {
  const float left = std::max(box.left, 0.0F), top = std::max(box.top, 0.0F);
  return {left, top, std::min(box.right(), static_cast<float>(size.width)) - left,
          std::min(box.bottom(), static_cast<float>(size.height)) - top};
}

bool usable(const Box& face, domain::Size size) noexcept {
  const auto within = [](float value, float low, float high) {
    return value >= low && value < high;
  };  // no NaN
  return within(face.width, kSmallestFace, kLargestSide) &&
         within(face.height, kSmallestFace, kLargestSide) &&
         within(face.centre().x, 0, static_cast<float>(size.width)) &&
         within(face.centre().y, 0, static_cast<float>(size.height));
}

// The share of `part` that other bodies hide, except those that are clearly farther away.
float hidden(const Box& part, std::span<const Detection> faces, std::size_t index) noexcept {
  float area = 0;
  for (std::size_t i = 0; i < faces.size(); ++i) {
    if (i == index || !(faces[i].box.height > kNotFarther * faces[index].box.height)) continue;
    area += domain::intersection_area(part, part_of(faces[i].box, kBody));
  }
  return area / part.area();
}

void describe_torso(const Frame& frame, std::span<const Detection> faces, std::size_t index,
                    View& view) noexcept {
  const Box& face = faces[index].box;
  const Box colours = inside(part_of(face, kTorsoColours), frame.size);
  if (!(colours.height >= kTorsoSeen * face.height && colours.width >= face.width)) return;
  if (hidden(colours, faces, index) > kTorsoHidden) return;
  describe_colours(frame, colours, view.torso_colours);
  view.has_torso_colours = true;

  Patch<kOutlineSide> grey;
  const Box outline = part_of(face, kTorsoOutline);
  resample({frame.planes[0].data, frame.planes[0].stride, 1, frame.size}, outline, kOutlineSide, grey.data());
  describe_outline(grey, view.torso_outline);
  view.has_torso_outline = true;
}

// Outline of the head and texture of the face come from one small picture.
void describe_head(const Frame& frame, const Detection& face, View& view) noexcept {
  const domain::Point centre = face.box.centre();
  const float side = kHeadSquare * std::max(face.box.width, face.box.height);
  const Box square{centre.x - side / 2, centre.y - side / 2, side, side};
  Patch<kOutlineSide> grey;
  resample({frame.planes[0].data, frame.planes[0].stride, 1, frame.size}, square, kOutlineSide, grey.data());
  describe_outline(grey, view.head_outline);
  view.has_head_outline = true;

  if (!face.landmarks) return;
  const auto alignment = align(*face.landmarks, face.box);
  if (!alignment) return;
  describe_texture({grey.data(), kOutlineSide, {square.left, square.top}, side / kOutlineSide}, *alignment,
                   view.face);
  view.has_face = true;
}

}  // namespace

bool describe(const Frame& frame, std::span<const Detection> faces, std::size_t index, View& view) noexcept {
  view.has_torso_colours = view.has_torso_outline = view.has_head_colours = view.has_head_outline = false;
  view.has_face = false;
  const Detection& face = faces[index];
  if (frame.planes[0].data == nullptr || !usable(face.box, frame.size)) return false;
  describe_head(frame, face, view);
  const Box head = inside(part_of(face.box, kHeadColours), frame.size);
  if (hidden(head, faces, index) <= kHeadHidden) {
    describe_colours(frame, head, view.head_colours);
    view.has_head_colours = true;
  }
  describe_torso(frame, faces, index, view);
  return true;
}

}  // namespace vigia::appearance
