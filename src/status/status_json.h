// The pieces of the state as JSON: the names that the summary and the HTTP API share. A new figure is a field
// of its piece and a line here. Threads: pure functions. Cost: some microseconds a piece.
#pragma once

#include <nlohmann/json.hpp>

#include "status/snapshot.h"

namespace vigia::status {

using Json = nlohmann::ordered_json;

// Three decimals are enough for people and for tests.
double rounded(double value);

// What is not known of a camera is left out.
Json camera_json(const CameraStatus& camera);
Json main_stream_json(const MainStreamStatus& main);
Json memory_json(const memory::MemoryStats& memory);
Json latency_json(const Histogram::Percentiles& of);
Json overload_json(const LoadStatus& overload);
Json route_json(const RouteStatus& route);
Json log_json(const log::LogCounts& log);
Json outbox_json(const OutboxStatus& outbox);

}  // namespace vigia::status
