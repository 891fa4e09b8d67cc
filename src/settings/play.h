// What commands that play people (demo, soak, bench) take from the environment. Painted faces must never
// reach a real receiver, so of Vigia's own variables (VIGIA_*, FINDFACE_*, MQTT_*) they use only those in
// kUsedInPlay, however the shell is set up; a receiver is real only if a flag names it. A new setting's
// variable is thereby left out. Threads: thread-safe functions.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vigia::settings {

// Where the model is, how much the log says; and logins, which name no receiver.
inline constexpr std::array<std::string_view, 10> kUsedInPlay{
    "VIGIA_MODEL_DIR",   "VIGIA_MODEL_URL", "VIGIA_DATA",           "VIGIA_LOGGING_LEVEL", "FINDFACE_USER",
    "FINDFACE_PASSWORD", "FINDFACE_UUID",   "VIGIA_WEBHOOK_SECRET", "MQTT_USER",           "MQTT_PASSWORD"};

// Removes all others from `environment`, which is process_environment(), and returns their names.
std::vector<std::string> leave_out_in_play(std::map<std::string, std::string>& environment);

// One line for the user: "... are ignored: ..."; empty if none is.
std::string left_out_text(const std::vector<std::string>& variables);

}  // namespace vigia::settings
