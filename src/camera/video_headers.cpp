#include "camera/video_headers.h"

#include <algorithm>
#include <vector>

namespace vigia::camera {
namespace {

using Bytes = std::span<const std::uint8_t>;

// At least as many bytes of an SPS, a PPS or an SEI message as can precede what is looked for.
constexpr std::size_t kMostBytes = 1024;
constexpr std::size_t kMostBytesOfSlice = 32;
// The payload type of a recovery point, of both codecs.
constexpr std::uint32_t kRecoveryPoint = 6;

// H.264, table 7-1.
constexpr int kH264Slice = 1, kH264Idr = 5, kH264Sei = 6, kH264Sps = 7;
// H.265, table 7-1: picture slices are 0 to 31, those of random access 16 to 23.
constexpr int kH265LastSlice = 31, kH265Pps = 34, kH265Sei = 39;

// Reads bits, most significant first; beyond the end it reads zeros and remembers that.
class BitReader {
 public:
  explicit BitReader(Bytes bytes) : bytes_(bytes) {}

  std::uint32_t bits(int count) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i, ++at_) {
      const std::size_t byte = at_ / 8;
      const std::uint32_t bit = byte < bytes_.size() ? (bytes_[byte] >> (7 - at_ % 8)) & 1U : 0U;
      value = value << 1 | bit;
    }
    return value;
  }
  bool flag() { return bits(1) == 1; }
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
  Bytes bytes_;
  std::size_t at_ = 0;
};

// Removes the third byte of 00 00 03, which prevents start codes inside the data.
std::vector<std::uint8_t> unescape(Bytes nal, std::size_t most) {
  std::vector<std::uint8_t> out;
  int zeros = 0;
  for (const std::uint8_t byte : nal.first(std::min(nal.size(), most))) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    out.push_back(byte);
  }
  return out;
}

// Where the next 00 00 01 begins, from `at` on; data.size(): there is none.
std::size_t find_start_code(Bytes data, std::size_t at) {
  while (at + 2 < data.size()) {
    if (data[at + 2] > 1) {
      at += 3;
    } else if (data[at + 2] == 1 && data[at] == 0 && data[at + 1] == 0) {
      return at;
    } else {
      ++at;
    }
  }
  return data.size();
}

template <class Use>
void for_each_nal_by_start_code(Bytes data, const Use& use) {
  std::size_t at = find_start_code(data, 0);
  while (at < data.size()) {
    const std::size_t end = find_start_code(data, at + 3);
    use(data.subspan(at + 3, end - at - 3));
    at = end;
  }
}

template <class Use>
void for_each_nal_by_length(Bytes data, int length_bytes, const Use& use) {
  const auto header = static_cast<std::size_t>(length_bytes);
  while (data.size() > header) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < header; ++i) length = length << 8 | data[i];
    data = data.subspan(header);
    use(data.first(std::min(length, data.size())));
    data = data.subspan(std::min(length, data.size()));
  }
}

void skip_scaling_lists(BitReader& in, int lists) {
  for (int list = 0; list < lists; ++list) {
    if (!in.flag()) continue;
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
  if (in.flag()) skip_scaling_lists(in, chroma_format == 3 ? 12 : 8);
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

// A number of an SEI message: bytes of 255, and the rest.
std::size_t sei_number(Bytes data, std::size_t& at) {
  std::size_t number = 0;
  while (at < data.size() && data[at] == 0xff) {
    number += 0xff;
    ++at;
  }
  return at < data.size() ? number + data[at++] : number;
}

// The message's own bytes; empty: it is not there. sei: without the header of its NAL unit.
Bytes recovery_point_in(Bytes sei) {
  std::size_t at = 0;
  while (at + 2 < sei.size()) {
    const std::size_t type = sei_number(sei, at);
    const std::size_t size = sei_number(sei, at);
    const std::size_t rest = sei.size() - std::min(at, sei.size());
    if (type == kRecoveryPoint) return sei.subspan(sei.size() - rest, std::min(size, rest));
    at += std::min(size, rest);
  }
  return {};
}

}  // namespace

// What was seen in one packet.
struct VideoHeaders::Slices {
  int count = 0;
  bool key = false;       // IDR, CRA, BLA
  bool all_intra = true;  // of those that were understood
  bool referred_to = false;
  bool has_recovery = false;
  int recovery = 0;
};

VideoHeaders::VideoHeaders(VideoCodec codec, std::span<const std::uint8_t> extradata) : codec_(codec) {
  read_extradata(extradata);
}

void VideoHeaders::read_extradata(Bytes data) {
  if (codec_ == VideoCodec::h264 && data.size() > 6 && data[0] == 1) {
    length_bytes_ = (data[4] & 3) + 1;
    read_boxed(data, 5, 0);
  } else if (codec_ == VideoCodec::h265 && data.size() > 22 &&
             (data[0] != 0 || data[1] != 0 || data[2] > 1)) {
    length_bytes_ = (data[21] & 3) + 1;
    read_boxed(data, 23, data[22]);
  } else {
    for_each_nal_by_start_code(data, [this](Bytes nal) { take_parameters(nal); });
  }
}

// Counted NAL units with lengths of two bytes: of avcC its SPS (kinds = 0; one of them is enough); of hvcC so
// many kinds.
void VideoHeaders::read_boxed(Bytes data, std::size_t at, int kinds) {
  for (int kind = 0; kind < std::max(kinds, 1); ++kind) {
    const std::size_t header = kinds == 0 ? 1 : 3;
    if (at + header > data.size()) return;
    int units = kinds == 0 ? data[at] & 0x1f : data[at + 1] << 8 | data[at + 2];
    at += header;
    for (; units > 0 && at + 2 <= data.size(); --units) {
      const std::size_t length = static_cast<std::size_t>(data[at]) << 8 | data[at + 1];
      at += 2;
      take_parameters(data.subspan(at, std::min(length, data.size() - at)));
      at += std::min(length, data.size() - at);
    }
  }
}

void VideoHeaders::take_parameters(Bytes nal) {
  if (nal.empty()) return;
  if (codec_ == VideoCodec::h264 && (nal[0] & 0x1f) == kH264Sps) take_h264_sps(nal);
  if (codec_ == VideoCodec::h265 && (nal[0] >> 1 & 0x3f) == kH265Pps) take_h265_pps(nal);
}

void VideoHeaders::take_h264_sps(Bytes nal) {
  const std::vector<std::uint8_t> sps = unescape(nal, kMostBytes);
  BitReader in(sps);
  in.bits(8);
  const std::uint32_t profile = in.bits(8);
  in.bits(16);  // constraints, level
  in.golomb();  // its id
  constexpr std::array<std::uint32_t, 10> kWithChromaFormat = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138};
  if (std::ranges::find(kWithChromaFormat, profile) != kWithChromaFormat.end()) skip_chroma_format(in);
  in.golomb();  // length of the frame count
  skip_picture_order(in);
  const std::uint32_t references = in.golomb();
  const bool allowed = in.flag();
  if (in.past_end()) return;
  one_reference_ &= references <= 1;
  if (!sps_seen_) allows_gaps_ = allowed;
  sps_seen_ = true;
}

