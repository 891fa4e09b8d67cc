#include "camera/av_options.h"

extern "C" {
#include <libavutil/opt.h>
}

#include <string>
#include <string_view>

#include "camera/av_source.h"
#include "camera/refusal.h"

namespace vigia::camera {
namespace {

bool known_to_ffmpeg(const std::string& key) {
  const AVClass* format = avformat_get_class();  // FFmpeg wants an object: its class pointer will do
  return av_opt_find(&format, key.c_str(), nullptr, 0, AV_OPT_SEARCH_CHILDREN | AV_OPT_SEARCH_FAKE_OBJ) !=
         nullptr;
}

// What the url and the settings decide.
Status check_user_option(const SourceUrl& source, const std::string& key, const std::string& value) {
  const auto cannot = [&key](const std::string& why) {
    return Error{ErrorCode::invalid, "ffmpeg_params: '" + key + "' cannot be set" + why};
  };
  if (key == "protocol_whitelist" || key == "protocol_blacklist") {
    return cannot(": the url decides which protocols are spoken");
  }
  if (key == "tls_verify" || key == "verifyhost" || key == "ca_file" || key == "cafile") {
    return cannot(": the camera's own ca_file, tls_pin and tls_insecure say how its server is verified");
  }
  if (key == "fflags" && source.kind == SourceKind::device) {
    return cannot(" for v4l2:, which has to be read without waiting");
  }
  if (key == "format_whitelist" && source.encrypted) return cannot(": ffmpeg_format forces one");
  if (key == "rtsp_transport" && source.encrypted && value != "tcp") {
    return cannot(" for rtsps://, whose pictures come over its one encrypted connection");
  }
  if (key == "rtsp_transport" && value.find("https") != std::string::npos) {
    return cannot(" to https, which is not verified; use rtsps://");
  }
  return ok_status();
}

Status set_user_options(const SourceUrl& source, const CameraOptions& options, AvOptions& out) {
  for (const std::string& param : options.ffmpeg_params) {
    const std::size_t equals = param.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Error{ErrorCode::invalid,
                   "ffmpeg_params: every entry is key=value, for example rtsp_transport=udp; one is not"};
    }
    const std::string key = param.substr(0, equals);
    if (Status may = check_user_option(source, key, param.substr(equals + 1)); !may) return may;
    if (!known_to_ffmpeg(key)) {
      return Error{ErrorCode::invalid, "ffmpeg_params: FFmpeg knows no option '" + key + "'"};
    }
    out.set(key.c_str(), param.c_str() + equals + 1);
  }
  return ok_status();
}

// All but those that open further urls by themselves, unverified.
std::string verifiable_formats() {
  std::string names;
  void* state = nullptr;
  while (const AVInputFormat* const format = av_demuxer_iterate(&state)) {
    const std::string_view name = format->name;
    if (name == "dash" || name == "concat" || name == "imf") continue;
    names += (names.empty() ? "" : ",") + std::string(name);
  }
  return names;
}

}  // namespace

Status make_av_options(const SourceUrl& source, const CameraOptions& options, AvOptions& out) {
  if (source.kind == SourceKind::http && source.encrypted && !options.tls_pin.empty()) {
    return Error{ErrorCode::invalid, "tls_pin: keys of https:// cameras are not compared; use ca_file"};
  }
  out.set_number("probesize", AvSource::kProbeBytes);
  out.set_number("analyzeduration", AvSource::kAnalyzeMicroseconds);
  // The frame rate is not needed, so FFmpeg need not read frames to guess it.
  out.set_number("fpsprobesize", 0);
  if (source.kind == SourceKind::rtsp) {
    out.set("rtsp_transport", "tcp");  // UDP loses packets, and every loss costs seconds of faces
    out.set("allowed_media_types", "video");
    out.set_number("reorder_queue_size",
                   is_over_tcp(options) ? AvSource::kReorderPacketsOfTcp : AvSource::kReorderPackets);
  }
  if (source.kind == SourceKind::http) {
    // Begin a live HLS stream with its newest segment; with FFmpeg's default, -3, it would stay three
    // segments late.
    out.set("live_start_index", "-1");
    // Each request a connection of its own, whose server is looked up and verified: see server_access.h.
    out.set("http_persistent", "0");
    if (source.encrypted) out.set("format_whitelist", verifiable_formats().c_str());
  }
  if (Status user = set_user_options(source, options, out); !user) return user;
  out.set("protocol_whitelist", source.protocols.c_str());
  return ok_status();
}

Result<const AVInputFormat*> find_input_format(const CameraOptions& options) {
  if (options.ffmpeg_format.empty()) return nullptr;
  const AVInputFormat* const format = av_find_input_format(options.ffmpeg_format.c_str());
  if (format == nullptr) {
    return Error{ErrorCode::invalid, "ffmpeg_format: FFmpeg knows no format '" + options.ffmpeg_format + "'"};
  }
  return format;
}

}  // namespace vigia::camera
