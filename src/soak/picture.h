// The soak as a picture: memory, descriptors, threads, and cameras up, over time.
// Threads: pure.
#pragma once

#include <string>

#include "soak/report.h"

namespace vigia::soak {

std::string to_svg(const SoakReport& report);

}  // namespace vigia::soak
