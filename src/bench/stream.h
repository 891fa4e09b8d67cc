// The events before one camera: people come, are seen frame by frame, get better shots and leave; as sizes of
// memory, by seed, so that every mode has the same work. A busy scene: some five people at once,
// each for 2 to 10 s at 30 fps.
// Cost: no allocation. Threads: owner thread only.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace vigia::bench {

inline constexpr int kMostTracks = 6;  // of one camera at once

// One person in one frame.
struct TrackStep {
  std::uint64_t track = 0;  // counts the camera's tracks from 1
  int place = 0;            // 0 to kMostTracks - 1; no two open tracks share one
  bool opens = false;
  bool closes = false;
  Bytes sighting_bytes = 0;  // kept until the track closes
  Bytes jpeg_bytes = 0;      // a better shot than the one before; 0: not this time

  bool operator==(const TrackStep&) const = default;
};

class CameraStream {
 public:
  CameraStream(int seed, int camera) noexcept;

  // The people of the next frame; valid until the next call.
  std::span<const TrackStep> next() noexcept;

 private:
  struct Open {
    std::uint64_t track = 0;  // 0: nobody
    int frames_left = 0;
    int seen = 0;
  };
  std::uint64_t random() noexcept;
  std::uint64_t below(std::uint64_t n) noexcept { return random() % n; }
  TrackStep step(int place) noexcept;

  std::uint64_t state_;
  std::uint64_t tracks_ = 0;
  std::array<Open, kMostTracks> open_{};
  std::array<TrackStep, kMostTracks> steps_{};
};

}  // namespace vigia::bench
