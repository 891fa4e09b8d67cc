#include "findface/camera_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/log.h"
#include "base/text.h"
#include "base/url.h"
#include "findface/json.h"

namespace vigia::findface {
namespace {

constexpr int kMostPages = 1000;  // 200 000 cameras: a server with more pages is broken
constexpr std::size_t kIdsARequest = 50;

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
    case HttpFailure::login: {
      const Status login = session.last_login();
      return Error{login ? ErrorCode::unavailable : login.error().code, answer.text};
    }
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

// Calls `take` with each camera of each page that `query` selects. True: the list was complete.
template <class Take>
Result<bool> for_each_camera(Session& session, const std::string& query, const std::stop_token& stop,
                             Take take) {
  std::set<std::string> seen;
  std::string cursor;
  bool is_whole = true;
  for (int page_number = 0; page_number < kMostPages; ++page_number) {
    const std::string at = cursor.empty() ? "" : "&page=" + http::url_encode(cursor);
    Result<std::string> body = get_text(session, "/cameras/?" + query + at, stop);
    if (!body) return body.error();
    Result<CameraPage> page = parse_camera_page(*body);
    if (!page) return page.error();
    is_whole = is_whole && page->is_whole;
    for (ListedCamera& camera : page->cameras) take(std::move(camera));
    cursor = page->next_cursor;
    if (cursor.empty()) return is_whole;
    if (!seen.insert(cursor).second) return false;
  }
  return false;
}

// Why a camera is not watched; "" when it is.
std::string why_not(const ListedCamera& camera, const std::string& url) {
  if (!camera.active) return "is switched off in FindFace";
  if (!camera.external_detector) return "is not set to 'external detector' in FindFace";
  const std::string scheme = lower(split_url(url).has_host ? split_url(url).scheme : "");
  if (scheme != "rtsp" && scheme != "rtsps") {
    return "has no rtsp:// or rtsps:// address in its comment in FindFace";
  }
  return "";
}

void make_names_unique(std::vector<FindfaceCamera>& cameras) {
  std::map<std::string, int> uses;
  for (const FindfaceCamera& camera : cameras) ++uses[camera.spec.name];
  for (FindfaceCamera& watched : cameras) {
    domain::CameraSpec& camera = watched.spec;
    if (uses[camera.name] == 1) continue;
    std::string name = fmt::format("{} #{}", camera.name, *camera.id);
    while (uses.contains(name)) name += "'";
    ++uses[name];
    camera.name = std::move(name);
  }
}

// The ids of the groups to query; groups that are left out go to the notes.
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

// The camera to watch; filters that were not understood go to the notes.
FindfaceCamera watched(ListedCamera camera, std::vector<std::string>& notes) {
  std::string name = camera.name.empty() ? fmt::format("camera {}", camera.id) : one_line(camera.name);
  if (const std::string& keys = camera.filters.not_understood; !keys.empty()) {
    notes.push_back(
        fmt::format("camera '{}' (id {}): FindFace's external_detector_settings are not understood and not "
                    "applied: {}",
                    for_log(name), camera.id, keys));
  }
  return {.spec = {.name = std::move(name),
                   .url = one_line(trimmed(camera.comment)),
                   .id = camera.id,
                   .token = std::move(camera.token)},
          .filters = camera.filters.filters};
}

// Collects the cameras of all pages that `wanted` selects, by id. True: the list was complete.
template <class Wanted>
Result<bool> collect(Session& session, const std::string& query, const std::stop_token& stop, Wanted wanted,
                     std::map<std::int64_t, ListedCamera>& into) {
  return for_each_camera(session, query, stop, [&](ListedCamera camera) {
    if (wanted(camera)) into.emplace(camera.id, std::move(camera));
  });
}

void note_what_is_missing(CameraList& list) {
  if (list.is_whole) return;
  list.notes.emplace_back(
      "part of FindFace's list of cameras could not be read: no camera is taken as removed because of it");
}

}  // namespace

Result<CameraList> fetch_cameras(Session& session, std::string_view prefix, const std::stop_token& stop) {
  Result<std::string> body = get_text(session, "/camera-groups/?ordering=id", stop);
  if (!body) return body.error();
  const Result<CameraGroups> groups = parse_groups(*body);
  if (!groups) return groups.error();
  CameraList list;
  list.is_whole = groups->is_whole;
  std::map<std::int64_t, ListedCamera> found;
  for (const std::int64_t group : choose_groups(groups->groups, prefix, list.notes)) {
    const std::string query =
        fmt::format("camera_groups={}&external_detector=true&active=true&ordering=id&limit=200", group);
    const auto of_group = [group](const ListedCamera& camera) {
      return camera.group.value_or(group) == group;
    };
    const Result<bool> read = collect(session, query, stop, of_group, found);
    if (!read) return read.error();
    list.is_whole = list.is_whole && *read;
  }
  for (auto& [id, camera] : found) {
    if (const std::string why = why_not(camera, trimmed(camera.comment)); !why.empty()) {
      const std::string name = camera.name.empty() ? fmt::format("camera {}", id) : for_log(camera.name);
      list.notes.push_back(fmt::format("camera '{}' (id {}) {}", name, id, why));
      continue;
    }
    list.cameras.push_back(watched(std::move(camera), list.notes));
  }
  make_names_unique(list.cameras);
  note_what_is_missing(list);
  return list;
}

Result<CameraList> fetch_cameras_by_id(Session& session, std::span<const std::int64_t> ids,
                                       const std::stop_token& stop) {
  CameraList list;
  std::map<std::int64_t, ListedCamera> found;
  for (; !ids.empty(); ids = ids.subspan(std::min(ids.size(), kIdsARequest))) {
    std::string query;
    const auto some = ids.first(std::min(ids.size(), kIdsARequest));
    for (const std::int64_t id : some) query += fmt::format("id_in={}&", id);
    query += "external_detector=true&ordering=id&limit=200";
    const auto asked_for = [&some](const ListedCamera& camera) {
      return std::ranges::find(some, camera.id) != some.end();
    };
    const Result<bool> read = collect(session, query, stop, asked_for, found);
    if (!read) return read.error();
    list.is_whole = list.is_whole && *read;
  }
  for (auto& [id, camera] : found) list.cameras.push_back(watched(std::move(camera), list.notes));
  note_what_is_missing(list);
  return list;
}

Result<std::string> fetch_camera_token(Session& session, std::int64_t camera_id,
                                       const std::stop_token& stop) {
  std::string token;
  const std::string query = fmt::format("id_in={}&external_detector=true&ordering=id&limit=200", camera_id);
  const Result<bool> read = for_each_camera(session, query, stop, [&](ListedCamera camera) {
    if (camera.id == camera_id) token = std::move(camera.token);
  });
  if (!read) return read.error();
  return token;
}

Result<CameraGroups> parse_groups(std::string_view body) {
  const std::optional<Json> json = parse_json(body);
  if (!json || !member(*json, "results").is_array()) return bad_answer("camera groups", "no list of results");
  CameraGroups read;
  for (const Json& entry : member(*json, "results")) {
    const std::optional<std::int64_t> id = integer_of(member(entry, "id"));
    read.is_whole = read.is_whole && id.has_value();
    if (!id) continue;
    read.groups.push_back({.id = *id,
                           .name = text_of(member(entry, "name")),
                           .active = bool_of(member(entry, "active"), true)});
  }
  return read;
}

Result<CameraPage> parse_camera_page(std::string_view body) {
  const std::optional<Json> json = parse_json(body);
  if (!json || !member(*json, "results").is_array()) return bad_answer("cameras", "no list of results");
  CameraPage page;
  for (const Json& entry : member(*json, "results")) {
    const std::optional<std::int64_t> id = integer_of(member(entry, "id"));
    page.is_whole = page.is_whole && id.has_value();
    if (!id) continue;
    page.cameras.push_back({.id = *id,
                            .group = integer_of(member(entry, "group")),
                            .name = text_of(member(entry, "name")),
                            .comment = text_of(member(entry, "comment")),
                            .token = text_of(member(entry, "external_detector_token")),
                            .external_detector = bool_of(member(entry, "external_detector"), true),
                            .active = bool_of(member(entry, "active"), true),
                            .filters = read_detector_filters(member(entry, "external_detector_settings"))});
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
