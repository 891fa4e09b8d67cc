// Finds settings that are valid on their own but wrong together. Threads: owner thread only.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "settings/problems.h"
#include "settings/settings.h"

namespace vigia::settings {

// The source that set "cameras.gate.filter_min_size"; empty: none did, it is the default.
using OriginOf = std::function<std::string(std::string_view path)>;

// Checks every camera, and defaults.
void check_pairs(const Settings& settings, const OriginOf& origin_of, Problems& problems);

// For live cameras, checks the keys that only recordings can follow. It is an error if the camera itself sets
// one; one that comes from `defaults` is reset in that camera, with a warning.
void settle_live_cameras(Settings& settings, const OriginOf& origin_of, Problems& problems);

// username and password of cameras that have no server, or whose url holds a login: an error where the
// camera's own setting says so. Those of `defaults` are for the other cameras.
void settle_logins_of_cameras(Settings& settings, const OriginOf& origin_of, Problems& problems);

// Keys for TLS, of cameras that have none, or whose key cannot be compared: an error where the camera's own
// setting says so. Those of `defaults` are for the cameras that can follow them, and are reset in others; a
// warning says it of a pin that an https:// camera does not follow.
void settle_tls_of_cameras(Settings& settings, const OriginOf& origin_of, Problems& problems);

// Whether others than this machine could look without a token.
void check_web(const Settings& settings, const OriginOf& origin_of, Problems& problems);

// Whether keys for TLS are set of a receiver whose address has none. REQUIRES: all addresses are known, those
// of secrets too.
void check_tls(const Settings& settings, const OriginOf& origin_of, Problems& problems);

}  // namespace vigia::settings
