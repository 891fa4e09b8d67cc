// Fetches the cameras that FindFace wants Vigia to watch: active ones with external_detector, in groups whose
// name begins with the prefix (in any case); the stream's URL is the camera's comment. All pages are read,
// the server's filters are applied again here, and each camera that is left out is noted with the reason.
// Unreadable parts of an answer (an entry without a number, pages in a circle) are left out, and the list
// then counts as incomplete: it must not be taken to mean that a camera is gone. Threads: thread-safe; each
// call queries the server (one request for the groups, one for each page of cameras).
#pragma once

#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/camera_spec.h"
#include "findface/detector_filters.h"
#include "findface/session.h"

namespace vigia::findface {

struct FindfaceCamera {
  domain::CameraSpec spec;  // with its id
  DetectorFilters filters;

  bool operator==(const FindfaceCamera&) const = default;
};

struct CameraList {
  // Ordered by id; names are unique: "gate #7" if two are equal. Names and addresses contain no line breaks.
  std::vector<FindfaceCamera> cameras;
  std::vector<std::string> notes;  // what was left out and why, one line each, without secrets
  bool is_whole = true;
};

// prefix: empty: all groups. Errors: as Session::log_in(), and invalid (an answer that makes no sense).
Result<CameraList> fetch_cameras(Session& session, std::string_view prefix, const std::stop_token& stop);

// The server's cameras with these numbers, in any group, active or not; urls are not checked.
// Cost: one request for 50.
Result<CameraList> fetch_cameras_by_id(Session& session, std::span<const std::int64_t> ids,
                                       const std::stop_token& stop);

// The server's present token for posting events of this camera; "" if the server has no such camera (any
// more).
Result<std::string> fetch_camera_token(Session& session, std::int64_t camera_id, const std::stop_token& stop);

// The parts, without a server.

struct CameraGroup {
  std::int64_t id = 0;
  std::string name;
  bool active = true;
};
struct CameraGroups {
  std::vector<CameraGroup> groups;
  bool is_whole = true;
};
Result<CameraGroups> parse_groups(std::string_view body);

struct ListedCamera {
  std::int64_t id = 0;
  std::optional<std::int64_t> group;
  std::string name, comment, token;
  bool external_detector = true;  // missing: the server filtered by it
  bool active = true;
  ReadFilters filters{};
};
struct CameraPage {
  std::vector<ListedCamera> cameras;
  bool is_whole = true;
  std::string next_cursor;  // for the query parameter `page`; "": the last page
};
Result<CameraPage> parse_camera_page(std::string_view body);

// next_page: the server's value: a cursor, or a URI or query whose parameter `page` holds it.
std::string cursor_of(std::string_view next_page);

}  // namespace vigia::findface
