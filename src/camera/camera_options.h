// What the user sets for one camera's source. Keys: cameras[].*, defaults.*; play_speed, disable_drops and
// use_stream_timestamp have no effect on a live camera: settings refuse them there.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/url.h"

namespace vigia::camera {

struct CameraOptions {
  bool active = true;        // false: listed, but not started
  bool single_pass = false;  // files: play once to the end, without a restart; false: loop
  double play_speed = 1.0;   // files and sim: 1 real time, 2 twice as fast, < 0 as fast as possible, no drops
  bool disable_drops = false;                // for files: wait instead of dropping when processing is behind
  std::vector<std::string> ffmpeg_params{};  // "key=value" for FFmpeg's opener, e.g. rtsp_transport=udp
  std::string ffmpeg_format{};               // forces the input format, e.g. mjpeg
  bool use_stream_timestamp = false;         // events carry the stream's own time instead of this machine's
  double start_stream_timestamp = 0.0;       // seconds since 1970 that are added to it
  double rtsp_reconnect_delay = 1.0;         // seconds before the first reconnect; doubles up to 30 s
  double source_timeout = 10.0;              // seconds without a packet until the source counts as lost
  int frame_buffer_size = 3;  // frames that may wait; beyond that the oldest is dropped and counted

  bool operator==(const CameraOptions&) const = default;
};

// Of a camera that sends as time passes, whatever the reader does. An address of http:// may be that or a
// recording, which is known once it is open.
inline bool is_live_url(std::string_view url) {
  const std::string_view scheme = split_url(url).scheme;
  const auto is = [scheme](std::string_view word) {
    return std::ranges::equal(scheme, word,
                              [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
  };
  return is("rtsp") || is("rtsps");
}

// The keys that only a recording can follow (files and sim:), and whether they differ from their defaults.
inline std::array<std::pair<std::string_view, bool>, 3> file_options(const CameraOptions& options) {
  return {{{"play_speed", options.play_speed != CameraOptions{}.play_speed},
           {"disable_drops", options.disable_drops},
           {"use_stream_timestamp", options.use_stream_timestamp}}};
}

inline void reset_file_options(CameraOptions& options) {
  const CameraOptions fresh;
  options.play_speed = fresh.play_speed;
  options.disable_drops = fresh.disable_drops;
  options.use_stream_timestamp = fresh.use_stream_timestamp;
}

}  // namespace vigia::camera
