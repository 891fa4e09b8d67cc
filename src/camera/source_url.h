// A parsed camera url: the kind of source, and how to open it with FFmpeg. Threads: pure functions.
#pragma once

#include <string>

#include "base/result.h"
#include "camera/camera_options.h"

namespace vigia::camera {

enum class SourceKind { file, rtsp, http, stream, device, sim };  // stream: rtmp, srt; device: v4l2

struct SourceUrl {
  SourceKind kind = SourceKind::file;
  std::string url;         // for FFmpeg; may hold a password
  std::string path;        // of a file or device: as the system knows it
  bool encrypted = false;  // rtsps://, https://
  std::string protocols;   // the only ones that FFmpeg may use for it, whatever the stream refers to
};

// The url with the camera's own username and password, coded as FFmpeg reads them. As it is where none are
// set. Error: invalid: they cannot be given to a server of this url, or FFmpeg would cut them.
Result<std::string> url_with_login(const std::string& url, const CameraOptions& options);

// Accepts file:PATH, file:///PATH, rtsp://, rtsps://, http://, https://, rtmp://, srt://, v4l2:/dev/...,
// sim:. All others are refused (data:, concat:, pipe:, ... could read what was never meant to be shown), and
// so is a url in whose login a character ends the server's part too early. Error: invalid, redacted.
Result<SourceUrl> parse_source_url(const std::string& url);

}  // namespace vigia::camera
