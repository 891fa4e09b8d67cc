// One decoded picture: YUV planes in a buffer leased from its camera's pool, with its times. Immutable;
// a copy of the value shares the buffer (one atomic addition), the last copy gives it back at once.
// Threads: a value; the planes may be read by any number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "domain/geometry.h"
#include "memory/buffer_pool.h"

namespace vigia::domain {

// 8 bits, 4:2:0. i420: planes Y, U, V; nv12: planes Y and interleaved UV.
enum class PixelLayout { i420, nv12 };
// limited: Y 16..235, U and V 16..240 (what cameras send by default); full: 0..255.
enum class ColorRange { limited, full };
// The weights of the three colours in Y, U and V.
enum class ColorMatrix { bt601, bt709, bt2020, smpte240m, fcc };
struct ColorWeights {
  double red = 0, blue = 0;  // in Y; green has the rest
};
// ITU-T H.273, table 4.
constexpr ColorWeights color_weights(ColorMatrix matrix) noexcept {
  switch (matrix) {
    case ColorMatrix::bt601:
      return {0.299, 0.114};
    case ColorMatrix::bt709:
      return {0.2126, 0.0722};
    case ColorMatrix::bt2020:
      return {0.2627, 0.0593};
    case ColorMatrix::smpte240m:
      return {0.212, 0.087};
    case ColorMatrix::fcc:
      return {0.30, 0.11};
  }
  return {0.299, 0.114};
}

// Why a live camera's frame is looked at.
enum class Look {
  usual,
  probe,  // a key frame of an idle camera: is anybody there? It joins no track
  late,   // from before an idle camera woke: looked at as usual, but never dropped
};

struct Plane {
  const std::uint8_t* data = nullptr;
  int stride = 0;  // bytes from one row to the next
};

struct Frame {
  memory::SharedLease buffer;  // holds what the planes point into
  std::array<Plane, 3> planes;
  PixelLayout layout = PixelLayout::i420;
  ColorRange range = ColorRange::limited;
  std::optional<ColorMatrix> matrix;  // nothing: the stream signals none; see color_matrix()
  Size size;                          // of the picture; chroma planes are half, rounded up
  std::uint64_t sequence = 0;         // counts the camera's decoded frames from 0; gaps are dropped frames
  // The camera's own time line, from 0, never backwards, also over a reconnect or a file's loop.
  // Tracking uses it. It follows the stream's time stamps, also for a live stream, since a pause in the
  // network is not a pause of the scene; if the stamps cannot be trusted it follows arrival:
  // camera/stream_clock.h.
  Nanoseconds stream_time{0};
  // When the picture was taken, as far as known. For a live source that is its arrival, less its delay
  // relative to other pictures by their stamps (from a pause, or its place in a burst).
  UtcTime captured;
  SteadyTime read_at;  // when its last byte was read, or it was due: latency counts from here
  UtcTime read_utc;    // what this machine's clock showed then: it may be set at any time later
  // Time spent on it so far. read_took: until its packet was there; for a live camera mostly waiting for it.
  Nanoseconds read_took{0}, decode_took{0};
  SteadyTime decoded_at;
  Look look = Look::usual;
};

// The matrix that the stream signals. If it signals none, the one that encoders assume: BT.709 from 720 lines
// on.
constexpr ColorMatrix color_matrix(const Frame& frame) noexcept {
  if (frame.matrix) return *frame.matrix;
  return frame.size.height >= 720 ? ColorMatrix::bt709 : ColorMatrix::bt601;
}

}  // namespace vigia::domain
