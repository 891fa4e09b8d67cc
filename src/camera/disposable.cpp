#include "camera/disposable.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace vigia::camera {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Nothing: this is no slice. (H.264, table 7-1 and 7.4.1: nal_ref_idc; H.265, table 7-1: the even ones of the
// first 16 types are not referred to by pictures of their own temporal layer, so only those of a stream's
// only layer are disposable for sure.)
std::optional<bool> is_disposable_slice(Bytes nal, AVCodecID codec) {
  if (nal.size() < 2) return std::nullopt;
  if (codec == AV_CODEC_ID_H264) {
    const int type = nal[0] & 0x1f;
    if (type == 0 || type > 5) return std::nullopt;
    return (nal[0] & 0x60) == 0;
  }
  const int type = nal[0] >> 1 & 0x3f, layer = nal[1] & 7;
  if (type > 31) return std::nullopt;
  return type < 16 && type % 2 == 0 && layer == 1;
}

// Bytes of the length before each NAL unit; 0: start codes.
std::size_t length_bytes(const AVCodecParameters& codec) {
  const Bytes extra(codec.extradata,
                    codec.extradata == nullptr ? 0 : static_cast<std::size_t>(codec.extradata_size));
  const bool is_h264 = codec.codec_id == AV_CODEC_ID_H264;
  const std::size_t place = is_h264 ? 4 : 21;
  if (extra.size() <= place || extra[0] != 1) return 0;
  return static_cast<std::size_t>(extra[place] & 3) + 1;
}

bool by_length(Bytes data, std::size_t header, AVCodecID codec) {
  while (data.size() > header) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < header; ++i) length = length << 8 | data[i];
    data = data.subspan(header);
    if (const auto answer = is_disposable_slice(data, codec)) return *answer;
    if (length >= data.size()) return false;
    data = data.subspan(length);
  }
  return false;
}

bool by_start_code(Bytes data, AVCodecID codec) {
  for (std::size_t at = 0; at + 4 < data.size(); ++at) {
    if (data[at] != 0 || data[at + 1] != 0 || data[at + 2] != 1) continue;
    if (const auto answer = is_disposable_slice(data.subspan(at + 3), codec)) return *answer;
  }
  return false;
}

}  // namespace

bool is_disposable(const AVPacket& packet, const AVCodecParameters& codec) {
  if (codec.codec_id != AV_CODEC_ID_H264 && codec.codec_id != AV_CODEC_ID_HEVC) return false;
  if ((packet.flags & (AV_PKT_FLAG_KEY | AV_PKT_FLAG_CORRUPT)) != 0 || packet.size <= 0) return false;
  const Bytes data(packet.data, static_cast<std::size_t>(packet.size));
  const std::size_t header = length_bytes(codec);
  return header > 0 ? by_length(data, header, codec.codec_id) : by_start_code(data, codec.codec_id);
}

}  // namespace vigia::camera
