#include "web/site.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/log.h"
#include "base/text.h"
#include "status/status_json.h"
#include "web/answers.h"
#include "web/asset.h"
#include "web/event_query.h"
#include "web/picture_stream.h"

namespace vigia::web {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kDead = 30s;  // housekeeping has a round each 100 ms
constexpr std::string_view kAllowGet = "GET, HEAD", kAllowPost = "POST", kAllowGetPut = "GET, HEAD, PUT";

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    parts.emplace_back(path.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

bool is_json(const Request& request) {
  if (!request.content_type) return false;
  const std::string type = lower(*request.content_type);
  return trim(std::string_view(type).substr(0, type.find(';'))) == "application/json";
}

// One member of the object that the body holds, as a text; nothing: it is not such an object.
std::optional<std::string> text_member(const std::string& body, const char* name) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object() || json.size() != 1) return std::nullopt;
  const auto found = json.find(name);
  if (found == json.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

HttpAnswer picture_answer(const std::vector<std::byte>& bytes) {
  return {.type = "image/jpeg",
          .body = std::make_shared<const std::string>(reinterpret_cast<const char*>(bytes.data()),  // NOLINT
                                                      bytes.size())};
}

HttpAnswer log_level_answer() {
  return json_answer(dump({{"level", to_string(log::level())}, {"levels", log::kLevelNames}}) + "\n");
}

}  // namespace

struct Site::Call {
  const Request& request;
  const RequestTarget& target;
  const std::vector<std::string>& parts;  // what stood in the places of {...}
};

struct Site::Route {
  std::string_view path;
  std::string_view methods;
  Access access;
  std::string_view query;  // names of parameters, with blanks between
  HttpAnswer (Site::*handler)(const Call& call);
};

Site::Site(const World& world, LivePictures& pictures, Who who)
    : world_(world),
      live_(pictures),
      guard_(std::move(who.token), std::move(who.hosts), world.clock),
      figures_(world),
      events_(world.ledger_path),
      changes_(figures_, events_, world.clock, world.version, [this] { return live_.viewers(); }),
      metrics_(figures_, counters_, world) {}

std::span<const Site::Route> Site::routes() {
  static constexpr std::array kRoutes{
      Route{"/healthz", kAllowGet, Access::open, "", &Site::healthz},
      Route{"/readyz", kAllowGet, Access::open, "", &Site::readyz},
      Route{"/metrics", kAllowGet, Access::token, "", &Site::metrics},
      Route{"/api/v1/session", kAllowGet, Access::open, "", &Site::session},
      Route{"/api/v1/login", kAllowPost, Access::open, "", &Site::login},
      Route{"/api/v1/logout", kAllowPost, Access::open, "", &Site::logout},
      Route{"/api/v1/status", kAllowGet, Access::token, "", &Site::status},
      Route{"/api/v1/cameras", kAllowGet, Access::token, "", &Site::cameras},
      Route{"/api/v1/cameras/{name}/picture", kAllowGet, Access::token, "", &Site::camera_picture},
      Route{"/api/v1/pictures", kAllowGet, Access::token, "camera", &Site::pictures},
      Route{"/api/v1/events", kAllowGet, Access::token, "camera fate reason since until limit cursor",
            &Site::events},
      Route{"/api/v1/events/{id}/thumbnail", kAllowGet, Access::token, "", &Site::thumbnail},
      Route{"/api/v1/receivers", kAllowGet, Access::token, "", &Site::receivers},
      Route{"/api/v1/memory", kAllowGet, Access::token, "", &Site::memory},
      Route{"/api/v1/history", kAllowGet, Access::token, "span", &Site::history},
      Route{"/api/v1/settings", kAllowGet, Access::token, "", &Site::settings},
      Route{"/api/v1/log_level", kAllowGetPut, Access::token, "", &Site::log_level},
      Route{"/api/v1/stream", kAllowGet, Access::token, "", &Site::stream},
      Route{"/api/v1/openapi.json", kAllowGet, Access::token, "", &Site::openapi}};
  return kRoutes;
}

const Site::Route* Site::find_route(std::string_view path, std::vector<std::string>& parts) {
  const std::vector<std::string> asked = split(path);
  for (const Route& route : routes()) {
    const std::vector<std::string> known = split(route.path);
    if (known.size() != asked.size()) continue;
    parts.clear();
    const bool fits =
        std::ranges::equal(known, asked, [&](const std::string& pattern, const std::string& part) {
          if (!pattern.starts_with('{')) return pattern == part;
          parts.push_back(part);
          return !part.empty();
        });
    if (fits) return &route;
  }
  return nullptr;
}

std::string Site::handler_of(const Request& request) {
  const auto target = parse_target(request.target);
  std::vector<std::string> parts;
  if (!target) return "other";
  if (const Route* const route = find_route(target->path, parts)) return std::string(route->path);
  return find_asset(target->path) != nullptr ? "page" : "other";
}

// What is wrong with a call, whoever asks.
std::optional<HttpAnswer> Site::check_call(const Route& route, const Request& request,
                                           const RequestTarget& target) {
  const std::string_view method = request.method == Method::get    ? "GET"
                                  : request.method == Method::put  ? "PUT"
                                  : request.method == Method::post ? "POST"
                                                                   : "?";
  if (route.methods.find(method) == std::string_view::npos) {
    HttpAnswer answer = error_answer(405, fmt::format("allowed here: {}", route.methods));
    answer.headers.emplace_back("Allow", route.methods);
    return answer;
  }
  const std::string known = fmt::format(" {} ", route.query);
  for (const auto& [name, value] : target.query) {
    const bool is_plain = name.find(' ') == std::string::npos && !name.empty();
    if (is_plain && known.find(' ' + name + ' ') != std::string::npos) continue;
    return error_answer(400, fmt::format("there is no parameter '{}' here", name.substr(0, 64)));
  }
  return std::nullopt;
}

std::optional<HttpAnswer> Site::refuse(const Request& request) {
  const auto target = parse_target(request.target);
  if (!target) return error_answer(400, target.error().text);
  std::vector<std::string> parts;
  const Route* const route = find_route(target->path, parts);
  const bool is_file = route == nullptr && find_asset(target->path) != nullptr;
  // What does not exist is not told apart from what is not to be seen.
  if (auto refused = guard_.refuse(request, is_file            ? Access::page
                                            : route != nullptr ? route->access
                                                               : Access::token)) {
    return refused;
  }
  if (route == nullptr) {
    if (!is_file) return error_answer(404, "there is nothing here: /api/v1/openapi.json lists what there is");
    if (request.method == Method::get) return std::nullopt;
    HttpAnswer answer = error_answer(405, "allowed here: GET, HEAD");
    answer.headers.emplace_back("Allow", kAllowGet);
    return answer;
  }
  if (auto refused = check_call(*route, request, *target)) return refused;
  const bool brings_body = request.method == Method::put || route->path == "/api/v1/login";
  if (brings_body && !is_json(request)) return error_answer(415, "send Content-Type: application/json");
  return std::nullopt;
}

HttpAnswer Site::answer(const Request& request) {
  if (auto refused = refuse(request)) return *std::move(refused);
  const auto target = parse_target(request.target);
  std::vector<std::string> parts;
  const Route* const route = find_route(target->path, parts);
  if (route == nullptr) return page_answer(request, *target);
  return (this->*route->handler)({request, *target, parts});
}

HttpAnswer Site::page_answer(const Request& /*request*/, const RequestTarget& target) {
  const Asset& asset = *find_asset(target.path);
  HttpAnswer answer{.type = std::string(asset.type),
                    .body = std::make_shared<const std::string>(asset.content)};
  answer.may_be_cached = asset.is_hashed;
  return answer;
}

SteadyTime Site::tick(SteadyTime now) {
  figures_.tick();
  counters_.viewers = live_.viewers();
  counters_.listeners = changes_.listeners();
  if (changes_.listeners() == 0) return figures_.next_tick();
  changes_.tick(now);
  return std::min(figures_.next_tick(), now + Changes::kTick);
}

HttpAnswer Site::healthz(const Call& /*call*/) {
  const bool is_alive = world_.clock.now() - world_.housekeeping() < kDead;
  return text_answer(is_alive ? 200 : 503, is_alive ? "ok\n" : "not ok\n");
}

HttpAnswer Site::readyz(const Call& /*call*/) {
  const status::Snapshot& snapshot = figures_.now().snapshot;
  const bool is_ready = snapshot.memory.is_running && snapshot.outbox.in_memory == 0;
  return text_answer(is_ready ? 200 : 503, is_ready ? "ready\n" : "not ready\n");
}

HttpAnswer Site::metrics(const Call& /*call*/) {
  HttpAnswer answer = text_answer(200, metrics_.text());
  answer.type = "text/plain; version=0.0.4; charset=utf-8";
  return answer;
}

HttpAnswer Site::session(const Call& call) {
  return json_answer(
      dump({{"login_required", guard_.needs_login()}, {"logged_in", guard_.is_logged_in(call.request)}}));
}

HttpAnswer Site::login(const Call& call) {
  const auto token = text_member(call.request.body, "token");
  if (!token) return error_answer(400, "send {\"token\": \"...\"}");
  return guard_.login(call.request, *token);
}

HttpAnswer Site::logout(const Call& /*call*/) {
  return Guard::logout();
}

HttpAnswer Site::status(const Call& /*call*/) {
  return json_answer(dump(status_json(figures_.now(), figures_, world_.version, live_.viewers())));
}

HttpAnswer Site::cameras(const Call& /*call*/) {
  return json_answer(dump(cameras_json(figures_.now(), figures_)));
}

HttpAnswer Site::camera_picture(const Call& call) {
  const std::string& camera = call.parts.front();
  if (live_.viewers() >= kMostViewers) return error_answer(503, "too many look at pictures");
  auto ticket = live_.watch({camera});
  if (!ticket)
    return error_answer(ticket.error().code == ErrorCode::not_found ? 404 : 503, ticket.error().text);
  log::info("web: {} looks at a picture of camera {}", call.request.client, camera);
  const auto why_not = [this, camera] {
    for (const status::CameraStatus& one : figures_.now().snapshot.cameras) {
      if (one.name != camera) continue;
      return fmt::format("camera '{}' is {}{}", camera, one.state,
                         one.reason.empty() ? "" : " (" + one.reason + ")");
    }
    return fmt::format("camera '{}' is gone", camera);
  };
  HttpAnswer answer;
  answer.later = next_picture(live_, camera, *std::move(ticket), world_.clock.now(), why_not);
  return answer;
}

HttpAnswer Site::pictures(const Call& call) {
  std::vector<std::string> cameras;
  for (const auto& [name, value] : call.target.query) {
    if (std::ranges::find(cameras, value) == cameras.end()) cameras.push_back(value);
  }
  if (cameras.empty() || cameras.size() > kMostCameras || cameras.size() != call.target.query.size()) {
    return wrong_parameter("camera", "1 to 64 names, each once, as a parameter of its own");
  }
  if (live_.viewers() >= kMostViewers) return error_answer(503, "too many look at pictures");
  auto ticket = live_.watch(cameras);
  if (!ticket)
    return error_answer(ticket.error().code == ErrorCode::not_found ? 404 : 503, ticket.error().text);
  log::info("web: {} looks at {} cameras", call.request.client, cameras.size());
  HttpAnswer answer{.type = "application/vnd.vigia.pictures"};
  answer.stream = picture_stream(live_, std::move(cameras), *std::move(ticket), world_.clock.now());
  return answer;
}

HttpAnswer Site::events(const Call& call) {
  ledger::PageQuery query;
  if (auto refused = read_event_query(call.target, world_.clock.utc_now(), query)) return *std::move(refused);
  const auto ends = events_.page(query);
  if (!ends) return error_answer(503, redact(ends.error().text));
  Json events = Json::array(), next;
  for (const ledger::KeptEnd& kept : *ends) events.push_back(event_json(kept));
  if (ends->size() == static_cast<std::size_t>(query.limit)) {
    next = fmt::format("{}-{}", to_unix_us(ends->back().end.key.captured), ends->back().id);
  }
  return json_answer(
      dump({{"enabled", events_.enabled()}, {"events", std::move(events)}, {"next", std::move(next)}}));
}

HttpAnswer Site::thumbnail(const Call& call) {
  const auto id = whole_number<std::int64_t>(call.parts.front());
  if (!id || *id < 1) return error_answer(404, "there is no such event");
  const auto picture = events_.thumbnail(*id);
  if (!picture) return error_answer(503, redact(picture.error().text));
  if (picture->empty())
    return error_answer(404, "there is no picture of this event, or it is no longer kept");
  return picture_answer(*picture);
}

HttpAnswer Site::receivers(const Call& /*call*/) {
  return json_answer(dump(receivers_json(figures_.now())));
}

HttpAnswer Site::memory(const Call& /*call*/) {
  return json_answer(dump(status::memory_json(figures_.now().snapshot.memory)));
}

HttpAnswer Site::history(const Call& call) {
  const std::string_view span = call.target.find("span").value_or("hour");
  if (span != "hour" && span != "day") return wrong_parameter("span", "hour, day");
  return json_answer(dump(history_json(figures_.now(), figures_, span == "hour" ? Span::hour : Span::day)));
}

HttpAnswer Site::settings(const Call& /*call*/) {
  return json_answer(fmt::format("{{\"settings\":{}}}", world_.settings_json));
}

HttpAnswer Site::log_level(const Call& call) {
  if (call.request.method != Method::put) return log_level_answer();
  const auto name = text_member(call.request.body, "level");
  const auto level = name ? log::parse_level(*name) : std::nullopt;
  if (!level) return wrong_parameter("level", fmt::format("{}", fmt::join(log::kLevelNames, ", ")));
  log::info("web: {} sets the log's level to {}", call.request.client, *name);
  log::set_level(*level);
  return log_level_answer();
}

HttpAnswer Site::stream(const Call& call) {
  auto stream = changes_.open(call.request.last_event_id);
  if (!stream) return error_answer(503, fmt::format("{} listen already", Changes::kMostListeners));
  HttpAnswer answer{.type = "text/event-stream"};
  answer.stream = std::move(stream);
  return answer;
}

HttpAnswer Site::openapi(const Call& /*call*/) {
  return json_answer(std::string(openapi_json()));
}

}  // namespace vigia::web
