#include "detect/sum_kernels.h"

#include <algorithm>

// This file is compiled once for each instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "detect/sum_kernels.cpp"
#include <hwy/foreach_target.h>
// After it:
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vigia::detect {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using std::size_t;
using std::uint16_t;
using std::uint32_t;
using std::uint8_t;

// Every kernel ends with a plain loop over the rest that is too short for a vector. HWY_SCALAR's vectors have
// one value and cannot be split: there the plain loop does everything.
#if HWY_TARGET == HWY_SCALAR
#define VIGIA_HAS_VECTORS 0
#else
#define VIGIA_HAS_VECTORS 1
// No wider than what kSlack allows for.
using Octets = hn::CappedTag<uint8_t, 64>;
using Words = hn::CappedTag<uint16_t, 32>;
using Longs = hn::CappedTag<uint32_t, 16>;
using Floats = hn::CappedTag<float, 16>;
#endif

// Where the next vector begins. The last vector overlaps the one before, so that it ends with the row;
// computing sums twice does no harm.
HWY_INLINE size_t next_of(size_t i, size_t lanes, size_t values) {
  return i + lanes < values ? std::min(i + lanes, values - lanes) : values;
}

void sum_rows(Rows rows, size_t values, uint16_t* HWY_RESTRICT to) {
  size_t i = 0;
#if VIGIA_HAS_VECTORS
  const Words words;
  const hn::Rebind<uint8_t, Words> bytes;
  const size_t lanes = hn::Lanes(words);
  for (; values >= lanes && i < values; i = next_of(i, lanes, values)) {
    auto sum = hn::PromoteTo(words, hn::LoadU(bytes, rows[0] + i));
    for (size_t r = 1; r < rows.size(); ++r)
      sum = hn::Add(sum, hn::PromoteTo(words, hn::LoadU(bytes, rows[r] + i)));
    hn::StoreU(sum, words, to + i);
  }
#endif
  for (; i < values; ++i) {
    unsigned sum = 0;
    for (const uint8_t* row : rows) sum += row[i];
    to[i] = static_cast<uint16_t>(sum);
  }
}

void sum_row_pairs(Rows rows, size_t values, uint16_t* HWY_RESTRICT to) {
  size_t i = 0;
#if VIGIA_HAS_VECTORS
  const Octets bytes;
  const hn::RepartitionToWide<Octets> words;
  const auto low = hn::Set(words, 0xFF);
  const size_t lanes = hn::Lanes(bytes);
  for (; values >= lanes && i < values; i = next_of(i, lanes, values)) {
    auto sum = hn::Zero(words);
    for (const uint8_t* row : rows) {
      const auto pairs = hn::BitCast(words, hn::LoadU(bytes, row + i));
      sum = hn::Add(sum, hn::Add(hn::And(pairs, low), hn::ShiftRight<8>(pairs)));
    }
    hn::StoreU(sum, words, to + i / 2);
  }
#endif
  for (; i < values; i += 2) {
    unsigned sum = 0;
    for (const uint8_t* row : rows) sum += static_cast<unsigned>(row[i]) + row[i + 1];
    to[i / 2] = static_cast<uint16_t>(sum);
  }
}

void sum_interleaved_rows(Rows rows, size_t values, uint16_t* HWY_RESTRICT u, uint16_t* HWY_RESTRICT v) {
  size_t i = 0;
#if VIGIA_HAS_VECTORS
  const Octets bytes;
  const hn::RepartitionToWide<Octets> words;
  const auto low = hn::Set(words, 0xFF);
  const size_t lanes = hn::Lanes(bytes);
  for (; values >= lanes && i < values; i = next_of(i, lanes, values)) {
    auto sum_u = hn::Zero(words);
    auto sum_v = hn::Zero(words);
    for (const uint8_t* row : rows) {
      const auto pairs = hn::BitCast(words, hn::LoadU(bytes, row + i));
      sum_u = hn::Add(sum_u, hn::And(pairs, low));
      sum_v = hn::Add(sum_v, hn::ShiftRight<8>(pairs));
    }
    hn::StoreU(sum_u, words, u + i / 2);
    hn::StoreU(sum_v, words, v + i / 2);
  }
#endif
  for (; i < values; i += 2) {
    unsigned sum_u = 0;
    unsigned sum_v = 0;
    for (const uint8_t* row : rows) {
      sum_u += row[i];
      sum_v += row[i + 1];
    }
    u[i / 2] = static_cast<uint16_t>(sum_u);
    v[i / 2] = static_cast<uint16_t>(sum_v);
  }
}

#if VIGIA_HAS_VECTORS
// The sums of neighbours, 32 bits each, in the places of the pairs.
template <class V>
HWY_INLINE hn::Vec<Longs> pair_sums(V words) {
  const Longs longs;
  const auto pairs = hn::BitCast(longs, words);
  return hn::Add(hn::And(pairs, hn::Set(longs, 0xFFFF)), hn::ShiftRight<16>(pairs));
}

HWY_INLINE hn::Vec<Floats> longs_to_floats(hn::Vec<Longs> sums) {
  return hn::ConvertTo(Floats(), hn::BitCast(hn::RebindToSigned<Longs>(), sums));
}
template <class V>
HWY_INLINE hn::Vec<Floats> to_floats(V half_of_words) {
  return longs_to_floats(hn::PromoteTo(Longs(), half_of_words));
}
HWY_INLINE void store_words(hn::Vec<Words> sums, float* to) {
  const hn::Half<Words> half;
  const Floats floats;
  hn::StoreU(to_floats(hn::LowerHalf(half, sums)), floats, to);
  hn::StoreU(to_floats(hn::UpperHalf(half, sums)), floats, to + hn::Lanes(floats));
}
#endif

// In place: from[i] = from[2i] + from[2i+1].
void fold_pairs(uint16_t* from, size_t outputs) {
  size_t i = 0;
#if VIGIA_HAS_VECTORS
  const Words words;
  const size_t lanes = hn::Lanes(words);
  for (; i < outputs; i += lanes) {
    const auto low = hn::BitCast(words, pair_sums(hn::LoadU(words, from + 2 * i)));
    const auto high = hn::BitCast(words, pair_sums(hn::LoadU(words, from + 2 * i + lanes)));
    hn::StoreU(hn::ConcatEven(words, high, low), words, from + i);
  }
#endif
  for (; i < outputs; ++i) from[i] = static_cast<uint16_t>(from[2 * i] + from[2 * i + 1]);
}

// An odd number of parts, or two.
void fold_last(const uint16_t* HWY_RESTRICT from, size_t parts, size_t outputs, float* HWY_RESTRICT to) {
  size_t i = 0;
#if VIGIA_HAS_VECTORS
  const Words words;
  const Floats floats;
  const size_t lanes = hn::Lanes(words);
  if (parts == 1) {
    for (; i < outputs; i += lanes) store_words(hn::LoadU(words, from + i), to + i);
  } else if (parts == 2) {
    for (; i < outputs; i += lanes / 2)
      hn::StoreU(longs_to_floats(pair_sums(hn::LoadU(words, from + 2 * i))), floats, to + i);
  } else if (parts == 3) {
    for (; i < outputs; i += lanes) {
      hn::Vec<Words> a, b, c;
      hn::LoadInterleaved3(words, from + 3 * i, a, b, c);
      store_words(hn::Add(a, hn::Add(b, c)), to + i);
    }
  }
#endif
  for (; i < outputs; ++i) {
    unsigned sum = 0;
    for (size_t k = 0; k < parts; ++k) sum += from[parts * i + k];
    to[i] = static_cast<float>(sum);
  }
}

void fold(uint16_t* from, int parts, size_t outputs, float* to) {
  auto left = static_cast<size_t>(parts);
  for (; left % 2 == 0 && left > 2; left /= 2) fold_pairs(from, outputs * left / 2);
  fold_last(from, left, outputs, to);
}

void fold_three_halves(const uint16_t* HWY_RESTRICT from, size_t outputs, float* HWY_RESTRICT to) {
  size_t i = 0;
#if VIGIA_HAS_VECTORS
  const Words words;
  const Floats floats;
  const hn::Half<Words> half;
  const size_t lanes = hn::Lanes(words);
  for (; i < outputs; i += 2 * lanes) {
    hn::Vec<Words> a, b, c;
    hn::LoadInterleaved3(words, from + 3 * i / 2, a, b, c);
    const auto even = hn::Add(hn::Add(a, a), b);
    const auto odd = hn::Add(b, hn::Add(c, c));
    hn::StoreInterleaved2(to_floats(hn::LowerHalf(half, even)), to_floats(hn::LowerHalf(half, odd)), floats,
                          to + i);
    hn::StoreInterleaved2(to_floats(hn::UpperHalf(half, even)), to_floats(hn::UpperHalf(half, odd)), floats,
                          to + i + lanes);
  }
#endif
  for (; i < outputs; ++i) {
    const uint16_t* group = from + i / 2 * 3;
    to[i] = static_cast<float>(i % 2 == 0 ? 2U * group[0] + group[1] : group[1] + 2U * group[2]);
  }
}

#undef VIGIA_HAS_VECTORS

}  // namespace HWY_NAMESPACE
}  // namespace vigia::detect
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vigia::detect {

HWY_EXPORT(sum_rows);
HWY_EXPORT(sum_row_pairs);
HWY_EXPORT(sum_interleaved_rows);
HWY_EXPORT(fold);
HWY_EXPORT(fold_three_halves);

void sum_rows(Rows rows, std::size_t values, std::uint16_t* to) {
  HWY_DYNAMIC_DISPATCH(sum_rows)(rows, values, to);
}
void sum_row_pairs(Rows rows, std::size_t values, std::uint16_t* to) {
  HWY_DYNAMIC_DISPATCH(sum_row_pairs)(rows, values, to);
}
void sum_interleaved_rows(Rows rows, std::size_t values, std::uint16_t* u, std::uint16_t* v) {
  HWY_DYNAMIC_DISPATCH(sum_interleaved_rows)(rows, values, u, v);
}
void fold(std::uint16_t* from, int parts, std::size_t outputs, float* to) {
  HWY_DYNAMIC_DISPATCH(fold)(from, parts, outputs, to);
}
void fold_three_halves(const std::uint16_t* from, std::size_t outputs, float* to) {
  HWY_DYNAMIC_DISPATCH(fold_three_halves)(from, outputs, to);
}

}  // namespace vigia::detect
#endif  // HWY_ONCE
