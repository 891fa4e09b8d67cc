// FFmpeg's log, made part of ours: at debug level, redacted, at most 20 lines a second for the whole
// program (what is left out is counted in the next line that is written).
// Cost while debug lines are not wanted: one comparison a line. Threads: thread-safe.
#pragma once

namespace vigia::camera {

// The first call takes FFmpeg's log over; the others do nothing.
void route_ffmpeg_log();

}  // namespace vigia::camera
