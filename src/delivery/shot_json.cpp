#include "delivery/shot_json.h"

#include <nlohmann/json.hpp>

#include "base/clock.h"

namespace vigia::delivery {

EventJson shot_json(const domain::Shot& shot) {
  EventJson event;
  event["event_id"] = event_id(shot);
  event["camera"] = shot.camera;
  event["camera_id"] = shot.camera_id ? EventJson(*shot.camera_id) : EventJson();
  event["track"] = shot.track;
  event["captured"] = format_utc(told_time(shot));
  if (shot.captured_corrected) event["clock"] = "corrected";
  if (shot.clock_unset) event["clock"] = "unset";
  event["stream_time"] = to_seconds(shot.stream_time);
  event["face"] = {{"left", shot.face.left},
                   {"top", shot.face.top},
                   {"width", shot.face.width},
                   {"height", shot.face.height}};
  event["roi"] = {
      {"left", shot.roi.left}, {"top", shot.roi.top}, {"width", shot.roi.width}, {"height", shot.roi.height}};
  event["score"] = shot.score;
  EventJson& quality = event["quality"];
  quality["total"] = shot.quality.total;
  quality["rank"] = shot.quality.rank;
  for (const auto& part : domain::kQualityParts) quality[std::string(part.name)] = shot.quality.*part.value;
  return event;
}

std::string dump_json(const EventJson& json) {
  return json.dump(-1, ' ', false, EventJson::error_handler_t::replace);
}

}  // namespace vigia::delivery
