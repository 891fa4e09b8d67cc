#include "delivery/camera_notice.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace vigia::delivery {

std::string event_id(const CameraNotice& notice) {
  return fmt::format("{}-{}-{}", notice.camera, notice.condition, to_unix_us(notice.at));
}

EventJson notice_json(const CameraNotice& notice) {
  EventJson json = {{"event", "camera_condition"}, {"event_id", event_id(notice)},
                    {"camera", notice.camera},     {"condition", notice.condition},
                    {"holds", notice.holds},       {"at", format_utc(notice.at)}};
  if (notice.holds) {
    json["text"] = notice.text;
    json["remedy"] = notice.remedy;
  } else {
    json["seconds"] = std::round(to_seconds(notice.held) * 1000) / 1000;
  }
  return json;
}

}  // namespace vigia::delivery
