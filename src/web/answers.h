// The bodies of the API's answers: what src/web/openapi.json describes. Threads: pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "ledger/reader.h"
#include "web/current_state.h"

namespace vigia::web {

using Json = nlohmann::ordered_json;

Json health_json(const Health& health);
Json status_json(const Moment& moment, const CurrentState& figures, const std::string& version, int viewers);
Json camera_row(const status::CameraStatus& camera, const Rates& rates, UtcTime at);
Json cameras_json(const Moment& moment, const CurrentState& figures);
Json receivers_json(const Moment& moment);
Json history_json(const Moment& moment, const CurrentState& figures, Span span);
Json event_json(const ledger::KeptEnd& kept);

// On one line, whatever bytes names and texts hold.
std::string dump(const Json& json);

}  // namespace vigia::web
