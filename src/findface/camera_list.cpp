#include "findface/camera_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "base/log.h"
#include "findface/json.h"

namespace vigia::findface {
namespace {

constexpr int kMostPages = 1000;  // 200 000 cameras: a server that goes on for ever is broken

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\f\v";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin));
}

Error bad_answer(std::string_view what, std::string_view why) {
  return {ErrorCode::invalid, fmt::format("FindFace: {}: {}; is this a FindFace server?", what, why)};
}

Result<std::string> get_text(Session& session, const std::string& path, const std::stop_token& stop) {
  HttpResult answer = session.get(path, stop);
  const std::string what = path.substr(0, path.find('?'));
  const auto error = [&](ErrorCode code, std::string_view why) {
    return Error{code, fmt::format("FindFace {}{}: {}", session.shown_url(), what, why)};
  };
  switch (answer.failure) {
    case HttpFailure::none:
      break;
    case HttpFailure::login:
      return Error{answer.retry_after ? ErrorCode::refused : ErrorCode::unavailable, answer.text};
    case HttpFailure::cancelled:
      return error(ErrorCode::cancelled, answer.text);
    case HttpFailure::timeout:
      return error(ErrorCode::timeout, answer.text);
    case HttpFailure::tls:
      return error(ErrorCode::invalid, answer.text);
    default:
      return error(ErrorCode::unavailable, answer.text);
  }
  if (answer.status == 200) return std::move(answer.body);
  const bool refused = answer.status == 401 || answer.status == 403;
  return error(refused ? ErrorCode::refused : ErrorCode::unavailable,
               fmt::format("status {}", answer.status));
}

// Calls `take` with each camera of each page that `query` selects.
template <class Take>
Status for_each_camera(Session& session, const std::string& query, const std::stop_token& stop, Take take) {
  std::set<std::string> seen;
  std::string cursor;
  for (int page_number = 0; page_number < kMostPages; ++page_number) {
    const std::string at = cursor.empty() ? "" : "&page=" + http::url_encode(cursor);
    Result<std::string> body = get_text(session, "/cameras/?" + query + at, stop);
    if (!body) return body.error();
    Result<CameraPage> page = parse_camera_page(*body);
    if (!page) return page.error();
    for (ListedCamera& camera : page->cameras) take(std::move(camera));
    cursor = page->next_cursor;
    if (cursor.empty() || !seen.insert(cursor).second) return ok_status();
  }
  return ok_status();
}

// Why a camera is not watched; "" when it is.
std::string why_not(const ListedCamera& camera, const std::string& url) {
  if (!camera.active) return "is switched off in FindFace";
  if (!camera.external_detector) return "is not set to 'external detector' in FindFace";
  const std::string scheme = lower(std::string_view(url).substr(0, url.find("://")));
  if (scheme != "rtsp" && scheme != "rtsps") {
    return "has no rtsp:// or rtsps:// address in its comment in FindFace";
  }
  return "";
}

void make_names_unique(std::vector<domain::CameraSpec>& cameras) {
  std::map<std::string, int> uses;
  for (const domain::CameraSpec& camera : cameras) ++uses[camera.name];
  for (domain::CameraSpec& camera : cameras) {
    if (uses[camera.name] == 1) continue;
    std::string name = fmt::format("{} #{}", camera.name, *camera.id);
    while (uses.contains(name)) name += "'";
    ++uses[name];
    camera.name = std::move(name);
  }
}

// The groups to ask for, by id; what is left out goes to the notes.
std::vector<std::int64_t> choose_groups(const std::vector<CameraGroup>& groups, std::string_view prefix,
                                        std::vector<std::string>& notes) {
  std::vector<std::int64_t> chosen;
  std::string others;
  for (const CameraGroup& group : groups) {
    if (!lower(group.name).starts_with(lower(prefix))) {
      others += (others.empty() ? "" : ", ") + for_log(group.name);
    } else if (!group.active) {
      notes.push_back(fmt::format("group '{}' is switched off in FindFace: its cameras are left out",
                                  for_log(group.name)));
    } else {
      chosen.push_back(group.id);
    }
  }
  if (chosen.empty() && notes.empty()) {
    notes.push_back(
        fmt::format("no camera group begins with '{}' (delivery.findface.camera_prefix); there are: {}",
                    prefix, others.empty() ? "none" : others));
  }
  return chosen;
}

}  // namespace

