// A small picture of a track's face, for people who look up what became of it: track/ takes it from a frame's
// planes, shot/ encodes it as a JPEG, ledger/ stores it.
// Threads: a value of 14 KB: hold it by pointer.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"
#include "domain/frame.h"
#include "domain/sighting.h"

namespace vigia::domain {

struct Thumbnail {
  static constexpr int kSide = 96;  // pixels, the longer side at most

  Sighting sighting;  // of the face that it shows
  UtcTime captured;   // of its frame
  Size size;          // even sides; 0x0: the frame had no picture
  ColorRange range = ColorRange::limited;
  ColorMatrix matrix = ColorMatrix::bt601;
  // Y, then U and V at half the width and height, without gaps. The rest of the array is unused.
  std::array<std::uint8_t, kSide * kSide * 3 / 2> samples;
};

}  // namespace vigia::domain
