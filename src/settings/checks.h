// What a range cannot say about a value: URLs, paths, multiples of 32. Rules of the schema point here.
// Threads: thread-safe functions.
#pragma once

#include <optional>

#include "settings/value.h"

namespace vigia::settings::checks {

std::optional<Wrong> camera_name(SettingRef slot);
std::optional<Wrong> camera_url(SettingRef slot);
std::optional<Wrong> username(SettingRef slot);
std::optional<Wrong> detect_url(SettingRef slot);
std::optional<Wrong> findface_url(SettingRef slot);
std::optional<Wrong> webhook_url(SettingRef slot);
std::optional<Wrong> mqtt_url(SettingRef slot);
std::optional<Wrong> topic(SettingRef slot);
std::optional<Wrong> topic_or_empty(SettingRef slot);
std::optional<Wrong> key_value_list(SettingRef slot);
std::optional<Wrong> not_zero(SettingRef slot);
std::optional<Wrong> not_empty(SettingRef slot);
std::optional<Wrong> model(SettingRef slot);
std::optional<Wrong> multiple_of_32(SettingRef slot);
std::optional<Wrong> budget(SettingRef slot);
std::optional<Wrong> tls_pin(SettingRef slot);
std::optional<Wrong> listen_address(SettingRef slot);
std::optional<Wrong> web_token(SettingRef slot);
std::optional<Wrong> host_names(SettingRef slot);
std::optional<Wrong> video_transform(SettingRef slot);
std::optional<Wrong> outbox_bytes(SettingRef slot);
std::optional<Wrong> log_file_bytes(SettingRef slot);
std::optional<Wrong> log_queue_bytes(SettingRef slot);

}  // namespace vigia::settings::checks