Result<CameraList> fetch_cameras(Session& session, std::string_view prefix, const std::stop_token& stop) {
  Result<std::string> body = get_text(session, "/camera-groups/?ordering=id", stop);
  if (!body) return body.error();
  const Result<std::vector<CameraGroup>> groups = parse_groups(*body);
  if (!groups) return groups.error();
  CameraList list;
  std::map<std::int64_t, ListedCamera> found;
  for (const std::int64_t group : choose_groups(*groups, prefix, list.notes)) {
    const std::string query =
        fmt::format("camera_groups={}&external_detector=true&active=true&ordering=id&limit=200", group);
    Status read = for_each_camera(session, query, stop, [&](ListedCamera camera) {
      if (camera.group.value_or(group) == group) found.emplace(camera.id, std::move(camera));
    });
    if (!read) return read.error();
  }
  for (auto& [id, camera] : found) {
    std::string name = camera.name.empty() ? fmt::format("camera {}", id) : camera.name;
    std::string url = trimmed(camera.comment);
    if (const std::string why = why_not(camera, url); !why.empty()) {
      list.notes.push_back(fmt::format("camera '{}' (id {}) {}", for_log(name), id, why));
      continue;
    }
    list.cameras.push_back(
        {.name = std::move(name), .url = std::move(url), .id = id, .token = std::move(camera.token)});
  }
  make_names_unique(list.cameras);
  return list;
}

Result<std::string> fetch_camera_token(Session& session, std::int64_t camera_id,
                                       const std::stop_token& stop) {
  std::string token;
  const std::string query = fmt::format("id_in={}&external_detector=true&ordering=id&limit=200", camera_id);
  Status read = for_each_camera(session, query, stop, [&](ListedCamera camera) {
    if (camera.id == camera_id) token = std::move(camera.token);
  });
  if (!read) return read.error();
  return token;
}

Result<std::vector<CameraGroup>> parse_groups(std::string_view body) {
  const std::optional<Json> json = parse_json(body);
  if (!json || !member(*json, "results").is_array()) return bad_answer("camera groups", "no list of results");
  std::vector<CameraGroup> groups;
  for (const Json& entry : member(*json, "results")) {
    const std::optional<std::int64_t> id = integer_of(member(entry, "id"));
    if (!id) continue;
    groups.push_back({.id = *id,
                      .name = text_of(member(entry, "name")),
                      .active = bool_of(member(entry, "active"), true)});
  }
  return groups;
}

Result<CameraPage> parse_camera_page(std::string_view body) {
  const std::optional<Json> json = parse_json(body);
  if (!json || !member(*json, "results").is_array()) return bad_answer("cameras", "no list of results");
  CameraPage page;
  for (const Json& entry : member(*json, "results")) {
    const std::optional<std::int64_t> id = integer_of(member(entry, "id"));
    if (!id) continue;
    page.cameras.push_back({.id = *id,
                            .group = integer_of(member(entry, "group")),
                            .name = text_of(member(entry, "name")),
                            .comment = text_of(member(entry, "comment")),
                            .token = text_of(member(entry, "external_detector_token")),
                            .external_detector = bool_of(member(entry, "external_detector"), true),
                            .active = bool_of(member(entry, "active"), true)});
  }
  const Json& next = member(*json, "next_page");
  const std::optional<std::int64_t> number = next.is_number() ? integer_of(next) : std::nullopt;
  page.next_cursor = number ? std::to_string(*number) : cursor_of(text_of(next));
  return page;
}

std::string cursor_of(std::string_view next_page) {
  const bool uri = next_page.find("://") != std::string_view::npos || next_page.starts_with('?') ||
                   next_page.starts_with('/');
  if (!uri) return std::string(next_page);
  const std::size_t query = next_page.find('?');
  if (query == std::string_view::npos) return "";
  std::string_view rest = next_page.substr(query + 1);
  rest = rest.substr(0, rest.find('#'));
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    if (pair.starts_with("page=")) return http::url_decode(pair.substr(5));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
  }
  return "";
}

}  // namespace vigia::findface
