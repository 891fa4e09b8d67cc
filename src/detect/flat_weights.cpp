#include "detect/flat_weights.h"

#include <fmt/format.h>

#include <algorithm>

namespace vigia::detect {
namespace {

// f(vector, how many numbers it has), for each part of the weights.
template <class Weights, class F>
void for_each_part(Weights& weights, F f) {
  const auto pair = [&f](auto& of, int in, int out) {
    const auto inputs = static_cast<std::size_t>(in), outputs = static_cast<std::size_t>(out);
    f(of.point, inputs * outputs);
    f(of.point_bias, outputs);
    f(of.depth, outputs * 9);
    f(of.depth_bias, outputs);
  };
  constexpr std::size_t kFirst = YunetWeights::kFirstOut;
  f(weights.first, kFirst * 27);
  f(weights.first_bias, kFirst);
  int in = YunetWeights::kFirstOut;
  for (std::size_t i = 0; i < weights.backbone.size(); ++i) {
    pair(weights.backbone[i], in, YunetWeights::kChannelsOfN[i]);
    in = YunetWeights::kChannelsOfN[i];
  }
  for (auto& of : weights.neck) pair(of, in, in);
  for (auto& of : weights.shared) pair(of, in, in);
  for (auto& of : weights.heads) pair(of, in, YunetHead::kChannels);
}

void name_channels(YunetWeights& weights) {
  int in = YunetWeights::kFirstOut;
  const auto pair = [](ConvPair& of, int from, int to) { of.in = from, of.out = to; };
  for (std::size_t i = 0; i < weights.backbone.size(); ++i) {
    pair(weights.backbone[i], in, YunetWeights::kChannelsOfN[i]);
    in = YunetWeights::kChannelsOfN[i];
  }
  for (ConvPair& of : weights.neck) pair(of, in, in);
  for (ConvPair& of : weights.shared) pair(of, in, in);
  for (ConvPair& of : weights.heads) {
    pair(of, in, YunetHead::kChannels);
    of.relu = false;
  }
}

}  // namespace

std::vector<float> flatten(const YunetWeights& weights) {
  std::vector<float> numbers;
  for_each_part(weights, [&numbers](const std::vector<float>& part, std::size_t) {
    numbers.insert(numbers.end(), part.begin(), part.end());
  });
  return numbers;
}

Result<YunetWeights> unflatten(std::span<const float> numbers) {
  YunetWeights weights{.variant = YunetVariant::n};
  name_channels(weights);
  std::size_t count = 0;
  for_each_part(weights, [&](std::vector<float>& part, std::size_t size) {
    if (count + size <= numbers.size()) {
      const auto mine = numbers.subspan(count, size);
      part.assign(mine.begin(), mine.end());
    }
    count += size;
  });
  if (count == numbers.size()) return weights;
  return Error{ErrorCode::invalid,
               fmt::format("{} numbers are no YuNet-n, which has {}", numbers.size(), count)};
}

}  // namespace vigia::detect
