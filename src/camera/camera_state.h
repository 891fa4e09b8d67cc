// What a camera is doing, in FindFace's words.
//
//                 active: false
//   NOT_STARTED ----------------> DISABLED
//        | run()
//        v          first frame                 end of a single_pass file
//    STARTING ------------------> INPROGRESS ------------------------------> COMPLETED
//     |   ^  \ any failure           | any failure
//     |   |   \                      v
//     |   |    '---------------> INTERRUPTED      (a single_pass file that failed stays here)
//     |   |   the pause is over      |
//     |   '--------------------------'             pause: see retry.h
//     | the settings themselves are wrong: trying again cannot help
//     v
//   MISCONFIGURED
//
// STARTING has steps (StartStep), each with what is waited for:
//
//   turn ------> connection ------> packet ------> key_frame ------> (INPROGRESS)
//   open_gate.h  source_timeout     source_timeout  30 s, or three times source_timeout
//
// INTERRUPTED has a reason (condition.h): offline, refused, busy or no_key_frame. It stays the camera's
// reason while the next try is STARTING, and so does the time since when; a frame ends both. Other conditions
// may hold while frames come: src/health/ finds them. A stop does not change the state: it stays as it was at
// that moment.
#pragma once

#include <chrono>
#include <string_view>

namespace vigia::camera {

enum class CameraState {
  disabled,
  not_started,
  starting,       // opening the source, up to its first frame
  inprogress,     // frames come
  interrupted,    // waiting to try again; CameraStats::message says why
  completed,      // a single_pass file is at its end
  misconfigured,  // wrong url, ffmpeg_params or ffmpeg_format; CameraStats::message says which
};

// A step that takes longer is told of; the last one is then a condition.
inline constexpr std::chrono::seconds kSlowStep{2};

// What a camera waits for that is STARTING.
enum class StartStep {
  turn,        // other cameras are opening their servers
  connection,  // the server's name, connection, login and description
  packet,      // the first one
  key_frame,   // packets come: the first of them that a picture can begin with
};

constexpr std::string_view to_string(StartStep step) noexcept {
  switch (step) {
    case StartStep::turn:
      return "waits for its turn to connect";
    case StartStep::connection:
      return "connects";
    case StartStep::packet:
      return "is connected, no packet yet";
    case StartStep::key_frame:
      return "packets come, no key frame yet";
  }
  return "?";
}

constexpr std::string_view to_string(CameraState state) noexcept {
  switch (state) {
    case CameraState::disabled:
      return "DISABLED";
    case CameraState::not_started:
      return "NOT_STARTED";
    case CameraState::starting:
      return "STARTING";
    case CameraState::inprogress:
      return "INPROGRESS";
    case CameraState::interrupted:
      return "INTERRUPTED";
    case CameraState::completed:
      return "COMPLETED";
    case CameraState::misconfigured:
      return "MISCONFIGURED";
  }
  return "?";
}

}  // namespace vigia::camera
