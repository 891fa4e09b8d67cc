// The cameras that FindFace knows and Vigia is to watch: in groups whose name begins with the prefix (in any
// case), with external_detector and active; the stream's URL is the camera's comment. All pages are read, the
// server's filters are applied again here, and what is left out is told with its reason.
// Threads: thread-safe; each call asks the server anew (one request for the groups, one a page of cameras).
#pragma once

#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/camera_spec.h"
#include "findface/session.h"

namespace vigia::findface {

struct CameraList {
  std::vector<domain::CameraSpec> cameras;  // ordered by id; names unique: "gate #7" where two are equal
  std::vector<std::string> notes;           // what was left out and why, one line each, nothing secret
};

// prefix: empty: all groups. Errors: as Session::log_in(), and invalid (an answer that makes no sense).
Result<CameraList> fetch_cameras(Session& session, std::string_view prefix, const std::stop_token& stop);

// The token with which events of this camera are posted, as the server has it now; "" when the server has
// no such camera (any more).
Result<std::string> fetch_camera_token(Session& session, std::int64_t camera_id, const std::stop_token& stop);

// The parts, without a server.

struct CameraGroup {
  std::int64_t id = 0;
  std::string name;
  bool active = true;
};
Result<std::vector<CameraGroup>> parse_groups(std::string_view body);

struct ListedCamera {
  std::int64_t id = 0;
  std::optional<std::int64_t> group;
  std::string name, comment, token;
  bool external_detector = true;  // missing: the server filtered by it
  bool active = true;
};
struct CameraPage {
  std::vector<ListedCamera> cameras;
  std::string next_cursor;  // for the query parameter `page`; "": the last page
};
Result<CameraPage> parse_camera_page(std::string_view body);

// next_page as the server gives it: a cursor, a whole URI or its query, from which `page` is taken.
std::string cursor_of(std::string_view next_page);

}  // namespace vigia::findface
