// Sums of a plane's bytes, on Google Highway: compiled for every instruction set that the compiler supports
// (AVX-512, AVX2, SSE4, plain); the best one is chosen at run time. prepare_input and motion_gate spend their
// time in these loops and those of mix_kernels.h.
//
// Guarantee: sums are whole and exact, so every instruction set gives the same. Nothing allocates.
// Reads exactly `values` bytes of each plane's row: a plane may end anywhere. Our own rows are read and
// written in whole vectors, and have room for kSlack more values at their end.
// Threads: thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vigia::detect {

inline constexpr std::size_t kSlack = 256;

// The rows of a plane that are added, each from its first value on; a row may be there more than once.
using Rows = std::span<const std::uint8_t* const>;

// to[i] = sum of rows[r][i]. REQUIRES: at most 257 rows.
void sum_rows(Rows rows, std::size_t values, std::uint16_t* to);
// to[i] = sum of rows[r][2i] + rows[r][2i+1]. REQUIRES: at most 128 rows; an even number of values.
void sum_row_pairs(Rows rows, std::size_t values, std::uint16_t* to);
// nv12: u[i] = sum of rows[r][2i], v[i] = sum of rows[r][2i+1]. REQUIRES: as sum_rows(); even.
void sum_interleaved_rows(Rows rows, std::size_t values, std::uint16_t* u, std::uint16_t* v);

// to[i] = sum of `parts` values from parts * i. `from` is overwritten. REQUIRES: no sum exceeds 65535.
void fold(std::uint16_t* from, int parts, std::size_t outputs, float* to);
// Boxes of one and a half values, doubled: to[2j] = 2 from[3j] + from[3j+1], to[2j+1] = from[3j+1] +
// 2 from[3j+2]. REQUIRES: no sum exceeds 65535.
void fold_three_halves(const std::uint16_t* from, std::size_t outputs, float* to);

}  // namespace vigia::detect
