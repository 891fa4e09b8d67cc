#include "camera/h264_gaps.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace vigia::camera {
namespace {

constexpr int kSpsType = 7;
// At least as many bytes of the SPS as can precede the flag.
constexpr std::size_t kMostBytes = 1024;

// Reads bits, most significant first; beyond the end it reads zeros and remembers that.
class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint32_t bits(int count) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i, ++at_) {
      const std::size_t byte = at_ / 8;
      const std::uint32_t bit = byte < bytes_.size() ? (bytes_[byte] >> (7 - at_ % 8)) & 1U : 0U;
      value = value << 1 | bit;
    }
    return value;
  }
  // Exp-Golomb: ue(v). What is signed, se(v), takes the same bits.
  std::uint32_t golomb() {
    int zeros = 0;
    while (zeros < 31 && !past_end() && bits(1) == 0) ++zeros;
    return (1U << zeros) - 1 + bits(zeros);
  }
  std::int32_t signed_golomb() {
    const auto value = static_cast<std::int64_t>(golomb());
    return static_cast<std::int32_t>(value % 2 == 0 ? -(value / 2) : (value + 1) / 2);
  }
  [[nodiscard]] bool past_end() const { return at_ > bytes_.size() * 8; }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// The first SPS, from its type byte; empty: there is none.
std::span<const std::uint8_t> find_sps(std::span<const std::uint8_t> data) {
  if (data.size() > 8 && data[0] == 1) return data.subspan(8);  // avcC: header, count, length, SPS
  for (std::size_t i = 0; i + 3 < data.size(); ++i) {
    if (data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1 && (data[i + 3] & 0x1f) == kSpsType) {
      return data.subspan(i + 3);
    }
  }
  return {};
}

// Removes the third byte of 00 00 03, which prevents start codes inside the data.
std::vector<std::uint8_t> unescape(std::span<const std::uint8_t> nal) {
  std::vector<std::uint8_t> out;
  int zeros = 0;
  for (const std::uint8_t byte : nal.first(std::min(nal.size(), kMostBytes))) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return out;
}

void skip_scaling_lists(BitReader& in, int lists) {
  for (int list = 0; list < lists; ++list) {
    if (in.bits(1) == 0) continue;
    int last = 8, next = 8;
    for (int i = 0; i < (list < 6 ? 16 : 64) && next != 0; ++i) {
      next = (last + in.signed_golomb()) & 0xff;
      if (next != 0) last = next;
    }
  }
}

void skip_chroma_format(BitReader& in) {
  const std::uint32_t chroma_format = in.golomb();
  if (chroma_format == 3) in.bits(1);
  in.golomb();  // bit depths
  in.golomb();
  in.bits(1);
  if (in.bits(1) == 1) skip_scaling_lists(in, chroma_format == 3 ? 12 : 8);
}

void skip_picture_order(BitReader& in) {
  const std::uint32_t type = in.golomb();
  if (type == 0) in.golomb();
  if (type != 1) return;
  in.bits(1);
  in.golomb();
  in.golomb();
  for (std::uint32_t cycle = in.golomb(); cycle > 0 && !in.past_end(); --cycle) in.golomb();
}

}  // namespace

bool h264_allows_gaps(std::span<const std::uint8_t> extradata) {
  const std::vector<std::uint8_t> sps = unescape(find_sps(extradata));
  BitReader in(sps);
  if ((in.bits(8) & 0x1f) != kSpsType) return false;
  const std::uint32_t profile = in.bits(8);
  in.bits(16);  // constraints, level
  in.golomb();  // its id
  constexpr std::array<std::uint32_t, 10> kWithChromaFormat = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138};
  if (std::find(kWithChromaFormat.begin(), kWithChromaFormat.end(), profile) != kWithChromaFormat.end()) {
    skip_chroma_format(in);
  }
  in.golomb();  // length of the frame count
  skip_picture_order(in);
  in.golomb();  // number of reference frames
  const bool allowed = in.bits(1) == 1;
  return allowed && !in.past_end();
}

}  // namespace vigia::camera
