// What the user sets for one camera's source. Keys: cameras[].*, defaults.*
#pragma once

#include <string>
#include <vector>

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

}  // namespace vigia::camera
