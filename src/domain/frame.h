// One decoded picture: YUV planes in a buffer leased from its camera's pool, with its times. Immutable;
// a copy of the value shares the buffer (one atomic addition), the last copy gives it back at once.
// Threads: a value; the planes may be read by any number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "domain/geometry.h"
#include "memory/buffer_pool.h"

namespace vigia::domain {

// 8 bits, 4:2:0. i420: planes Y, U, V; nv12: planes Y and interleaved UV.
enum class PixelLayout { i420, nv12 };
// limited: Y 16..235, U and V 16..240 (what cameras send by default); full: 0..255.
enum class ColorRange { limited, full };
// How the three colours weigh in Y, U and V. Cameras seldom say it, and follow their size when they do.
enum class ColorMatrix { bt601, bt709 };
constexpr ColorMatrix color_matrix(Size size) noexcept {
  return size.height >= 720 ? ColorMatrix::bt709 : ColorMatrix::bt601;
}

struct Plane {
  const std::uint8_t* data = nullptr;
  int stride = 0;  // bytes from one row to the next
};

struct Frame {
  memory::SharedLease buffer;  // holds what the planes point into
  std::array<Plane, 3> planes;
  PixelLayout layout = PixelLayout::i420;
  ColorRange range = ColorRange::limited;
  Size size;                   // of the picture; chroma planes are half, rounded up
  std::uint64_t sequence = 0;  // counts the camera's decoded frames from 0; gaps are dropped frames
  // The camera's own time line, from 0, never backwards, also over a reconnect or a file's loop.
  // Tracks live by it. It follows the time stamps of the stream, also of a live one, whose pauses on the way
  // are no pauses of the scene; where these cannot be believed it follows arrival: camera/stream_clock.h.
  Nanoseconds stream_time{0};
  // When the picture was taken, as far as we know. Of a live source that is when it came, less what it was
  // later than others by their stamps: a pause, its place in a burst.
  UtcTime captured;
  SteadyTime read_at;  // when its last byte was read, or it was due: latency counts from here
  // What it has cost so far. read: until its packet was there; for a live camera mostly waiting for it.
  Nanoseconds read_took{0}, decode_took{0};
  SteadyTime decoded_at;
};

}  // namespace vigia::domain
