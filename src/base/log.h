// The program's log: one line per event, written by a thread of its own, so that a slow disk or terminal
// never blocks a thread that handles video (when 8192 lines wait, the oldest is dropped). Thread-safe. Never
// log a password, a token or a URL with credentials: redact() them first.
#pragma once

#include <spdlog/spdlog.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace vigia::log {

using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::warn;

// level: trace, debug, info, warning, error. Lines go to standard error. Call once, in main.
Status start(std::string_view level);
// Writes the lines that still wait. Nothing may log afterwards.
void stop();

}  // namespace vigia::log

namespace vigia {

// "rtsp://user:secret@host/x" -> "rtsp://***@host/x", also inside a longer text; query values
// whose key suggests a secret (password, token, key, pwd, pass) become ***.
std::string redact(std::string_view text);

}  // namespace vigia
