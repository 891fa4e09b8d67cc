// Limits what the commands that show simulated or recorded people (demo, soak, bench) take from the
// environment. Such faces must never reach a real receiver, however the shell is set up: only a flag can name
// one. So of Vigia's variables (VIGIA_*, FINDFACE_*, MQTT_*) these commands use only those in kUsedInPlay,
// and the variable of a new setting is ignored unless it is added there. Threads: thread-safe functions.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vigia::settings {

// Where the model and test data are, how much the log says, and logins, which name no receiver.
inline constexpr std::array<std::string_view, 10> kUsedInPlay{
    "VIGIA_MODEL_DIR",   "VIGIA_MODEL_URL", "VIGIA_DATA",           "VIGIA_LOGGING_LEVEL", "FINDFACE_USER",
    "FINDFACE_PASSWORD", "FINDFACE_UUID",   "VIGIA_WEBHOOK_SECRET", "MQTT_USER",           "MQTT_PASSWORD"};

// Removes all others from `environment`, and returns their names. REQUIRES: it comes from
// process_environment(), which has Vigia's variables only.
std::vector<std::string> leave_out_in_play(std::map<std::string, std::string>& environment);

// One line for the user, "... are ignored: ..."; empty if there are none.
std::string left_out_text(const std::vector<std::string>& variables);

}  // namespace vigia::settings
