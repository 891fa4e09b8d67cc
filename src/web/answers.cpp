#include "web/answers.h"

#include <fmt/format.h>

#include <algorithm>

#include "camera/condition.h"
#include "status/camera_counters.h"
#include "status/status_json.h"

namespace vigia::web {
namespace {

using status::CameraStatus;
using status::rounded;

constexpr std::size_t kMostProblems = 100;

Json time_or_null(std::optional<UtcTime> time) {
  return time && *time != UtcTime() ? Json(format_utc(*time)) : Json();
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

std::string advice_of(const std::string& reason) {
  for (const camera::Condition condition : camera::kAllConditions) {
    if (to_string(condition) == reason) return std::string(remedy(condition));
  }
  return {};
}

Json problem_json(const StateProblem& problem) {
  return {{"level", problem.is_error ? "error" : "warning"},
          {"code", problem.code},
          {"kind", to_string(problem.kind)},
          {"subject", problem.subject},
          {"since", time_or_null(problem.since)},
          {"text", problem.text},
          {"advice", problem.advice}};
}

Json load_json(const status::LoadStatus& load) {
  Json json = status::overload_json(load);
  json["detector"] = load.detector;
  return json;
}

Json not_posted_json(const std::map<std::string, std::uint64_t>& reasons) {
  Json json = Json::object();
  for (const auto& [reason, count] : reasons) json[reason] = count;
  return json;
}

Json totals_json(const status::Snapshot& snapshot) {
  Json json;
  for (const auto& [name, counter] : status::kCameraCounters) json[name] = snapshot.total(counter);
  json["faces_pending"] = snapshot.faces_pending();
  CameraStatus sum;
  if (snapshot.former) sum.add(*snapshot.former);
  for (const CameraStatus& camera : snapshot.cameras) sum.add(camera);
  json["faces_not_posted"] = not_posted_json(sum.faces_not_posted);
  return json;
}

Json conditions_json(const CameraStatus& camera, UtcTime at) {
  Json json = Json::array();
  for (const status::ConditionStatus& condition : camera.conditions) {
    json.push_back({{"condition", condition.name},
                    {"text", condition.text},
                    {"advice", condition.remedy},
                    {"since", format_utc(at - std::chrono::duration_cast<UtcTime::duration>(condition.held))},
                    {"seconds", rounded(to_seconds(condition.held))}});
  }
  return json;
}

std::string_view fate_of(std::string_view outcome) {
  for (const std::string_view fate : {"posted", "pending", "failed"}) {
    if (outcome == fate) return fate;
  }
  return "not_posted";
}

}  // namespace

Json health_json(const Health& health) {
  return {{"level", health.level},
          {"code", health.code},
          {"kind", to_string(health.kind)},
          {"subject", health.subject},
          {"since", time_or_null(health.since)},
          {"others", health.others},
          {"text", health.text},
          {"advice", health.advice}};
}

Json status_json(const Moment& moment, const CurrentState& figures, const std::string& version, int viewers) {
  const status::Snapshot& snapshot = moment.snapshot;
  Json problems = Json::array();
  for (std::size_t i = 0; i < std::min(moment.problems.size(), kMostProblems); ++i) {
    problems.push_back(problem_json(moment.problems[i]));
  }
  return {{"now", format_utc(moment.at)},
          {"version", version},
          {"started", format_utc(figures.started())},
          {"uptime_seconds", rounded(snapshot.seconds)},
          {"crashes", snapshot.crashes},
          {"health", health_json(moment.health)},
          {"problems", std::move(problems)},
          {"problems_total", moment.problems.size()},
          {"cameras",
           {{"total", moment.cameras.total},
            {"online", moment.cameras.online},
            {"starting", moment.cameras.starting},
            {"offline", moment.cameras.offline}}},
          {"frames_per_second", rounded(figures.rates().processed())},
          {"dropped_per_second", rounded(figures.rates().dropped())},
          {"cpu_cores", rounded(figures.rates().cpu_cores())},
          {"workers", snapshot.workers},
          {"load", load_json(snapshot.load)},
          {"latency_ms", status::latency_json(snapshot.latency.whole_ms)},
          {"totals", totals_json(snapshot)},
          {"outbox", status::outbox_json(snapshot.outbox)},
          {"ledger_lost", snapshot.ledger_lost},
          {"log", status::log_json(snapshot.log)},
          {"viewers", viewers}};
}

Json camera_row(const CameraStatus& camera, const Rates& rates, UtcTime at) {
  const Rates::Camera rate = rates.of(camera.name);
  const status::SignalStatus& signal = camera.signal;
  const bool has_key = camera.is_online && signal.key_interval > Nanoseconds::zero();
  Json json = {
      {"name", camera.name},
      {"state", camera.state},
      {"online", camera.is_online},
      {"live", signal.is_live},
      {"reason", text_or_null(camera.reason)},
      {"message", camera.message},
      {"advice", advice_of(camera.reason)},
      {"since", time_or_null(camera.since)},
      {"conditions", conditions_json(camera, at)},
      {"fps", rounded(rate.processed)},
      {"decoded_fps", rounded(rate.decoded)},
      {"width", camera.frame_width},
      {"height", camera.frame_height},
      {"last_frame", time_or_null(camera.last_frame)},
      {"last_face", time_or_null(camera.last_face)},
      {"rot", camera.rot},
      {"roi", camera.roi},
      {"filter_min_size", camera.filter_min_size},
      {"filter_max_size", camera.filter_max_size},
      {"filter_min_quality", rounded(camera.filter_min_quality)},
      {"decoder", text_or_null(camera.decoder)},
      {"hibernation", text_or_null(camera.idle)},
      {"main_stream", camera.main ? status::main_stream_json(*camera.main) : Json()},
      {"clock_skew", camera.clock_skew ? Json(rounded(to_seconds(*camera.clock_skew))) : Json()},
      {"key_frame_interval", has_key ? Json(rounded(to_seconds(signal.key_interval))) : Json()},
      {"brightness", camera.is_online && signal.is_live ? Json(rounded(signal.brightness)) : Json()}};
  for (const auto& [name, counter] : status::kCameraCounters) json[name] = camera.*counter;
  json["faces_not_posted"] = not_posted_json(camera.faces_not_posted);
  return json;
}

Json cameras_json(const Moment& moment, const CurrentState& figures) {
  Json cameras = Json::array();
  for (const CameraStatus& camera : moment.snapshot.cameras) {
    cameras.push_back(camera_row(camera, figures.rates(), moment.at));
  }
  return {{"now", format_utc(moment.at)}, {"cameras", std::move(cameras)}};
}

Json receivers_json(const Moment& moment) {
  const status::Snapshot& snapshot = moment.snapshot;
  Json receivers = Json::array();
  for (const status::RouteStatus& route : snapshot.routes) {
    const auto waiting =
        std::ranges::find(snapshot.outbox.routes, route.name, &status::OutboxStatus::Route::name);
    const bool waits = waiting != snapshot.outbox.routes.end() && waiting->pending > 0;
    Json json = status::route_json(route);
    json["primary"] = receivers.empty();
    json["oldest_seconds"] = waits ? Json(rounded(to_seconds(waiting->oldest))) : Json();
    json["notices_dropped"] = route.notices_dropped;
    receivers.push_back(std::move(json));
  }
  return {{"now", format_utc(moment.at)},
          {"receivers", std::move(receivers)},
          {"outbox", status::outbox_json(snapshot.outbox)}};
}

Json history_json(const Moment& moment, const CurrentState& figures, Span span) {
  const auto& samples = figures.history().samples(span);
  Json times = Json::array(), series;
  for (const std::string_view name : History::kSeries) series[std::string(name)] = Json::array();
  for (const History::Sample& sample : samples) {
    times.push_back(sample.at);
    for (std::size_t i = 0; i < History::kSeries.size(); ++i) {
      series[std::string(History::kSeries.at(i))].push_back(rounded(sample.values.at(i)));
    }
  }
  return {{"span", span == Span::hour ? "hour" : "day"},
          {"step_seconds", History::step(span) / std::chrono::seconds(1)},
          {"budget_bytes", moment.snapshot.memory.budget_bytes},
          {"limit_bytes", moment.snapshot.memory.limit_bytes},
          {"times", std::move(times)},
          {"series", std::move(series)}};
}

Json event_json(const ledger::KeptEnd& kept) {
  const ledger::TrackEnd& end = kept.end;
  Json quality = {{"total", rounded(end.quality.total)}, {"rank", rounded(end.quality.rank)}};
  for (const auto& part : domain::kQualityParts) {
    quality[std::string(part.name)] = rounded(end.quality.*part.value);
  }
  const std::string_view outcome = to_string(end.outcome);
  return {
      {"id", kept.id},
      {"captured", format_utc(end.key.captured)},
      {"camera", end.key.camera},
      {"camera_id", end.camera_id ? Json(*end.camera_id) : Json()},
      {"track", end.key.track},
      {"fate", fate_of(outcome)},
      {"outcome", outcome},
      {"text", end.text},
      {"face", {{"width", rounded(end.face_width)}, {"height", rounded(end.face_height)}}},
      {"quality", std::move(quality)},
      {"score", rounded(end.score)},
      {"seconds", rounded(to_seconds(end.lasted))},
      {"sightings", end.sightings},
      {"thumbnail", kept.has_thumbnail ? Json(fmt::format("/api/v1/events/{}/thumbnail", kept.id)) : Json()}};
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace vigia::web
