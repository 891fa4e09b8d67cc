#include "app/summary.h"

#include "status/status_json.h"

namespace vigia::app {
namespace {

using namespace status;

// Removed cameras that have no row any more.
Json former_json(const CameraStatus& former) {
  Json json = camera_json(former);
  for (const char* const key : {"name", "state", "processing_fps"}) json.erase(key);
  return json;
}

Json routes_json(const std::vector<RouteStatus>& routes) {
  Json json = Json::array();
  for (const RouteStatus& route : routes) json.push_back(route_json(route));
  return json;
}

Json stages_json(const LatencyStatus& latency) {
  Json json;
  for (const StageStatus& stage : latency.stages) {
    json[std::string(stage.name)] = latency_json(stage.ms);
    json[std::string(stage.name)]["count"] = stage.ms.count;
  }
  return json;
}

}  // namespace

std::string to_json(const Snapshot& summary, Detail detail) {
  Json cameras = Json::array();
  for (const CameraStatus& camera : summary.cameras) cameras.push_back(camera_json(camera));
  const auto processed = summary.total(&CameraStatus::frames_processed);
  Json json = {
      {"seconds", rounded(summary.seconds)},
      {"detector", summary.load.detector},
      {"workers", summary.workers},
      {"cameras", cameras},
      {"cameras_added", summary.camera_list.added},
      {"cameras_removed", summary.camera_list.removed},
      {"cameras_changed", summary.camera_list.changed},
      {"frames_decoded", summary.total(&CameraStatus::frames_decoded)},
      {"frames_processed", processed},
      {"frames_dropped", summary.total(&CameraStatus::frames_dropped)},
      {"frames_skipped", summary.total(&CameraStatus::frames_skipped)},
      {"frames_overload_skipped", summary.total(&CameraStatus::frames_overload_skipped)},
      {"frames_imotion_skipped", summary.total(&CameraStatus::frames_imotion_skipped)},
      {"frames_probed", summary.total(&CameraStatus::frames_probed)},
      {"frames_hibernated", summary.total(&CameraStatus::frames_hibernated)},
      {"frames_overload_undecoded", summary.total(&CameraStatus::frames_overload_undecoded)},
      {"processing_fps", rounded(summary.seconds > 0 ? static_cast<double>(processed) / summary.seconds : 0)},
      {"overload", overload_json(summary.load)},
      {"cpu_seconds", rounded(summary.cpu_seconds)},
      {"latency_ms", latency_json(summary.latency.whole_ms)},
      {"faces_detected", summary.total(&CameraStatus::faces_detected)},
      {"tracks_closed", summary.total(&CameraStatus::tracks_closed)},
      {"faces_posted", summary.total(&CameraStatus::faces_posted)},
      {"faces_pending", summary.faces_pending()},
      {"faces_failed", summary.total(&CameraStatus::faces_failed)},
      {"routes", routes_json(summary.routes)},
      {"outbox", outbox_json(summary.outbox)},
      {"memory", memory_json(summary.memory)}};
  if (summary.former) json["former_cameras"] = former_json(*summary.former);
  if (summary.crashes > 0) json["crashes"] = summary.crashes;
  if (summary.ledger_lost > 0) json["ledger_lost"] = summary.ledger_lost;
  if (detail == Detail::stages) json["stages_ms"] = stages_json(summary.latency);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vigia::app
