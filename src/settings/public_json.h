// The settings in force as one JSON object, for everybody who may look: sections and keys as in the file,
// `cameras` a list. A secret that is set is "***", logins in addresses are "***"; what the environment holds
// of the receivers' secrets is not in it at all. Threads: pure. Cost: 50 us a camera.
#pragma once

#include <string>

#include "settings/settings.h"

namespace vigia::settings {

std::string public_json(Settings settings);

}  // namespace vigia::settings
