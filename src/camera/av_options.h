// A camera's ffmpeg_params and ffmpeg_format, checked, with the defaults that keep a source quick to
// open and small. Threads: pure functions.
#pragma once

#include "base/result.h"
#include "camera/av_handles.h"
#include "camera/camera_options.h"
#include "camera/source_url.h"

namespace vigia::camera {

// Fills `out` for avformat_open_input(). Error: invalid, for what no part of FFmpeg knows, what is not
// key=value, and what would widen the protocols allowed. Texts name the key, never the value: a value
// may be a password.
Status make_av_options(const SourceUrl& source, const CameraOptions& options, AvOptions& out);

// nullptr: FFmpeg finds out by itself. Error: invalid.
Result<const AVInputFormat*> find_input_format(const CameraOptions& options);

}  // namespace vigia::camera
