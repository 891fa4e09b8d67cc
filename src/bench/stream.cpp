#include "bench/stream.h"

namespace vigia::bench {
namespace {

constexpr std::uint64_t kFramesBetween = 45;  // on average, until a person takes a free place
constexpr int kLeastFrames = 60, kMostFrames = 300;
constexpr Bytes kLeastSighting = 200, kMostSighting = 600;
constexpr Bytes kLeastJpeg = 100'000, kMostJpeg = 200'000;

}  // namespace

CameraStream::CameraStream(int seed, int camera) noexcept
    : state_(static_cast<std::uint64_t>(seed) << 32 | static_cast<std::uint32_t>(camera)) {}

// SplitMix64, by Sebastiano Vigna (public domain): the same numbers on every machine.
std::uint64_t CameraStream::random() noexcept {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

TrackStep CameraStream::step(int place) noexcept {
  Open& open = open_.at(static_cast<std::size_t>(place));
  const bool opens = open.track == 0;
  if (opens) {
    open = {++tracks_, kLeastFrames + static_cast<int>(below(kMostFrames - kLeastFrames + 1)), 0};
  }
  TrackStep step{.track = open.track, .place = place, .opens = opens, .closes = --open.frames_left == 0};
  step.sighting_bytes = kLeastSighting + static_cast<Bytes>(below(kMostSighting - kLeastSighting + 1));
  // The n-th sighting is the best so far in one of n cases.
  if (below(static_cast<std::uint64_t>(++open.seen)) == 0) {
    step.jpeg_bytes = kLeastJpeg + static_cast<Bytes>(below(kMostJpeg - kLeastJpeg + 1));
  }
  if (step.closes) open = {};
  return step;
}

std::span<const TrackStep> CameraStream::next() noexcept {
  std::size_t count = 0;
  for (int place = 0; place < kMostTracks; ++place) {
    const bool empty = open_.at(static_cast<std::size_t>(place)).track == 0;
    if (empty && below(kFramesBetween) != 0) continue;
    steps_.at(count++) = step(place);
  }
  return {steps_.data(), count};
}

}  // namespace vigia::bench
