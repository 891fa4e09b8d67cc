// What the user sets for one camera's source. Keys: cameras[].*, defaults.*; play_speed, disable_drops and
// use_stream_timestamp have no effect on a live camera: settings refuse them for rtsp:, and where only the
// open source shows that it is live (http:), a line in the log says so. ca_file, tls_pin and tls_insecure
// have none without TLS, username and password none without a server: settings refuse them there.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "base/url.h"

namespace vigia::camera {

struct CameraOptions {
  bool active = true;        // false: listed, but not started
  bool single_pass = false;  // files: play once to the end, without a restart; false: loop
  double play_speed = 1.0;   // files and sim: 1 real time, 2 twice as fast, < 0 as fast as possible, no drops
  bool disable_drops = false;                // files and sim: wait instead of dropping when behind
  std::vector<std::string> ffmpeg_params{};  // "key=value" for FFmpeg's opener, e.g. rtsp_transport=udp
  std::string ffmpeg_format{};               // forces the input format, e.g. mjpeg
  double snapshot_interval = 1.0;       // seconds between pictures, where the url is one or a folder of them
  std::string video_transform{};        // turns the picture, after what the stream says: domain/orientation.h
  bool use_stream_timestamp = false;    // events carry the stream's own time instead of this machine's
  double start_stream_timestamp = 0.0;  // seconds since 1970 that are added to it
  double rtsp_reconnect_delay = 1.0;    // seconds before the first reconnect; doubles up to 30 s
  double source_timeout = 10.0;         // seconds without a packet until the source counts as lost
  std::string hwaccel = "none";     // where it is decoded: none (CPU), auto, vaapi, cuda: adaptive_decoder.h
  std::string hwaccel_device{};     // which device: /dev/dri/renderD128, or CUDA's number; empty: the first
  std::string hibernation = "off";  // on: with nobody in view only key frames are decoded: hibernation.h
  int frame_buffer_size = 3;        // frames that may wait; beyond that the oldest is dropped and counted
  std::string username{};           // of rtsp(s):// and http(s)://, where the url holds no login
  std::string password{};           // a secret, never logged
  std::string ca_file{};            // of rtsps:// and https://; these three: see http/tls_options.h
  std::string tls_pin{};            // of rtsps:// only: FFmpeg, which verifies https://, compares no keys
  bool tls_insecure = false;        // warned of at each start

  bool operator==(const CameraOptions&) const = default;
};

// For how long packets without a picture are tolerated: key frames may be far apart.
inline Nanoseconds patience_of(const CameraOptions& options) {
  return std::max<Nanoseconds>(3 * from_seconds(options.source_timeout), std::chrono::seconds(30));
}

// Where the keys of first uses are kept (tls_pin: first_use). No setting: beside the outbox.
struct KeptKeys {
  std::string file{};
  bool keeps_first = true;  // false: for a check

  bool operator==(const KeptKeys&) const = default;
};

// Of a camera that sends as time passes, whatever the reader does. An address of http:// may be that or a
// recording, which is known once it is open.
inline bool is_live_url(std::string_view url) {
  const std::string scheme = lower(split_url(url).scheme);
  return scheme == "rtsp" || scheme == "rtsps" || scheme == "rtmp" || scheme == "srt" || scheme == "v4l2";
}

// Of a camera of this machine: USB, a capture card.
inline bool is_device_url(std::string_view url) {
  return lower(split_url(url).scheme) == "v4l2";
}

// The keys that only a recording can follow (files and sim:), and whether each differs from its default.
inline std::array<std::pair<std::string_view, bool>, 3> file_options(const CameraOptions& options) {
  return {{{"play_speed", options.play_speed != CameraOptions{}.play_speed},
           {"disable_drops", options.disable_drops},
           {"use_stream_timestamp", options.use_stream_timestamp}}};
}

// Whether its server can be given a user and a password.
inline bool takes_login(std::string_view url) {
  const UrlParts parts = split_url(url);
  const std::string scheme = lower(parts.scheme);
  const bool is_http = scheme == "http" || scheme == "https";
  return parts.has_host && (is_http || scheme == "rtsp" || scheme == "rtsps");
}

// Why username and password cannot be used for a camera of this url; empty: they can, or are not set.
inline std::string_view idle_login(std::string_view url, const CameraOptions& options) {
  if (options.username.empty() && options.password.empty()) return {};
  if (!takes_login(url)) return "only rtsp://, rtsps://, http:// and https:// cameras have a login";
  return split_url(url).has_user ? "its url holds a login, too: leave one of them out" : "";
}

inline void reset_idle_login(std::string_view url, CameraOptions& options) {
  if (idle_login(url, options).empty()) return;
  options.username.clear();
  options.password.clear();
}

inline bool has_tls(std::string_view url) {
  const std::string scheme = lower(split_url(url).scheme);
  return scheme == "rtsps" || scheme == "https";
}

// The keys that a camera of this url cannot follow for want of TLS, or of a way to compare keys; whether they
// are set; and why not.
struct IdleTlsOption {
  std::string_view key;
  bool set = false;
  std::string_view why;
};
inline std::array<IdleTlsOption, 3> idle_tls_options(std::string_view url, const CameraOptions& options) {
  const bool tls = has_tls(url), rtsps = tls && is_live_url(url);
  constexpr std::string_view kNoTls = "only rtsps:// and https:// are encrypted";
  return {{{"ca_file", !tls && !options.ca_file.empty(), kNoTls},
           {"tls_insecure", !tls && options.tls_insecure, kNoTls},
           {"tls_pin", !rtsps && !options.tls_pin.empty(),
            tls ? "keys of https:// cameras are not compared; use ca_file" : kNoTls}}};
}

inline void reset_idle_tls_options(std::string_view url, CameraOptions& options) {
  const auto [ca_file, insecure, pin] = idle_tls_options(url, options);
  if (ca_file.set) options.ca_file.clear();
  if (insecure.set) options.tls_insecure = false;
  if (pin.set) options.tls_pin.clear();
}

inline void reset_file_options(CameraOptions& options) {
  const CameraOptions fresh;
  options.play_speed = fresh.play_speed;
  options.disable_drops = fresh.disable_drops;
  options.use_stream_timestamp = fresh.use_stream_timestamp;
}

}  // namespace vigia::camera
