// Describes one person at one moment: their clothes, and what the head looks like, as a few thousand bytes
// that can be compared (difference.h). No network, nothing learned. It distinguishes people who were on the
// same camera seconds ago; it does not recognise anybody on another day, in other clothes or on another
// camera.
//
// Five parts, each left out if it was not seen: the colours of the torso and of the head (histograms of
// CIE L*a*b*), the texture of the face (local binary patterns after the landmarks have been laid onto those
// of a mean face; Ahonen et al. 2006), the outlines of head and torso (histograms of oriented gradients;
// Dalal and Triggs 2005). A camera without colours gives the same parts, with less in two of them.
//
// Cost of describe(): 0.3 to 0.45 ms for faces up to 100 pixels, 0.6 for 300; 60 KB of
// stack, no allocation (bench/appearance_bench.cpp). sizeof(View): 5976 bytes. Threads: pure, for describe();
// a View is a value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "domain/detection.h"
#include "domain/frame.h"

namespace vigia::appearance {

// 8x8 cells of 8 pixels; blocks of 2x2 cells, one cell apart; 9 directions.
inline constexpr std::size_t kOutlineValues = std::size_t{7} * 7 * 4 * 9;
// 6x6 blocks of 58 uniform patterns and the rest.
inline constexpr std::size_t kTextureValues = std::size_t{6} * 6 * 59;
// 12x12 of a* and b*, 12 of L*.
inline constexpr std::size_t kColourValues = 12 * 12 + 12;

// Roots of shares, 255: all of it in one bin.
using Colours = std::array<std::uint8_t, kColourValues>;
using Texture = std::array<std::uint8_t, kTextureValues>;
// Normalised block by block, 255: half of the block's length or more.
using Outline = std::array<std::uint8_t, kOutlineValues>;

// The values of a part that was not seen mean nothing.
struct View {
  bool has_torso_colours = false, has_torso_outline = false;
  bool has_head_colours = false, has_head_outline = false;
  bool has_face = false;
  Colours torso_colours, head_colours;
  Texture face;
  Outline head_outline, torso_outline;
};

// Smaller faces hold nothing that could be described.
inline constexpr float kSmallestFace = 12;  // pixels, the shorter side of the box

// Describes faces[index]; the others of `faces`, which are all those of the frame, say whose bodies hide the
// torso and the head. false, and `view` means nothing: there is no picture, the face is smaller than
// kSmallestFace or its centre outside the picture, its box is not finite.
// REQUIRES: index < faces.size(). Landmarks may be missing, or nonsense: then there is no face.
[[nodiscard]] bool describe(const domain::Frame& frame, std::span<const domain::Detection> faces,
                            std::size_t index, View& view) noexcept;

}  // namespace vigia::appearance
