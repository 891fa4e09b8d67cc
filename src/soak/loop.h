// A piece of encoded video that can be shown again and again without a seam: recorded once, so that showing
// it costs almost nothing beside the program under test. Packets are self-contained: a key frame carries its
// parameter sets, so pieces may follow each other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "camera/av_handles.h"

namespace vigia::soak {

inline constexpr AVRational kStampBase{1, 90000};  // of all time stamps here, as MPEG-TS has it

struct FreeParameters {
  void operator()(AVCodecParameters* parameters) const noexcept { avcodec_parameters_free(&parameters); }
};

// Immutable once made; may be shared by threads.
struct Loop {
  std::string name;
  std::unique_ptr<AVCodecParameters, FreeParameters> codec;
  // The first is a key frame; dts from 0 on, each later than the one before; pts >= dts.
  std::vector<camera::AvHandle<AVPacket>> packets;
  std::int64_t duration = 0;  // until the first packet comes again
};

// Only the beginning of longer files is shown.
inline constexpr double kLongestLoop = 120;  // seconds
inline constexpr Bytes kLargestLoop = 64_MiB;

// `seconds` of the url's scene, from its begin. Errors: as camera::open_sim().
Result<std::shared_ptr<const Loop>> record_scene(const std::string& url, double seconds);
// Errors: not_found, io (FFmpeg cannot read it), invalid (no video, or of a kind that MPEG-TS has no place
// for, or without a key frame): the text names the file.
Result<std::shared_ptr<const Loop>> record_clip(const std::filesystem::path& file);

}  // namespace vigia::soak
