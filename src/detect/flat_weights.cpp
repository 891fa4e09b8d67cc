#include "detect/flat_weights.h"

#include <fmt/format.h>

#include <algorithm>

namespace vigia::detect {
namespace {

// f(pair, input channels, output channels), along the network.
template <class Weights, class F>
void for_each_pair(Weights& weights, F f) {
  int in = YunetWeights::kFirstOut;
  for (std::size_t i = 0; i < weights.backbone.size(); ++i) {
    f(weights.backbone[i], in, YunetWeights::kChannelsOfN[i]);
    in = YunetWeights::kChannelsOfN[i];
  }
  for (auto& of : weights.neck) f(of, in, in);
  for (auto& of : weights.shared) f(of, in, in);
  for (auto& of : weights.heads) f(of, in, YunetHead::kChannels);
}

// f(vector, how many numbers it has), for each part of the weights.
template <class Weights, class F>
void for_each_part(Weights& weights, F f) {
  constexpr std::size_t kFirst = YunetWeights::kFirstOut;
  f(weights.first, kFirst * 27);
  f(weights.first_bias, kFirst);
  for_each_pair(weights, [&f](auto& of, int in, int out) {
    const auto inputs = static_cast<std::size_t>(in), outputs = static_cast<std::size_t>(out);
    f(of.point, inputs * outputs);
    f(of.point_bias, outputs);
    f(of.depth, outputs * 9);
    f(of.depth_bias, outputs);
  });
}

void name_channels(YunetWeights& weights) {
  for_each_pair(weights, [](ConvPair& of, int in, int out) { of.in = in, of.out = out; });
  for (ConvPair& of : weights.heads) of.relu = false;
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
