#include "status/status_json.h"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "status/camera_counters.h"

namespace vigia::status {
namespace {

Json growth_json(const memory::Growth& growth) {
  const auto figure = [](const memory::Growth::Figure& of) {
    Json json = {{"now", of.now}, {"limit", of.limit}};
    for (const memory::Window window : memory::kWindows) {
      const memory::Slope& slope = of.slopes.at(static_cast<std::size_t>(window));
      if (slope.seconds == 0) continue;  // the run was too short for it
      json["per_hour_over_" + std::string(to_string(window))] = {{"slope", rounded(slope.per_second * 3600)},
                                                                 {"error", rounded(slope.error * 3600)}};
    }
    return json;
  };
  Json json = {{"anonymous_bytes", figure(growth.resident)},
               {"open_fds", figure(growth.descriptors)},
               {"threads", figure(growth.threads)}};
  if (growth.alarm) {
    json["limit_reached"] = {{"what", growth.alarm->what}, {"in_seconds", rounded(growth.alarm->seconds)}};
  }
  if (growth.culprit) {
    json["grows_most"] = {
        {"owner", growth.culprit->owner}, {"kind", growth.culprit->kind}, {"bytes", growth.culprit->grown}};
  }
  return json;
}

Json owners_json(const std::vector<memory::Budget::Use>& owners) {
  Json json = Json::array();
  for (const auto& use : owners) {
    json.push_back({{"owner", use.owner}, {"kind", to_string(use.kind)}, {"bytes", use.bytes}});
  }
  return json;
}

Json breaker_json(const BreakerStatus& breaker) {
  return {{"state", to_string(breaker.state)}, {"seconds", rounded(breaker.seconds)},
          {"failures", breaker.failures},      {"next_try", rounded(breaker.next_try)},
          {"opened", breaker.opened},          {"why", breaker.why}};
}

Json waits_json(const std::vector<CameraWait>& waits) {
  Json json = Json::array();
  for (const CameraWait& wait : waits) {
    json.push_back({{"camera", wait.camera}, {"seconds", rounded(wait.seconds)}, {"why", wait.why}});
  }
  return json;
}

}  // namespace

double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

Json main_stream_json(const MainStreamStatus& main) {
  Json json = {{"state", main.state},
               {"kept_bytes", main.kept_bytes},
               {"kept_seconds", rounded(to_seconds(main.kept))},
               {"groups_given_up", main.groups_given_up},
               {"packets", main.packets},
               {"pictures_decoded", main.pictures_decoded},
               {"shots_taken", main.shots_taken},
               {"shots_not_found_again", main.shots_not_found_again},
               {"shots_from_detect_url", main.shots_from_detect_url}};
  if (main.width > 0) json["size"] = fmt::format("{}x{}", main.width, main.height);
  if (!main.reason.empty()) json["reason"] = main.reason;
  if (!main.message.empty()) json["message"] = main.message;
  if (main.since != UtcTime()) json["since"] = format_utc(main.since);
  return json;
}

Json camera_json(const CameraStatus& camera) {
  Json json = {{"name", camera.name}, {"state", camera.state}};
  for (const auto& [name, counter] : kCameraCounters) json[name] = camera.*counter;
  json["processing_fps"] = rounded(camera.processing_fps);
  json["faces_not_posted"] = camera.faces_not_posted;
  if (!camera.idle.empty()) json["hibernation"] = camera.idle;
  if (!camera.decoder.empty()) json["decoder"] = camera.decoder;
  if (camera.clock_skew) json["clock_skew"] = rounded(to_seconds(*camera.clock_skew));
  if (camera.since != UtcTime()) json["since"] = format_utc(camera.since);
  if (!camera.reason.empty()) json["reason"] = camera.reason;
  for (const ConditionStatus& condition : camera.conditions) {
    json["conditions"].push_back({{"condition", condition.name},
                                  {"text", condition.text},
                                  {"seconds", rounded(to_seconds(condition.held))}});
  }
  if (!camera.message.empty()) json["message"] = camera.message;
  if (camera.main) json["main_stream"] = main_stream_json(*camera.main);
  return json;
}

Json memory_json(const memory::MemoryStats& memory) {
  const auto& stall = memory.hot_stall_us;
  return {{"is_running", memory.is_running},
          {"gc_interval", memory.gc_interval},
          {"gc_count", memory.gc_count},
          {"objects_collected", memory.objects_collected},
          {"objects_pending", memory.objects_pending},
          {"inline_frees", memory.inline_frees},
          {"leases_refused", memory.leases_refused},
          {"rss_bytes", memory.rss_bytes},
          {"rss_peak_bytes", memory.rss_peak_bytes},
          {"budget_bytes", memory.budget_bytes},
          {"in_use_bytes", memory.in_use_bytes},
          {"limit_bytes", memory.limit_bytes},
          {"bytes_trimmed", memory.bytes_trimmed},
          {"gpu_cache_bytes", memory.gpu_cache_bytes},
          {"open_fds", memory.open_fds},
          {"threads", memory.threads},
          {"early_passes", memory.early_passes},
          {"pressure_events", memory.pressure_events},
          {"collector_cpu_seconds", rounded(memory.collector_cpu_seconds)},
          {"growth", growth_json(memory.growth)},
          {"owners", owners_json(memory.owners)},
          {"hot_stall_us",
           {{"p50", rounded(stall.p50)},
            {"p99", rounded(stall.p99)},
            {"p999", rounded(stall.p999)},
            {"max", rounded(stall.max)}}}};
}

Json latency_json(const Histogram::Percentiles& of) {
  return {
      {"p50", rounded(of.p50)}, {"p95", rounded(of.p95)}, {"p99", rounded(of.p99)}, {"max", rounded(of.max)}};
}

Json overload_json(const LoadStatus& overload) {
  return {{"on_overload", overload.reduces ? "reduce" : "drop"},
          {"detector_at_start", overload.detector_at_start},
          {"level", overload.level},
          {"input", overload.input},
          {"step", overload.step},
          {"decoding", overload.decoding},
          {"changes", overload.changes},
          {"seconds_reduced", rounded(overload.seconds_reduced)},
          {"why", overload.why}};
}

Json route_json(const RouteStatus& route) {
  return {{"name", route.name},
          {"pending", route.pending},
          {"delivered", route.delivered},
          {"refused", route.refused},
          {"failed", route.failed},
          {"unheard", route.unheard},
          {"clock_corrected", route.clock_corrected},
          {"clock_unset", route.clock_unset},
          {"breaker", breaker_json(route.breaker)},
          {"waits", waits_json(route.waits)}};
}

Json log_json(const log::LogCounts& log) {
  Json lines;
  for (std::size_t i = 0; i < log.lines.size(); ++i) {
    lines[std::string(log::kLevelNames.at(i))] = log.lines.at(i);
  }
  return {{"lines", std::move(lines)},
          {"written", log.written},
          {"folded", log.folded},
          {"left_out", log.left_out}};
}

Json outbox_json(const OutboxStatus& outbox) {
  return {{"pending", outbox.shots},         {"bytes", outbox.bytes},
          {"in_memory", outbox.in_memory},   {"shed", outbox.shed},
          {"expired", outbox.expired},       {"lost", outbox.lost},
          {"in_journal", outbox.in_journal}, {"journal_refused", outbox.journal_refused}};
}

}  // namespace vigia::status
