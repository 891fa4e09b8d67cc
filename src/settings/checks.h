// What a range cannot say about a value: URLs, paths, multiples of 32. Rules of the schema point here.
// Threads: thread-safe functions.
#pragma once

#include <optional>

#include "settings/value.h"

namespace vigia::settings::checks {

std::optional<Wrong> camera_name(Slot slot);
std::optional<Wrong> camera_url(Slot slot);
std::optional<Wrong> findface_url(Slot slot);
std::optional<Wrong> webhook_url(Slot slot);
std::optional<Wrong> mqtt_url(Slot slot);
std::optional<Wrong> topic(Slot slot);
std::optional<Wrong> topic_or_empty(Slot slot);
std::optional<Wrong> key_value_list(Slot slot);
std::optional<Wrong> not_zero(Slot slot);
std::optional<Wrong> not_empty(Slot slot);
std::optional<Wrong> model(Slot slot);
std::optional<Wrong> multiple_of_32(Slot slot);
std::optional<Wrong> budget(Slot slot);
std::optional<Wrong> tls_pin(Slot slot);
std::optional<Wrong> outbox_bytes(Slot slot);

}  // namespace vigia::settings::checks
