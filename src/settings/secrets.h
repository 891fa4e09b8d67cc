// The receivers' secrets: FINDFACE_USER, FINDFACE_PASSWORD, FINDFACE_UUID, FINDFACE_URL,
// VIGIA_WEBHOOK_SECRET, MQTT_USER and MQTT_PASSWORD, from the environment, else from lines KEY=VALUE of
// delivery.findface.secrets_file. No line ever shows a value.
// Threads: owner thread only. Cost: reads the file, 64 KB at most.
#pragma once

#include <string>
#include <string_view>

#include "settings/layer.h"

namespace vigia::settings {

// REQUIRES: findface.url and findface.secrets_file have been set from the other sources. where: the source
// that names the file.
void read_secrets(const Environment& environment, std::string_view where, Settings& settings,
                  Problems& problems);

}  // namespace vigia::settings
