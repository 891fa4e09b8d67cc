#include "detect/mix_kernels.h"

#include <algorithm>

// This file is compiled once for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "detect/mix_kernels.cpp"
#include <hwy/foreach_target.h>
// After it:
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vigia::detect {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using std::size_t;
using std::uint8_t;

// Every kernel ends with a plain loop over the rest that is too short for a vector. HWY_SCALAR's vectors have
// one value and cannot be split: there the plain loop does everything.
#if HWY_TARGET == HWY_SCALAR
#define VIGIA_HAS_VECTORS 0
#else
#define VIGIA_HAS_VECTORS 1
using Floats = hn::CappedTag<float, 16>;
using Four = hn::FixedTag<float, 4>;
#endif

// Where the next vector begins. The last vector overlaps the one before, so that it ends with the row;
// computing values twice does no harm.
HWY_INLINE size_t next_of(size_t i, size_t lanes, size_t values) {
  return i + lanes < values ? std::min(i + lanes, values - lanes) : values;
}

#if VIGIA_HAS_VECTORS
HWY_INLINE hn::Vec<Floats> bytes_to_floats(const uint8_t* from) {
  const hn::Rebind<uint8_t, Floats> bytes;
  const hn::Rebind<std::int32_t, Floats> integers;
  return hn::ConvertTo(Floats(), hn::PromoteTo(integers, hn::LoadU(bytes, from)));
}
#endif

void mix_rows(Rows rows, const float* weights, size_t values, float* HWY_RESTRICT to) {
  constexpr size_t kRows = kMixedRows;
  const size_t taps = rows.size() / kRows;
  size_t i = 0;
#if VIGIA_HAS_VECTORS
  const Floats floats;
  const size_t lanes = hn::Lanes(floats);
  for (; values >= lanes && i < values; i = next_of(i, lanes, values)) {
    auto a = hn::Zero(floats), b = a, c = a, d = a;
    for (size_t tap = 0; tap < taps; ++tap) {
      a = hn::Add(a, hn::Mul(bytes_to_floats(rows[tap] + i), hn::Set(floats, weights[tap])));
      b = hn::Add(b, hn::Mul(bytes_to_floats(rows[taps + tap] + i), hn::Set(floats, weights[taps + tap])));
      c = hn::Add(
          c, hn::Mul(bytes_to_floats(rows[2 * taps + tap] + i), hn::Set(floats, weights[2 * taps + tap])));
      d = hn::Add(
          d, hn::Mul(bytes_to_floats(rows[3 * taps + tap] + i), hn::Set(floats, weights[3 * taps + tap])));
    }
    hn::StoreInterleaved4(a, b, c, d, floats, to + kRows * i);
  }
#endif
  for (; i < values; ++i) {
    for (size_t k = 0; k < kRows; ++k) {
      float sum = 0;
      for (size_t tap = 0; tap < taps; ++tap)
        sum += static_cast<float>(rows[taps * k + tap][i]) * weights[taps * k + tap];
      to[kRows * i + k] = sum;
    }
  }
}

#if VIGIA_HAS_VECTORS
// One output of four rows.
HWY_INLINE hn::Vec<Four> mix_one(const float* HWY_RESTRICT from, const Mixture& mixture, size_t output) {
  const Four four;
  const float* weights = mixture.weights + output * static_cast<size_t>(mixture.taps);
  const std::ptrdiff_t step = std::ptrdiff_t{kMixedRows} * mixture.step;
  from += mixture.first[output] * step;
  auto sum = hn::Zero(four);
  for (int tap = 0; tap < mixture.taps; ++tap, from += step)
    sum = hn::Add(sum, hn::Mul(hn::LoadU(four, from), hn::Set(four, weights[tap])));
  return sum;
}
#endif

void mix_columns(const float* from, const Mixture& mixture, size_t outputs, float* to, size_t pitch) {
#if VIGIA_HAS_VECTORS
  const Four four;
  HWY_ALIGN float square[16];
  for (size_t i = 0; i < outputs; i += 4) {
    for (size_t k = 0; k < 4; ++k) hn::Store(mix_one(from, mixture, i + k), four, square + 4 * k);
    hn::Vec<Four> a, b, c, d;
    hn::LoadInterleaved4(four, square, a, b, c, d);
    hn::StoreU(a, four, to + i);
    hn::StoreU(b, four, to + pitch + i);
    hn::StoreU(c, four, to + 2 * pitch + i);
    hn::StoreU(d, four, to + 3 * pitch + i);
  }
#else
  const auto taps = static_cast<size_t>(mixture.taps);
  const auto step = static_cast<size_t>(kMixedRows * mixture.step);
  for (size_t i = 0; i < outputs; ++i) {
    for (size_t k = 0; k < kMixedRows; ++k) {
      const float* value = from + static_cast<size_t>(mixture.first[i]) * step + k;
      float sum = 0;
      for (size_t tap = 0; tap < taps; ++tap) sum += value[tap * step] * mixture.weights[taps * i + tap];
      to[pitch * k + i] = sum;
    }
  }
#endif
}

void to_colours(const ColourFactors& f, const YuvRow& from, size_t values, const BgrRow& to) {
  size_t i = 0;
#if VIGIA_HAS_VECTORS
  const Floats floats;
  const size_t lanes = hn::Lanes(floats);
  const auto zero = hn::Zero(floats);
  const auto white = hn::Set(floats, 255.0F);
  for (; i + lanes <= values; i += lanes) {
    const auto y = hn::Mul(hn::Set(floats, f.y), hn::LoadU(floats, from.y + i));
    const auto u = hn::LoadU(floats, from.u + i);
    const auto v = hn::LoadU(floats, from.v + i);
    const auto b = hn::Add(hn::Mul(hn::Set(floats, f.bu), u), hn::Set(floats, f.b));
    const auto gu = hn::Mul(hn::Set(floats, f.gu), u);
    const auto gv = hn::Mul(hn::Set(floats, f.gv), v);
    const auto g = hn::Add(hn::Add(gu, gv), hn::Set(floats, f.g));
    const auto r = hn::Add(hn::Mul(hn::Set(floats, f.rv), v), hn::Set(floats, f.r));
    hn::StoreU(hn::Min(hn::Max(hn::Add(y, b), zero), white), floats, to.blue + i);
    hn::StoreU(hn::Min(hn::Max(hn::Add(y, g), zero), white), floats, to.green + i);
    hn::StoreU(hn::Min(hn::Max(hn::Add(y, r), zero), white), floats, to.red + i);
  }
#endif
  for (; i < values; ++i) {
    const float y = f.y * from.y[i];
    to.blue[i] = std::clamp(y + (f.bu * from.u[i] + f.b), 0.0F, 255.0F);
    to.green[i] = std::clamp(y + ((f.gu * from.u[i] + f.gv * from.v[i]) + f.g), 0.0F, 255.0F);
    to.red[i] = std::clamp(y + (f.rv * from.v[i] + f.r), 0.0F, 255.0F);
  }
}

#undef VIGIA_HAS_VECTORS

}  // namespace HWY_NAMESPACE
}  // namespace vigia::detect
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vigia::detect {

HWY_EXPORT(mix_rows);
HWY_EXPORT(mix_columns);
HWY_EXPORT(to_colours);

void mix_rows(Rows rows, const float* weights, std::size_t values, float* to) {
  HWY_DYNAMIC_DISPATCH(mix_rows)(rows, weights, values, to);
}
void mix_columns(const float* from, const Mixture& mixture, std::size_t outputs, float* to,
                 std::size_t pitch) {
  HWY_DYNAMIC_DISPATCH(mix_columns)(from, mixture, outputs, to, pitch);
}
void to_colours(const ColourFactors& factors, const YuvRow& from, std::size_t values, const BgrRow& to) {
  HWY_DYNAMIC_DISPATCH(to_colours)(factors, from, values, to);
}

}  // namespace vigia::detect
#endif  // HWY_ONCE
