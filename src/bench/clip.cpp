#include "bench/clip.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/url.h"
#include "camera/av_handles.h"
#include "camera/source_factory.h"
#include "camera/source_url.h"

namespace vigia::bench {
namespace {

std::string url_of(const std::string& name) {
  const UrlParts parts = split_url(name);
  const bool url = parts.has_host || parts.scheme == "sim" || parts.scheme == "file";
  return url ? name : "file:" + std::filesystem::absolute(name).string();
}

Error wrong(const std::string& name, const std::string& why) {
  return {ErrorCode::invalid, fmt::format("--clip: {}: {}", name, why)};
}

// Frames a second, by the time between the first packet seen and the last.
Result<Clip> count_frames(camera::PacketSource& source, const std::string& name) {
  const camera::AvHandle<AVPacket> packet(av_packet_alloc());
  if (!packet) return Error{ErrorCode::no_memory, "no memory for a packet"};
  Clip clip;
  std::int64_t first = AV_NOPTS_VALUE, last = AV_NOPTS_VALUE;
  while (clip.frames < kFramesSeen) {
    const Status read = source.read(*packet, {});
    if (!read) {
      if (read.error().code == ErrorCode::ended) break;
      return wrong(name, read.error().text);
    }
    if (packet->dts != AV_NOPTS_VALUE) {
      if (first == AV_NOPTS_VALUE) first = packet->dts;
      last = packet->dts;
    }
    ++clip.frames;
    av_packet_unref(packet.get());
  }
  const double seconds = static_cast<double>(last - first) * av_q2d(source.time_base());
  if (clip.frames < 2 || seconds <= 0) return wrong(name, "it holds less than two frames");
  clip.fps = (clip.frames - 1) / seconds;
  return clip;
}

}  // namespace

Result<Clip> look_at_clip(const std::string& name) {
  const std::string url = url_of(name);
  const auto known = camera::parse_source_url(url);
  if (!known) return wrong(name, known.error().text);
  if (known->kind != camera::SourceKind::file && known->kind != camera::SourceKind::sim) {
    return wrong(name, "a bench shows files, and sim: scenes");
  }
  const auto source = camera::open_source(url, {}, {});
  if (!source) return wrong(name, source.error().text);
  auto clip = count_frames(**source, name);
  if (!clip) return clip;
  const AVCodecParameters& codec = (*source)->codec();
  clip->url = url;
  clip->size = {codec.width, codec.height};
  clip->codec = avcodec_get_name(codec.codec_id);
  return clip;
}

Result<std::vector<Clip>> look_at_clips(const std::vector<std::string>& names) {
  std::vector<Clip> clips;
  for (const std::string& name : names) {
    auto clip = look_at_clip(name);
    if (!clip) return clip.error();
    clips.push_back(*std::move(clip));
  }
  return clips;
}

}  // namespace vigia::bench
