// A camera's ffmpeg_params and ffmpeg_format, checked, with defaults that let a source open quickly and use
// little memory. Threads: pure functions.
#pragma once

#include "base/result.h"
#include "camera/av_handles.h"
#include "camera/camera_options.h"
#include "camera/source_url.h"

namespace vigia::camera {

// Fills `out` for avformat_open_input(). Error: invalid, for an option that FFmpeg does not know, an entry
// that is not key=value, and an option that would allow more protocols. Texts name the key, never the value:
// a value may be a password.
Status make_av_options(const SourceUrl& source, const CameraOptions& options, AvOptions& out);

// nullptr: FFmpeg detects the format. Error: invalid.
Result<const AVInputFormat*> find_input_format(const CameraOptions& options);

}  // namespace vigia::camera
