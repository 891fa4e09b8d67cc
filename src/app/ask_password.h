// Asks for a password at the terminal, without showing it. Threads: the main thread only.
#pragma once

#include <optional>
#include <string>

#include "base/signals.h"

namespace vigia::app {

// Whether somebody is there who can be asked.
bool can_ask();

// Prints the question to standard error, and reads a line. Nothing: stopped by a signal, or the input ended.
// The terminal shows what is typed again in either case.
std::optional<std::string> ask_password(const std::string& question, StopSignals& signals);

}  // namespace vigia::app
