// A small picture of a track's face, for people who ask what became of it: taken by track/ from a frame's
// planes, made a JPEG by shot/, kept by ledger/.
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

  Sighting sighting;  // the face that it shows
  UtcTime captured;   // of its frame
  Size size;          // even sides; 0x0: the frame had no picture
  ColorRange range = ColorRange::limited;
  ColorMatrix matrix = ColorMatrix::bt601;
  // Y, then U and V of half the sides, without gaps. What is behind them means nothing.
  std::array<std::uint8_t, kSide * kSide * 3 / 2> samples;
};

}  // namespace vigia::domain
