// Makes the receivers of faces that the settings name, with their couriers, and tests whether they can be
// reached. Threads: thread-safe functions.
#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crash_restart.h"
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

// The names, in this order, so that the first, which decides what counts as posted, is FindFace if there is
// one. The directory is one if it is set, or if there is no other receiver.
std::vector<std::string> receivers(const settings::Settings& settings);

// nullptr: the settings name no FindFace. Generates and stores this installation's uuid if there is none.
// Weak TLS settings are logged. clock: must outlive it.
std::unique_ptr<findface::Server> make_findface(const settings::Settings& settings, Clock& clock);

// One for each of receivers(), in that order. Weak TLS settings are logged. All must outlive them. crashes:
// that led to this start; after one in MQTT 5, 3.1.1 is spoken. REQUIRES: findface, if the settings name it.
std::vector<delivery::Receiver> make_receivers(const settings::Settings& settings, findface::Server* findface,
                                               memory::MemoryManager& memory, Clock& clock,
                                               std::span<const Crash> crashes = {});

// For `vigia check`, for a receiver other than FindFace: connects, logs in if there is a login, and sends
// nothing. Returns a text that describes the receiver.
Result<std::string> try_receiver(const std::string& name, const settings::Settings& settings, Clock& clock,
                                 const std::stop_token& stop);

// The checks of FindFace's certificate; keys of a first use are kept beside the outbox.
http::TlsOptions findface_tls(const settings::Settings& settings);
// The folder for faces as files.
std::string faces_folder(const settings::Settings& settings);
// The file for keys of a first use, beside the outbox.
std::string pins_file(const settings::Settings& settings);
// The file for this installation's uuid at FindFace, beside the outbox.
std::string uuid_file(const settings::Settings& settings);

}  // namespace vigia::orchestrator
