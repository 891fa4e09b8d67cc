#include "outbox/shot_json.h"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/clock.h"

namespace vigia::outbox {

EventJson shot_json(const domain::Shot& shot) {
  EventJson event;
  event["event_id"] = event_id(shot);
  event["camera"] = shot.camera;
  event["camera_id"] = shot.camera_id ? EventJson(*shot.camera_id) : EventJson();
  event["track"] = shot.track;
  event["captured"] = format_utc(shot.captured);
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

std::string event_id(const domain::Shot& shot) {
  // Two cameras may see a face in the same microsecond, in tracks of the same number.
  std::uint64_t name = 14695981039346656037U;  // FNV-1a
  for (const char c : shot.camera) name = (name ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("{}-{}-{:016x}", to_unix_us(shot.captured), shot.track, name);
}

std::string dump_json(const EventJson& json) {
  return json.dump(-1, ' ', false, EventJson::error_handler_t::replace);
}

}  // namespace vigia::outbox
