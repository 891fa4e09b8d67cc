// Settings that are right one by one and wrong together. Threads: owner thread only.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "settings/problems.h"
#include "settings/settings.h"

namespace vigia::settings {

// Who set "cameras.gate.filter_min_size"; empty: nobody, it is the default.
using OriginOf = std::function<std::string(std::string_view path)>;

// Of every camera, and of defaults.
void check_pairs(const Settings& settings, const OriginOf& origin_of, Problems& problems);

}  // namespace vigia::settings
