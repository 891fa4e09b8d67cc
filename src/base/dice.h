// Random numbers that are the same on every machine and compiler (std's distributions are not): a
// splitmix64 generator, seeded by a chain of numbers. Cost: a few instructions a call.
// Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace vigia {

class Dice {
 public:
  Dice(std::initializer_list<std::uint64_t> seeds) {
    for (const std::uint64_t seed : seeds) state_ = (state_ ^ seed) + next();
  }

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // low <= result < high
  float between(double low, double high) {
    return static_cast<float>(low + (high - low) * (static_cast<double>(next() >> 11) * 0x1.0p-53));
  }
  // 0 <= result < count; REQUIRES: count > 0
  int below(int count) { return static_cast<int>(next() % static_cast<std::uint64_t>(count)); }

 private:
  std::uint64_t state_ = 0x2545f4914f6cdd1dULL;
};

}  // namespace vigia