void VideoHeaders::take_h265_pps(Bytes nal) {
  if (nal.size() < 2) return;
  const std::vector<std::uint8_t> pps = unescape(nal.subspan(2), kMostBytesOfSlice);
  BitReader in(pps);
  const std::uint32_t id = in.golomb();
  in.golomb();  // its SPS
  in.bits(2);   // dependent slices, output flag
  const std::uint32_t extra = in.bits(3);
  if (id < extra_bits_.size() && !in.past_end()) extra_bits_.at(id) = static_cast<std::uint8_t>(extra);
}

PictureStart VideoHeaders::start_of(std::span<const std::uint8_t> packet) {
  Slices seen;
  const auto look = [this, &seen](Bytes nal) {
    take_parameters(nal);
    if (codec_ == VideoCodec::h264) {
      look_h264(nal, seen);
    } else {
      look_h265(nal, seen);
    }
  };
  if (length_bytes_ > 0) {
    for_each_nal_by_length(packet, length_bytes_, look);
  } else {
    for_each_nal_by_start_code(packet, look);
  }
  PictureStart start{.kind = PictureStart::Kind::none, .pictures = 0, .has_slices = seen.count > 0};
  if (seen.count == 0) return start;
  if (seen.key) {
    start.kind = PictureStart::Kind::clean;
  } else if (seen.has_recovery) {
    start.kind = PictureStart::Kind::gradual;
    start.pictures = std::max(seen.recovery, 0);
  } else if (seen.all_intra) {
    const bool is_alone = codec_ == VideoCodec::h264 && sps_seen_ && one_reference_ && seen.referred_to;
    start.kind = is_alone ? PictureStart::Kind::clean : PictureStart::Kind::intra;
  }
  return start;
}

void VideoHeaders::look_h264(Bytes nal, Slices& seen) const {
  if (nal.size() < 2) return;
  const int type = nal[0] & 0x1f;
  if (type == kH264Sei) {
    const std::vector<std::uint8_t> sei = unescape(nal.subspan(1), kMostBytes);
    const Bytes message = recovery_point_in(sei);
    if (message.empty()) return;
    seen.has_recovery = true;
    seen.recovery = static_cast<int>(std::min(BitReader(message).golomb(), 0xffffU));
  }
  if (type != kH264Slice && type != kH264Idr) return;
  const std::vector<std::uint8_t> slice = unescape(nal.subspan(1), kMostBytesOfSlice);
  BitReader in(slice);
  in.golomb();  // its first macroblock
  constexpr std::uint32_t kI = 2, kSi = 4;
  const std::uint32_t slice_type = in.golomb() % 5;
  ++seen.count;
  seen.key |= type == kH264Idr;
  seen.all_intra &= !in.past_end() && (slice_type == kI || slice_type == kSi);
  seen.referred_to |= (nal[0] & 0x60) != 0;
}

void VideoHeaders::look_h265(Bytes nal, Slices& seen) const {
  if (nal.size() < 3) return;
  const int type = nal[0] >> 1 & 0x3f;
  const int layer = (nal[0] & 1) << 5 | nal[1] >> 3;
  if (layer != 0) return;
  if (type == kH265Sei) {
    const std::vector<std::uint8_t> sei = unescape(nal.subspan(2), kMostBytes);
    const Bytes message = recovery_point_in(sei);
    if (message.empty()) return;
    seen.has_recovery = true;
    seen.recovery = std::clamp(BitReader(message).signed_golomb(), 0, 0xffff);
  }
  if (type > kH265LastSlice) return;
  const std::vector<std::uint8_t> slice = unescape(nal.subspan(2), kMostBytesOfSlice);
  BitReader in(slice);
  const bool is_first = in.flag();
  ++seen.count;
  seen.key |= type >= 16 && type <= 23;
  // Where the type of a further slice stands depends on the SPS: those count as not intra.
  const std::uint32_t pps = in.golomb();
  in.bits(pps < extra_bits_.size() ? extra_bits_.at(pps) : 0);
  constexpr std::uint32_t kI = 2;
  seen.all_intra &= is_first && in.golomb() == kI && !in.past_end();
}

}  // namespace vigia::camera
