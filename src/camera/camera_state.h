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
//     |   |      back-off is over    |
//     |   '--------------------------'
//     | the settings themselves are wrong: trying again cannot help
//     v
//   MISCONFIGURED
//
// A stop does not change the state: it stays as it was at that moment.
#pragma once

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
