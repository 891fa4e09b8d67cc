// The receivers of faces that the settings ask for: which they are, their couriers, and whether they can be
// reached. Threads: thread-safe functions.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "delivery/routes.h"
#include "findface/server.h"
#include "memory/memory_manager.h"
#include "settings/settings.h"

namespace vigia::orchestrator {

inline constexpr const char* kFindface = "findface";
inline constexpr const char* kDirectory = "directory";
inline constexpr const char* kWebhook = "webhook";
inline constexpr const char* kMqtt = "mqtt";

// In this order, so that the first, which decides what counts as posted, is FindFace where there is one. The
// directory: where it is set, or nobody else is.
std::vector<std::string> receivers(const settings::Settings& settings);

// nullptr: the settings name no FindFace. What is weak about its TLS is said in the log. clock: must outlive
// it.
std::unique_ptr<findface::Server> make_findface(const settings::Settings& settings, Clock& clock);

// One for each of receivers(), in that order. What is weak about their TLS is said in the log. All must
// outlive them. REQUIRES: findface, where the settings name it.
std::vector<delivery::Receiver> make_receivers(const settings::Settings& settings, findface::Server* findface,
                                               memory::MemoryManager& memory, Clock& clock);

// For `vigia check`, of one that is not FindFace: connects, logs in where there is a login, and sends
// nothing. The text: what is there.
Result<std::string> try_receiver(const std::string& name, const settings::Settings& settings, Clock& clock,
                                 const std::stop_token& stop);

// How FindFace's certificate is judged; keys of a first use are kept beside the outbox.
http::TlsOptions findface_tls(const settings::Settings& settings);
// Where faces go as files.
std::string faces_folder(const settings::Settings& settings);
// Where the keys of a first use are kept: beside the outbox.
std::string pins_file(const settings::Settings& settings);

}  // namespace vigia::orchestrator
