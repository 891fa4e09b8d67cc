// The counters of a camera with the names that all who show them use. Of a camera that is replaced they go
// on, and of several cameras they can be added.
#pragma once

#include <array>
#include <utility>

#include "status/camera_status.h"

namespace vigia::status {

inline constexpr std::array kCameraCounters{
    std::pair{"frames_decoded", &CameraStatus::frames_decoded},
    std::pair{"frames_processed", &CameraStatus::frames_processed},
    std::pair{"frames_dropped", &CameraStatus::frames_dropped},
    std::pair{"frames_skipped", &CameraStatus::frames_skipped},
    std::pair{"frames_overload_skipped", &CameraStatus::frames_overload_skipped},
    std::pair{"frames_imotion_skipped", &CameraStatus::frames_imotion_skipped},
    std::pair{"frames_probed", &CameraStatus::frames_probed},
    std::pair{"frames_hibernated", &CameraStatus::frames_hibernated},
    std::pair{"frames_overload_undecoded", &CameraStatus::frames_overload_undecoded},
    std::pair{"detector_errors", &CameraStatus::detector_errors},
    std::pair{"frames_damaged", &CameraStatus::frames_damaged},
    std::pair{"decoding_soft_errors", &CameraStatus::decoding_soft_errors},
    std::pair{"packets_lost", &CameraStatus::packets_lost},
    std::pair{"reopened", &CameraStatus::reopened},
    std::pair{"stamps_corrected", &CameraStatus::stamps_corrected},
    std::pair{"hwaccel_fallbacks", &CameraStatus::hwaccel_fallbacks},
    std::pair{"job_starts", &CameraStatus::job_starts},
    std::pair{"faces_detected", &CameraStatus::faces_detected},
    std::pair{"tracks_closed", &CameraStatus::tracks_closed},
    std::pair{"faces_posted", &CameraStatus::faces_posted},
    std::pair{"faces_failed", &CameraStatus::faces_failed}};

}  // namespace vigia::status
