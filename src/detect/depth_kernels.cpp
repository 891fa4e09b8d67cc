#include "detect/depth_kernels.h"

#include <algorithm>
#include <array>
#include <limits>

// This file is compiled once for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "detect/depth_kernels.cpp"
#include <hwy/foreach_target.h>
// After it:
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vigia::detect {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using std::ptrdiff_t;
using std::size_t;
using std::uint16_t;

// Floats: as many as a vector has, but not more than a block.
template <class Floats>
HWY_INLINE hn::Vec<Floats> load(Floats floats, const float* from) {
  return hn::LoadU(floats, from);
}
template <class Floats>
HWY_INLINE hn::Vec<Floats> load(Floats floats, const uint16_t* from) {
  const hn::Rebind<uint16_t, Floats> halves;
  const hn::Rebind<std::uint32_t, Floats> bits;
  return hn::BitCast(floats, hn::ShiftLeft<16>(hn::PromoteTo(bits, hn::LoadU(halves, from))));
}

template <class Floats>
HWY_INLINE void store(Floats floats, hn::Vec<Floats> values, float* to) {
  hn::StoreU(values, floats, to);
}
// Rounds to the nearest, while Highway's own conversion truncates. There are no NaNs here.
template <class Floats>
HWY_INLINE void store(Floats, hn::Vec<Floats> values, uint16_t* to) {
  const hn::Rebind<uint16_t, Floats> halves;
  const hn::Rebind<std::uint32_t, Floats> bits;
  const hn::Rebind<std::int32_t, Floats> integers;
  const auto rounded = hn::ShiftRight<16>(hn::Add(hn::BitCast(bits, values), hn::Set(bits, 0x8000)));
  hn::StoreU(hn::DemoteTo(halves, hn::BitCast(integers, rounded)), halves, to);
}

// Four rows of one vector of channels. A row outside the picture is one cell of zeros, repeated.
template <class From>
struct Rows4 {
  std::array<const From*, 4> row;
  std::array<ptrdiff_t, 4> step;  // from cell to cell
  int width;
};
template <class To>
struct Rows2 {
  std::array<To*, 2> row;  // the second is nullptr where the picture has none; pooled: only the first
  ptrdiff_t step;
};

// Two rows of outputs: `a` to `d` are the four rows that they are computed from; 0 to 2 are the columns left
// of the output, at it, and right of it.
template <bool kPool, class Floats, class From, class To>
HWY_INLINE void make_rows(const DepthLayer& layer, size_t channel, Rows4<From> from, const Rows2<To>& to) {
  using Vector = hn::Vec<Floats>;
  const Floats floats;
  const auto read = [&](size_t row) HWY_ATTR { return load(floats, from.row[row]); };
  const auto weight = [&](int tap) HWY_ATTR {
    return hn::LoadU(floats, layer.weights.data() + static_cast<size_t>(tap * layer.channels) + channel);
  };
  const auto w00 = weight(0), w01 = weight(1), w02 = weight(2);
  const auto w10 = weight(3), w11 = weight(4), w12 = weight(5);
  const auto w20 = weight(6), w21 = weight(7), w22 = weight(8);
  const auto bias = hn::LoadU(floats, layer.bias.data() + channel);
  const auto least = hn::Set(floats, layer.relu ? 0.0F : std::numeric_limits<float>::lowest());
  const auto zero = hn::Zero(floats);

  Vector a0 = zero, b0 = zero, c0 = zero, d0 = zero, left = zero;
  Vector a1 = read(0), b1 = read(1), c1 = read(2), d1 = read(3);
  const auto make = [&](int x, Vector a2, Vector b2, Vector c2, Vector d2) HWY_ATTR {
    auto upper = hn::MulAdd(w00, a0, bias), lower = hn::MulAdd(w00, b0, bias);
    upper = hn::MulAdd(w01, a1, upper), lower = hn::MulAdd(w01, b1, lower);
    upper = hn::MulAdd(w02, a2, upper), lower = hn::MulAdd(w02, b2, lower);
    upper = hn::MulAdd(w10, b0, upper), lower = hn::MulAdd(w10, c0, lower);
    upper = hn::MulAdd(w11, b1, upper), lower = hn::MulAdd(w11, c1, lower);
    upper = hn::MulAdd(w12, b2, upper), lower = hn::MulAdd(w12, c2, lower);
    upper = hn::MulAdd(w20, c0, upper), lower = hn::MulAdd(w20, d0, lower);
    upper = hn::MulAdd(w21, c1, upper), lower = hn::MulAdd(w21, d1, lower);
    upper = hn::MulAdd(w22, c2, upper), lower = hn::MulAdd(w22, d2, lower);
    upper = hn::Max(upper, least), lower = hn::Max(lower, least);
    if constexpr (kPool) {
      const auto highest = hn::Max(upper, lower);
      if (x % 2 != 0) store(floats, hn::Max(left, highest), to.row[0] + x / 2 * to.step);
      left = highest;
    } else {
      store(floats, upper, to.row[0] + x * to.step);
      if (to.row[1] != nullptr) store(floats, lower, to.row[1] + x * to.step);
    }
    a0 = a1, b0 = b1, c0 = c1, d0 = d1;
    a1 = a2, b1 = b2, c1 = c2, d1 = d2;
  };
  for (int x = 0; x + 1 < from.width; ++x) {
    for (size_t row = 0; row < 4; ++row) from.row[row] += from.step[row];
    make(x, read(0), read(1), read(2), read(3));
  }
  make(from.width - 1, zero, zero, zero, zero);
}

// The address of a channel's value in a cell of a row.
template <class Value>
HWY_INLINE Value* place(Value* values, int width, int height, int block, int row, size_t channel) {
  const auto side = static_cast<size_t>(block);
  const auto rows = static_cast<size_t>(height) * (channel / side) + static_cast<size_t>(row);
  return values + rows * static_cast<size_t>(width) * side + channel % side;
}

template <bool kPool, class Floats, class From, class To>
HWY_INLINE void make_picture(const DepthLayer& layer, const From* from, To* to) {
  alignas(64) static constexpr std::array<From, kDepthStep> kZeros{};
  const size_t lanes = hn::Lanes(Floats());
  const int shrink = kPool ? 2 : 1;
  for (int y = 0; y < layer.height; y += 2) {
    for (size_t channel = 0; channel < static_cast<size_t>(layer.channels); channel += lanes) {
      Rows4<From> rows{{}, {}, layer.width};
      for (int i = 0; i < 4; ++i) {
        const int row = y - 1 + i;
        const bool inside = row >= 0 && row < layer.height;
        const auto at = static_cast<size_t>(i);
        rows.row[at] =
            inside ? place(from, layer.width, layer.height, layer.from_block, row, channel) : kZeros.data();
        rows.step[at] = inside ? layer.from_block : 0;
      }
      const auto made = [&](int row) HWY_ATTR {
        return place(to, layer.width / shrink, layer.height / shrink, layer.to_block, row / shrink, channel);
      };
      make_rows<kPool, Floats>(
          layer, channel, rows,
          Rows2<To>{{made(y), !kPool && y + 1 < layer.height ? made(y + 1) : nullptr}, layer.to_block});
    }
  }
}

template <class Floats, class From, class To>
HWY_INLINE void make_sized(const DepthLayer& layer, const From* from, To* to) {
  if (layer.pool) {
    make_picture<true, Floats>(layer, from, to);
  } else {
    make_picture<false, Floats>(layer, from, to);
  }
}

template <class From, class To>
HWY_INLINE void make_any(const DepthLayer& layer, const From* from, To* to) {
  if (std::min(layer.from_block, layer.to_block) % kDepthStep == 0) {
    make_sized<hn::CappedTag<float, kDepthStep>>(layer, from, to);
  } else {
    make_sized<hn::CappedTag<float, kDepthStep / 2>>(layer, from, to);
  }
}

void depth_convolution(const DepthLayer& layer, const DepthTensor& from, const DepthTensor& to) {
  const auto* floats = static_cast<const float*>(from.values);
  const auto* halves = static_cast<const uint16_t*>(from.values);
  if (from.bf16 && to.bf16) {
    make_any(layer, halves, static_cast<uint16_t*>(to.values));
  } else if (from.bf16) {
    make_any(layer, halves, static_cast<float*>(to.values));
  } else if (to.bf16) {
    make_any(layer, floats, static_cast<uint16_t*>(to.values));
  } else {
    make_any(layer, floats, static_cast<float*>(to.values));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace vigia::detect
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vigia::detect {

HWY_EXPORT(depth_convolution);

std::vector<float> by_tap(std::span<const float> weights) {
  constexpr std::size_t kTaps = 9;
  const std::size_t channels = weights.size() / kTaps;
  std::vector<float> made(weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) made[i % kTaps * channels + i / kTaps] = weights[i];
  return made;
}

void depth_convolution(const DepthLayer& layer, const DepthTensor& from, const DepthTensor& to) {
  HWY_DYNAMIC_DISPATCH(depth_convolution)(layer, from, to);
}

}  // namespace vigia::detect
#endif  // HWY_ONCE
