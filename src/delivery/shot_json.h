// A shot as JSON: one form for all receivers that take JSON (directory, webhook, MQTT), so that a reader of
// one can read the others.
//
//   {"event_id": "1795438801123456-1-b10ad93b56aa2c36", "camera": "gate", "camera_id": 7, "track": 1,
//    "captured": "2026-11-23T13:00:01.123456Z", "stream_time": 1.5,
//    "face": {"left": 100.25, "top": 80.5, "width": 60.0, "height": 75.0}, "roi": {...}, "score": 0.875,
//    "quality": {"total": 0.75, "rank": 0.5, "confidence": ..., "size": ..., "frontality": ..., "level": ...,
//                "proportion": ..., "eyes": ..., "sharpness": ..., "exposure": ..., "inside": ...}}
//
// What the parts of the quality mean: domain/face_quality.h and shot/grade.h.
// `clock` is there only where the time of capture is not simply what this machine's clock showed:
//   "corrected"  the clock was set after the capture: `captured` is the right time (event_id has the first
//   one) "unset"      the clock was not set at the capture, and the right time is not known: `captured` is
//   wrong
// camera_id is null without FindFace; face and roi are in the image's pixels. The image is not in it.
// Threads: thread-safe functions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "domain/event_id.h"
#include "domain/shot.h"

namespace vigia::delivery {

using EventJson = nlohmann::ordered_json;

EventJson shot_json(const domain::Shot& shot);

using domain::event_id;

// In one line. A name that is not UTF-8 is written with replacement characters.
std::string dump_json(const EventJson& json);

}  // namespace vigia::delivery
