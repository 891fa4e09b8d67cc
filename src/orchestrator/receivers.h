// The receivers of faces that the settings ask for: which they are, the couriers of those beside FindFace,
// and whether they can be reached. FindFace's courier needs a session and tokens: see delivery.h. Threads:
// thread-safe functions.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "outbox/courier.h"
#include "settings/settings.h"

namespace vigia::orchestrator {

inline constexpr const char* kFindface = "findface";
inline constexpr const char* kDirectory = "directory";
inline constexpr const char* kWebhook = "webhook";
inline constexpr const char* kMqtt = "mqtt";

// In this order, so that the first, which decides what counts as posted, is FindFace where there is one. The
// directory: where it is set, or nobody else is.
std::vector<std::string> receivers(const settings::Settings& settings);

// Of one of them that is not FindFace. What is weak about its TLS is said in the log. clock: must outlive it.
std::unique_ptr<outbox::Courier> make_receiver(const std::string& name, const settings::Settings& settings,
                                               Clock& clock);

// For `vigia check`: connects, logs in where there is a login, and sends nothing. The text: what is there.
Result<std::string> try_receiver(const std::string& name, const settings::Settings& settings, Clock& clock,
                                 const std::stop_token& stop);

// Where faces go as files.
std::string faces_folder(const settings::Settings& settings);
// Where the keys of a first use are kept: beside the outbox.
std::string pins_file(const settings::Settings& settings);

}  // namespace vigia::orchestrator
