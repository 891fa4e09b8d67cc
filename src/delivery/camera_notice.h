// That a condition of a camera begins or ends (camera/condition.h), for receivers that want to know at once.
//
//   {"event": "camera_condition", "event_id": "gate-frozen-1795438801123456", "camera": "gate",
//    "condition": "frozen", "holds": true, "at": "2026-11-23T13:00:01.123456Z",
//    "text": "the picture has not changed for 60 s", "remedy": "restart the camera, and ..."}
//
// Where it ends: "holds": false and "seconds", for how long it held, instead of text and remedy. Threads:
// values and pure functions.
#pragma once

#include <string>

#include "base/clock.h"
#include "delivery/shot_json.h"

namespace vigia::delivery {

struct CameraNotice {
  std::string camera;
  std::string condition;  // "frozen"
  bool holds = false;     // it begins; false: it has ended
  std::string text{};     // of a beginning: with its figures
  std::string remedy{};   // of a beginning: what the operator can do
  UtcTime at{};           // when it was noticed
  Nanoseconds held{0};    // of an end
};

// The same notice has the same id, so that a receiver can drop a repetition.
std::string event_id(const CameraNotice& notice);
EventJson notice_json(const CameraNotice& notice);

}  // namespace vigia::delivery
