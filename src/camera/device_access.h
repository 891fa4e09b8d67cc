// Cameras of this machine (v4l2:/dev/video0): USB, capture cards, through FFmpeg's libavdevice.
//
// libavdevice is loaded when the first such camera is opened: it brings 80 libraries, for X11, sound and
// more, that no other camera needs (50 ms, 17 MB resident, 5 of them private). It has to be of the same
// FFmpeg, Debian's package libavdevice59. Threads: thread-safe.
#pragma once

#include <string>

#include "base/result.h"
#include "camera/av_handles.h"
#include "camera/camera_options.h"
#include "camera/refusal.h"

namespace vigia::camera {

// Errors: invalid (ffmpeg_format is set, which names no device), unavailable (libavdevice is not installed).
Result<const AVInputFormat*> find_device_format(const CameraOptions& options);

// Before FFmpeg opens it: whether it may be one. Errors: not_found, io, refused.
Status check_device(const std::string& path);

// Why a device could not be opened or read, and what can be done. code: FFmpeg's, below 0.
Refusal explain_device(int code, const std::string& path);

}  // namespace vigia::camera
