#include "testing/findface_rules.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace vigia::testing {
namespace {

using Json = nlohmann::json;
using httplib::Request;
using httplib::Response;

constexpr const char* kAddPath = "/events/faces/add/";

void answer_error(Response& response, int status, std::string_view code, std::string_view desc,
                  std::string_view param = "") {
  Json body{{"traceback", ""}, {"code", code}, {"desc", desc}};
  if (!param.empty()) body["param"] = param;
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

Json camera_json(const FakeCamera& camera) {
  return {{"id", camera.id},
          {"group", camera.group},
          {"active", camera.active},
          {"name", camera.name},
          {"comment", camera.comment},
          {"url", nullptr},
          {"external_detector", camera.external_detector},
          {"external_detector_token", camera.token},
          {"external_detector_settings", Json::parse(camera.settings)},
          {"created_date", "2024-06-20T04:27:12.705409Z"},
          {"modified_date", "2024-06-20T04:27:12.705432Z"},
          {"health_status", {{"enabled", true}}},
          {"screenshot", "http://127.0.0.1/none.jpg"}};
}

std::string next_page_text(CursorForm form, std::size_t offset) {
  // With characters that a query must escape.
  const std::string cursor = fmt::format("o={}&+/", offset);
  const std::string escaped = fmt::format("o%3D{}%26%2B%2F", offset);
  switch (form) {
    case CursorForm::plain:
      return cursor;
    case CursorForm::uri:
      return "https://127.0.0.1/cameras/?limit=200&page=" + escaped + "&x=1";
    case CursorForm::query:
      return "?page=" + escaped;
    case CursorForm::path:
      return "/cameras/?page=" + escaped;
    case CursorForm::repeating:
      return "o=0&+/";
  }
  return "";
}

std::size_t offset_of(const Request& request) {
  const std::string page = request.has_param("page") ? request.get_param_value("page") : "o=0&+/";
  std::size_t offset = 0;
  std::sscanf(page.c_str(), "o=%zu", &offset);
  return page == fmt::format("o={}&+/", offset) ? offset : static_cast<std::size_t>(-1);
}

}  // namespace

void FindFaceRules::add_group(FakeGroup group) {
  MutexLock lock(mutex_);
  groups_[group.id] = std::move(group);
}
void FindFaceRules::add_camera(FakeCamera camera) {
  MutexLock lock(mutex_);
  cameras_[camera.id] = std::move(camera);
}
void FindFaceRules::remove_camera(std::int64_t id) {
  MutexLock lock(mutex_);
  cameras_.erase(id);
}
void FindFaceRules::set_camera_token(std::int64_t id, std::string token) {
  MutexLock lock(mutex_);
  cameras_[id].token = std::move(token);
}
void FindFaceRules::forget_tokens() {
  MutexLock lock(mutex_);
  token_of_uuid_.clear();
}
std::vector<FakeEvent> FindFaceRules::events() const {
  MutexLock lock(mutex_);
  return events_;
}
std::size_t FindFaceRules::event_count() const {
  MutexLock lock(mutex_);
  return events_.size();
}
std::vector<std::string> FindFaceRules::violations() const {
  MutexLock lock(mutex_);
  return violations_;
}
void FindFaceRules::violation(std::string text) {
  MutexLock lock(mutex_);
  violations_.push_back(std::move(text));
}

void FindFaceRules::log_in(const Request& request, Response& response, int server_port) {
  const std::string expected =
      httplib::make_basic_authentication_header(options_.user, options_.password).second;
  if (request.get_header_value("Authorization") != expected) {
    return answer_error(response, 401, "UNAUTHORIZED", "Invalid username/password.");
  }
  const Json body = Json::parse(request.body, nullptr, false);
  const bool has_uuid = body.is_object() && body.contains("uuid") && body["uuid"].is_string() &&
                        !body["uuid"].get<std::string>().empty() &&
                        body["uuid"].get<std::string>().size() <= 256;
  if (!has_uuid) return answer_error(response, 400, "BAD_PARAM", "This field is required.", "uuid");
  const std::string expires = format_utc(system_clock().utc_now() + options_.token_life);
  MutexLock lock(mutex_);
  // One token a uuid: the one before ends here.
  const std::string token = fmt::format("session-token-{}-{}", server_port, ++logins_);
  token_of_uuid_[body["uuid"].get<std::string>()] = token;
  response.set_content(
      Json{{"user", {{"id", 1}}}, {"token", token}, {"token_expiration_datetime", expires}}.dump(),
      "application/json");
}

bool FindFaceRules::authorised(const Request& request, Response& response) {
  const std::string given = request.get_header_value("Authorization");
  if (given.empty()) {
    answer_error(response, 401, "UNAUTHORIZED", "Authentication credentials were not provided.");
    return false;
  }
  MutexLock lock(mutex_);
  for (const auto& [uuid, token] : token_of_uuid_) {
    if (given == "Token " + token) return true;
  }
  answer_error(response, 401, "UNAUTHORIZED", "Invalid token.");
  return false;
}

void FindFaceRules::log_out(const Request& request, Response& response) {
  if (!authorised(request, response)) return;
  const std::string given = request.get_header_value("Authorization");
  MutexLock lock(mutex_);
  std::erase_if(token_of_uuid_, [&](const auto& entry) { return given == "Token " + entry.second; });
  response.status = 204;
}

void FindFaceRules::list_groups(const Request& request, Response& response) {
  if (!authorised(request, response)) return;
  Json results = Json::array();
  MutexLock lock(mutex_);
  for (const auto& [id, group] : groups_) {
    results.push_back({{"id", id}, {"name", group.name}, {"active", group.active}, {"comment", ""}});
  }
  response.set_content(Json{{"results", results}}.dump(), "application/json");
}

bool FindFaceRules::selected(const FakeCamera& camera, const Request& request) const {
  // Booleans are compared with "true": "True" selects nothing.
  const auto matches = [&](const char* name, bool value) {
    return !request.has_param(name) || (request.get_param_value(name) == "true") == value;
  };
  if (request.has_param("external_detector") && request.get_param_value("external_detector") == "True")
    return false;
  if (!matches("external_detector", camera.external_detector)) return false;
  if (options_.ignores_filters) return true;
  const auto one_of = [&](const char* name, std::int64_t value) {
    bool found = !request.has_param(name);
    for (std::size_t i = 0; i < request.get_param_value_count(name); ++i) {
      found = found || request.get_param_value(name, i) == std::to_string(value);
    }
    return found;
  };
  return matches("active", camera.active) && one_of("camera_groups", camera.group) &&
         one_of("id_in", camera.id);
}

void FindFaceRules::list_cameras(const Request& request, Response& response) {
  if (!authorised(request, response)) return;
  const std::size_t offset = offset_of(request);
  if (offset == static_cast<std::size_t>(-1)) {
    violation("/cameras/: a page cursor that was never given: " + request.get_param_value("page"));
    return answer_error(response, 400, "BAD_PARAM", "Invalid cursor.", "page");
  }
  Json results = Json::array();
  Json next;
  std::size_t number = 0;
  MutexLock lock(mutex_);
  for (const auto& [id, camera] : cameras_) {
    if (!selected(camera, request) || number++ < offset) continue;
    if (results.size() == options_.page_size) {
      next = next_page_text(options_.cursor_form, offset + options_.page_size);
      break;
    }
    results.push_back(camera_json(camera));
  }
  response.set_content(Json{{"next_page", next}, {"prev_page", nullptr}, {"results", results}}.dump(),
                       "application/json");
}

void FindFaceRules::add_event(const Request& request, Response& response,
                              const std::vector<FormPart>& parts) {
  if (!authorised(request, response)) return;
  EventAnswer result = check_event(parts, [this](std::int64_t id) -> std::optional<FakeCamera> {
    MutexLock lock(mutex_);
    const auto found = cameras_.find(id);
    return found == cameras_.end() ? std::nullopt : std::optional(found->second);
  });
  if (result.violation) violation(fmt::format("{}: {}: {}", kAddPath, result.param, result.desc));
  if (!result.event) return answer_error(response, result.status, result.code, result.desc, result.param);
  FakeEvent event = std::move(*result.event);
  if (!options_.keep_images) event.jpeg.clear();
  {
    MutexLock lock(mutex_);
    event.id = static_cast<std::int64_t>(events_.size()) + 1;
    events_.push_back(event);
  }
  if (options_.on_event) options_.on_event(event);
  response.set_content(Json{{"events", {std::to_string(event.id)}}, {"errors", Json::array()}}.dump(),
                       "application/json");
}

void FindFaceRules::list_events(const Request& request, Response& response) {
  if (!authorised(request, response)) return;
  Json results = Json::array();
  MutexLock lock(mutex_);
  for (const FakeEvent& event : events_) {
    if (request.has_param("cameras") && request.get_param_value("cameras") != std::to_string(event.camera))
      continue;
    results.push_back(
        {{"id", std::to_string(event.id)}, {"camera", event.camera}, {"created_date", event.timestamp}});
  }
  response.set_content(Json{{"next_page", nullptr}, {"count", results.size()}, {"results", results}}.dump(),
                       "application/json");
}

}  // namespace vigia::testing
