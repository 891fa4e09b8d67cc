// The few facts of an H.264 or H.265 packet that must be known before it is decoded, and that FFmpeg does not
// tell: whether decoding can begin there. FFmpeg's key flag knows no recovery points of H.265, takes a
// picture for a key frame whose first slice is intra, and counts a recovery point as reached at once.
//
//   VideoHeaders headers(VideoCodec::h265, extradata);
//   if (headers.start_of(packet).kind == PictureStart::Kind::clean) ...
//
// Guarantee: any bytes are accepted; nothing beyond them is read. Cost: one pass over the packet, about 20 us
// for 50 KB, so it is for packets at which decoding may begin, not for all. Threads: owner thread only.
// Formulas: ITU-T H.264, 7.3.2.1.1, 7.3.3 and D.1.8; ITU-T H.265, 7.3.2.3.1, 7.3.6.1 and D.2.8.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace vigia::camera {

enum class VideoCodec { h264, h265 };

struct PictureStart {
  enum class Kind {
    none,     // it needs pictures before it
    intra,    // it needs none, but pictures after it may: its slices are all intra, without a mark
    gradual,  // a recovery point: decoding may begin here, and pictures are right after `pictures` more
    clean,    // IDR, CRA, BLA; or an intra picture after which no earlier one can be referred to
  };
  Kind kind = Kind::none;
  int pictures = 0;
  bool has_slices = false;  // false: this is nothing that could be understood
};

class VideoHeaders {
 public:
  // extradata: as FFmpeg has it, "avcC", "hvcC" or start codes; says in which form packets come.
  VideoHeaders(VideoCodec codec, std::span<const std::uint8_t> extradata);

  // Remembers the parameter sets that the packet holds.
  PictureStart start_of(std::span<const std::uint8_t> packet);

  // H.264: the stream may skip numbers in its count of reference frames. Most may not: then a skipped number
  // is a lost frame, and pictures that refer to it are decoded from a substitute. By the first SPS.
  [[nodiscard]] bool allows_gaps() const noexcept { return sps_seen_ && allows_gaps_; }

 private:
  using Bytes = std::span<const std::uint8_t>;
  struct Slices;

  void read_extradata(Bytes data);
  void read_boxed(Bytes data, std::size_t at, int kinds);
  void take_parameters(Bytes nal);
  void take_h264_sps(Bytes nal);
  void take_h265_pps(Bytes nal);
  void look_h264(Bytes nal, Slices& seen) const;
  void look_h265(Bytes nal, Slices& seen) const;

  const VideoCodec codec_;
  int length_bytes_ = 0;  // before each NAL unit; 0: start codes
  bool sps_seen_ = false;
  bool allows_gaps_ = false;
  bool one_reference_ = true;                  // H.264: at most one reference frame, by each SPS
  std::array<std::uint8_t, 64> extra_bits_{};  // H.265: in slice headers, by the number of their PPS
};

}  // namespace vigia::camera
