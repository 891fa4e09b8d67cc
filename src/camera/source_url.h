// A parsed camera url: the kind of source, and how to open it with FFmpeg. Threads: pure functions.
#pragma once

#include <string>

#include "base/result.h"

namespace vigia::camera {

enum class SourceKind { file, rtsp, http, sim };

struct SourceUrl {
  SourceKind kind = SourceKind::file;
  std::string url;         // for FFmpeg; may hold a password
  std::string path;        // of a file: as the system knows it
  bool encrypted = false;  // rtsps://, https://
  std::string protocols;   // the only ones that FFmpeg may use for it, whatever the stream refers to
};

// Accepts file:PATH, file:///PATH, rtsp://, rtsps://, http://, https://, sim:. All others are refused (data:,
// concat:, pipe:, ... could read what was never meant to be shown). Error: invalid, redacted.
Result<SourceUrl> parse_source_url(const std::string& url);

}  // namespace vigia::camera
