// Why a source could not be opened or read, in words: what FFmpeg's code and the server's own reply mean, and
// what the operator can do about it. Texts hold no secrets. Threads: pure functions.
#pragma once

#include <string>

#include "base/result.h"
#include "camera/av_remarks.h"
#include "camera/camera_options.h"
#include "camera/source_url.h"

namespace vigia::camera {

struct Refusal {
  ErrorCode code = ErrorCode::io;
  std::string text;  // one line
};

// Of an HTTP answer that FFmpeg has an error code of its own for; else 0.
int status_of(int code) noexcept;

// Of a server that answered with remarks.status. REQUIRES: it is not 0.
Refusal explain_status(const AvRemarks& remarks, const SourceUrl& source, const CameraOptions& options);

// code: FFmpeg's, below 0; the server's status, where it gave one, says more.
Refusal explain_refusal(int code, const AvRemarks& remarks, const SourceUrl& source,
                        const CameraOptions& options);

// Whether RTP comes in the RTSP connection itself.
bool is_over_tcp(const CameraOptions& options);

}  // namespace vigia::camera
