#include "sim/resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace vigia::sim {
namespace {

using Word = std::uint32_t;

// Every second byte of a word: two channels are computed at once.
constexpr Word kEven = 0x00ff00ff;
constexpr Word kHalf = 0x00800080;  // of 256 in each, to round

Word word_of(const std::array<std::uint8_t, 4>& pixel) {
  Word word = 0;
  std::memcpy(&word, pixel.data(), sizeof word);
  return word;
}

// weights: together at most 256, so that no channel overflows into the next.
Word mix(Word a, unsigned weight_a, Word b, unsigned weight_b) {
  const Word even = ((a & kEven) * weight_a + (b & kEven) * weight_b + kHalf) >> 8;
  const Word odd = ((a >> 8) & kEven) * weight_a + ((b >> 8) & kEven) * weight_b + kHalf;
  return (even & kEven) | (odd & ~kEven);
}

}  // namespace

Tap tap_at(float at, int count, Beyond beyond) {
  // Farther away it makes no difference, and every place is a whole number of 256ths.
  const float near = std::clamp(at, -2.0F, static_cast<float>(count + 1));
  const int place = static_cast<int>(std::floor(near * 256 + 0.5F));
  const int first = place >> 8;
  const auto share = static_cast<unsigned>(place & 255);
  const auto counts = [&](int i) { return beyond == Beyond::edge || (i >= 0 && i < count); };
  return {std::clamp(first, 0, count - 1), std::clamp(first + 1, 0, count - 1),
          counts(first) ? 256 - share : 0, counts(first + 1) ? share : 0};
}

void RowSampler::sample(const Tap& down, std::span<const Tap> across, std::array<std::uint8_t, 4>* out) {
  const auto* upper = source_.row(down.first)->data();
  const auto* lower = source_.row(down.second)->data();
  const auto weight = static_cast<std::uint16_t>(down.first_weight);
  const auto rest = static_cast<std::uint16_t>(down.second_weight);
  auto* const mixed = mixed_.front().data();
  for (std::size_t i = 0; i < 4 * mixed_.size(); ++i) {  // 16 bits are enough, and make twice as wide vectors
    const auto both = static_cast<std::uint16_t>(upper[i] * weight + lower[i] * rest + 128);
    mixed[i] = static_cast<std::uint8_t>(both >> 8);
  }
  for (const Tap& tap : across) {
    const Word word = mix(word_of(mixed_[static_cast<std::size_t>(tap.first)]), tap.first_weight,
                          word_of(mixed_[static_cast<std::size_t>(tap.second)]), tap.second_weight);
    std::memcpy((out++)->data(), &word, sizeof word);
  }
}

}  // namespace vigia::sim
