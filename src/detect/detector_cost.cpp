#include "detect/detector_cost.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace vigia::detect {
namespace {

constexpr int kUncounted = 2;
constexpr std::size_t kCountedMin = 6;
constexpr auto kTimeForIt = std::chrono::milliseconds(30);

// Stripes: neither flat nor a face.
domain::Frame striped_frame(domain::Size size, std::vector<std::uint8_t>& bytes) {
  const int chroma_width = (size.width + 1) / 2;
  const auto luma = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
  const auto chroma =
      static_cast<std::size_t>(chroma_width) * (static_cast<std::size_t>(size.height) / 2 + 1);
  bytes.resize(luma + 2 * chroma);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = i < luma ? static_cast<std::uint8_t>(64 + i % 128) : std::uint8_t{128};
  }
  domain::Frame frame;
  frame.size = size;
  frame.planes = {domain::Plane{bytes.data(), size.width},
                  {bytes.data() + luma, chroma_width},
                  {bytes.data() + luma + chroma, chroma_width}};
  return frame;
}

}  // namespace

Result<Nanoseconds> measure_cost(Detector& detector, domain::Size frame_size) {
  std::vector<std::uint8_t> bytes;
  const domain::Frame frame = striped_frame(frame_size, bytes);
  std::vector<domain::Detection> found;
  for (int i = 0; i < kUncounted; ++i) {
    if (Status status = detect_fully(detector, frame, {}, found); !status) return status.error();
  }
  std::vector<Nanoseconds> took;
  const auto begin = std::chrono::steady_clock::now();
  auto last = begin;
  while (took.size() < kCountedMin || last - begin < kTimeForIt) {
    if (Status status = detector.detect(frame, {}, found); !status) return status.error();
    const auto now = std::chrono::steady_clock::now();
    took.push_back(now - last);
    last = now;
  }
  const auto middle = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
  std::ranges::nth_element(took, middle);
  return *middle;
}

}  // namespace vigia::detect
