// Each instruction set against the definition, written down plainly.
#include "detect/depth_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>

#include "detect/instruction_sets_test_support.h"

namespace vigia::detect {
namespace {

std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x8000) >> 16);
}
float from_bf16(std::uint16_t half) {
  return std::bit_cast<float>(std::uint32_t{half} << 16);
}

std::size_t at(int value) {
  return static_cast<std::size_t>(value);
}

// A tensor as plain [channel][row][column], and as it lies in memory.
struct Tensor {
  int channels, height, width;
  std::vector<float> values = std::vector<float>(at(channels * height * width));

  float& in(int channel, int row, int column) {
    return values[at((channel * height + row) * width + column)];
  }
  float padded(int channel, int row, int column) {
    return row < 0 || column < 0 || row >= height || column >= width ? 0 : in(channel, row, column);
  }
  std::size_t place(int block, int channel, int row, int column) const {
    return at((((channel / block) * height + row) * width + column) * block + channel % block);
  }
};

// In memory; behind it stands what must stay.
struct Memory {
  static constexpr float kUntouched = 77;

  Memory(const Tensor& like, int side_by_side, bool halves)
      : block(side_by_side), bf16(halves), floats(like.values.size() + 32, kUntouched) {
    shorts.assign(floats.size(), to_bf16(kUntouched));
  }
  void fill(Tensor& from) {
    each(from, [this](float& value, std::size_t place) {
      if (bf16) {
        value = from_bf16(shorts[place] = to_bf16(value));
      } else {
        floats[place] = value;
      }
    });
  }
  void read(Tensor& into) {
    each(into, [this](float& value, std::size_t place) {
      value = bf16 ? from_bf16(shorts[place]) : floats[place];
    });
  }
  [[nodiscard]] bool rest_is_untouched() const {
    const auto is = [](float value) { return value == kUntouched; };
    return bf16 ? std::all_of(shorts.end() - 32, shorts.end(), [&](auto half) { return is(from_bf16(half)); })
                : std::all_of(floats.end() - 32, floats.end(), is);
  }
  DepthTensor tensor() { return {bf16 ? static_cast<void*>(shorts.data()) : floats.data(), bf16}; }

  int block;
  bool bf16;
  std::vector<float> floats;
  std::vector<std::uint16_t> shorts;

 private:
  template <class Do>
  void each(Tensor& tensor, const Do& act) const {
    for (int c = 0; c < tensor.channels; ++c) {
      for (int y = 0; y < tensor.height; ++y) {
        for (int x = 0; x < tensor.width; ++x) act(tensor.in(c, y, x), tensor.place(block, c, y, x));
      }
    }
  }
};

Tensor by_definition(const DepthLayer& layer, Tensor& from) {
  Tensor full{layer.channels, layer.height, layer.width};
  for (int c = 0; c < layer.channels; ++c) {
    for (int y = 0; y < layer.height; ++y) {
      for (int x = 0; x < layer.width; ++x) {
        double sum = static_cast<double>(layer.bias[at(c)]);
        for (int tap = 0; tap < 9; ++tap) {
          sum += static_cast<double>(layer.weights[at(tap * layer.channels + c)]) *
                 static_cast<double>(from.padded(c, y + tap / 3 - 1, x + tap % 3 - 1));
        }
        full.in(c, y, x) = static_cast<float>(layer.relu ? std::max(sum, 0.0) : sum);
      }
    }
  }
  if (!layer.pool) return full;
  Tensor pooled{layer.channels, layer.height / 2, layer.width / 2};
  for (int c = 0; c < layer.channels; ++c) {
    for (int y = 0; y < pooled.height; ++y) {
      for (int x = 0; x < pooled.width; ++x) {
        pooled.in(c, y, x) = std::max({full.in(c, 2 * y, 2 * x), full.in(c, 2 * y, 2 * x + 1),
                                       full.in(c, 2 * y + 1, 2 * x), full.in(c, 2 * y + 1, 2 * x + 1)});
      }
    }
  }
  return pooled;
}

DepthLayer random_layer(std::mt19937& random, int width, int height, int channels) {
  std::uniform_real_distribution<float> any(-1, 1);
  DepthLayer layer{.width = width, .height = height, .channels = channels};
  layer.weights.resize(at(9 * channels));
  layer.bias.resize(at(channels));
  std::ranges::generate(layer.weights, [&] { return any(random); });
  std::ranges::generate(layer.bias, [&] { return any(random); });
  return layer;
}

void expect_as_defined(const DepthLayer& layer, bool from_bf16, bool to_bf16, std::mt19937& random) {
  std::uniform_real_distribution<float> any(-2, 2);
  Tensor from{layer.channels, layer.height, layer.width};
  std::ranges::generate(from.values, [&] { return any(random); });
  Memory in(from, layer.from_block, from_bf16);
  in.fill(from);
  Tensor expected = by_definition(layer, from);
  Memory out(expected, layer.to_block, to_bf16);
  depth_convolution(layer, in.tensor(), out.tensor());
  EXPECT_TRUE(out.rest_is_untouched());
  Tensor found = expected;
  out.read(found);
  double worst = 0;
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    const double wanted = static_cast<double>(expected.values[i]);
    const double allowed = 1e-5 + (to_bf16 ? std::abs(wanted) / 256 : 0);  // half of a bf16's last bit
    worst = std::max(worst, std::abs(static_cast<double>(found.values[i]) - wanted) / allowed);
  }
  EXPECT_LE(worst, 1) << layer.width << "x" << layer.height << "x" << layer.channels << " "
                      << layer.from_block << " to " << layer.to_block << (from_bf16 ? " bf16" : " f32")
                      << (to_bf16 ? " to bf16" : " to f32") << (layer.pool ? " pooled" : "");
}

TEST(DepthKernels, AreTheDefinitionOnEveryInstructionSet) {
  for (const std::int64_t set : instruction_sets()) {
    SCOPED_TRACE(set);
    const OnlyInstructionSet only(set);
    std::mt19937 random(3);
    for (const auto& [width, height] : {std::pair{1, 1}, {2, 2}, {3, 5}, {10, 3}, {16, 6}}) {
      for (const auto& [channels, from_block, to_block] :
           {std::tuple{16, 16, 16}, {16, 8, 16}, {64, 64, 64}, {64, 16, 64}, {32, 8, 8}}) {
        DepthLayer layer = random_layer(random, width, height, channels);
        layer.from_block = from_block;
        layer.to_block = to_block;
        for (int kind = 0; kind < 8; ++kind) {
          layer.relu = (kind & 4) != 0;
          layer.pool = layer.relu && width % 2 == 0 && height % 2 == 0;
          expect_as_defined(layer, (kind & 1) != 0, (kind & 2) != 0, random);
        }
      }
    }
  }
}

TEST(DepthKernels, WeightsAreTurnedAround) {
  std::vector<float> weights(2 * 9);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i);
  const auto turned = by_tap(weights);
  EXPECT_EQ(turned[0], 0);
  EXPECT_EQ(turned[1], 9);
  EXPECT_EQ(turned[2], 1);
  EXPECT_EQ(turned[17], 17);
}

}  // namespace
}  // namespace vigia::detect
