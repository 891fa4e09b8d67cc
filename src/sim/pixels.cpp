#include "sim/pixels.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace vigia::sim {
namespace {

// The bytes of a picture of any kind.
struct ByteRows {
  [[nodiscard]] std::size_t line() const { return static_cast<std::size_t>(width) * channels; }
  [[nodiscard]] std::uint8_t* row(int y) const { return first + static_cast<std::size_t>(y) * line(); }

  std::uint8_t* first;
  int width, height;
  std::size_t channels;
};
ByteRows bytes_of(Mask& mask) {
  return {mask.values.data(), mask.width, mask.height, 1};
}
ByteRows bytes_of(Yuva& picture) {
  return {reinterpret_cast<std::uint8_t*>(picture.values.data()), picture.width, picture.height, 4};
}

std::uint8_t rounded(float value) {
  return static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
}

// The kernel's half: its middle, then outwards; what the whole of it sums up to is 1.
std::vector<float> gauss(float sigma) {
  const int reach = static_cast<int>(std::ceil(3 * sigma));
  std::vector<float> half;
  float sum = 0;
  for (int i = 0; i <= reach; ++i) {
    const auto x = static_cast<float>(i);
    half.push_back(std::exp(-x * x / (2 * sigma * sigma)));
    sum += (i == 0 ? 1 : 2) * half.back();
  }
  for (float& value : half) value /= sum;
  return half;
}

// sum += (a + b) * weight, for whole rows, which compilers vectorise.
void add(std::span<float> sum, const float* a, const float* b, float weight) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += (a[i] + b[i]) * weight;
}

void blur_rows(const ByteRows& picture, std::span<const float> half, std::vector<float>& out) {
  const std::size_t channels = picture.channels, width = static_cast<std::size_t>(picture.width);
  const std::size_t reach = half.size() - 1, line = picture.line();
  std::vector<float> padded((width + 2 * reach) * channels);
  for (int y = 0; y < picture.height; ++y) {
    const std::uint8_t* from = picture.row(y);
    for (std::size_t i = 0; i < padded.size(); ++i) {
      const std::size_t x = std::clamp(i / channels, reach, reach + width - 1) - reach;
      padded[i] = from[x * channels + i % channels];
    }
    const std::span<float> to(out.data() + static_cast<std::size_t>(y) * line, line);
    const float* middle = padded.data() + reach * channels;
    for (std::size_t i = 0; i < line; ++i) to[i] = middle[i] * half[0];
    for (std::size_t k = 1; k <= reach; ++k) add(to, middle - k * channels, middle + k * channels, half[k]);
  }
}

void blur_columns(const std::vector<float>& rows, std::span<const float> half, const ByteRows& picture) {
  const std::size_t line = picture.line();
  const auto row = [&](int y) {
    return rows.data() + static_cast<std::size_t>(std::clamp(y, 0, picture.height - 1)) * line;
  };
  std::vector<float> sum(line);
  for (int y = 0; y < picture.height; ++y) {
    const float* middle = row(y);
    for (std::size_t i = 0; i < line; ++i) sum[i] = middle[i] * half[0];
    for (int k = 1; k < static_cast<int>(half.size()); ++k) {
      add(sum, row(y - k), row(y + k), half[static_cast<std::size_t>(k)]);
    }
    std::ranges::transform(sum, picture.row(y), rounded);
  }
}

void blur(const ByteRows& picture, float sigma) {
  const std::vector<float> half = gauss(sigma);
  std::vector<float> rows(picture.line() * static_cast<std::size_t>(picture.height));
  blur_rows(picture, half, rows);
  blur_columns(rows, half, picture);
}

void shrink(const ByteRows& picture, int factor, const ByteRows& small) {
  const std::size_t channels = picture.channels, line = small.line();
  std::vector<unsigned> sums(line);
  for (int y = 0; y < small.height; ++y) {
    std::ranges::fill(sums, 0U);
    const int top = y * factor, bottom = std::min(picture.height, top + factor);
    for (int row = top; row < bottom; ++row) {
      const std::uint8_t* from = picture.row(row);
      for (int x = 0; x < picture.width; ++x) {
        unsigned* sum = sums.data() + static_cast<std::size_t>(x / factor) * channels;
        for (std::size_t c = 0; c < channels; ++c) sum[c] += *from++;
      }
    }
    std::uint8_t* to = small.row(y);
    for (std::size_t i = 0; i < line; ++i) {
      const int left = static_cast<int>(i / channels) * factor;
      const auto count =
          static_cast<unsigned>((std::min(picture.width, left + factor) - left) * (bottom - top));
      to[i] = static_cast<std::uint8_t>((sums[i] + count / 2) / count);
    }
  }
}

// The place of a pixel's middle in a picture that is `factor` times smaller: between which two, and how near
// the second, in 256ths.
struct Between {
  int first, second, share;
};
Between between(int at, int factor, int count) {
  const int place = std::max(0, (256 * (2 * at + 1 - factor)) / (2 * factor));
  const int first = std::min(place / 256, count - 1);
  return {first, std::min(first + 1, count - 1), place % 256};
}

void enlarge(const ByteRows& small, int factor, const ByteRows& picture) {
  const int channels = static_cast<int>(picture.channels);
  std::vector<int> mixed(small.line());
  std::vector<Between> columns;
  columns.reserve(static_cast<std::size_t>(picture.width));
  for (int x = 0; x < picture.width; ++x) columns.push_back(between(x, factor, small.width));
  for (int y = 0; y < picture.height; ++y) {
    const auto [upper, lower, down] = between(y, factor, small.height);
    const std::uint8_t* a = small.row(upper);
    const std::uint8_t* b = small.row(lower);
    for (std::size_t i = 0; i < mixed.size(); ++i) mixed[i] = a[i] * (256 - down) + b[i] * down;
    std::uint8_t* to = picture.row(y);
    for (const auto& [left, right, across] : columns) {
      const int* l = mixed.data() + static_cast<std::ptrdiff_t>(left) * channels;
      const int* r = mixed.data() + static_cast<std::ptrdiff_t>(right) * channels;
      for (int c = 0; c < channels; ++c) {
        *to++ = static_cast<std::uint8_t>((l[c] * (256 - across) + r[c] * across + 32768) >> 16);
      }
    }
  }
}

template <class Picture>
Picture shrunk_any(const Picture& picture, int factor) {
  Picture small((picture.width + factor - 1) / factor, (picture.height + factor - 1) / factor);
  shrink(bytes_of(const_cast<Picture&>(picture)), factor, bytes_of(small));  // which only reads the first
  return small;
}

template <class Picture>
void soften_any(Picture& picture, float sigma) {
  if (sigma <= 0.3F || picture.values.empty()) return;
  // A wide blur is computed on a smaller picture: the difference is invisible, and it takes a tenth of the
  // time.
  const int factor = std::max(1, static_cast<int>(sigma / 2));
  if (factor == 1 || picture.width < 2 * factor || picture.height < 2 * factor) {
    return blur(bytes_of(picture), sigma);
  }
  Picture small = shrunk_any(picture, factor);
  blur(bytes_of(small), sigma / static_cast<float>(factor));
  enlarge(bytes_of(small), factor, bytes_of(picture));
}

}  // namespace

Mask shrunk(const Mask& picture, int factor) {
  return shrunk_any(picture, factor);
}

Yuva shrunk(const Yuva& picture, int factor) {
  return shrunk_any(picture, factor);
}

void soften(Mask& picture, float sigma) {
  soften_any(picture, sigma);
}

void soften(Yuva& picture, float sigma) {
  soften_any(picture, sigma);
}

}  // namespace vigia::sim
