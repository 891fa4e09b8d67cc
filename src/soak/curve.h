// Draws a curve of characters for the terminal, to show at a glance whether a figure rises.
//
//    142.1 MB |      ##
//             |   ## ####  ##
//    118.0 MB |##########################
//              0 s                   60 s
// Threads: pure.
#pragma once

#include <span>
#include <string>

#include "memory/growth.h"

namespace vigia::soak {

// samples: bytes over seconds, in the order of time. Each column shows the mean of its time. Empty: "".
std::string draw_curve(std::span<const memory::Sample> samples, int columns = 72, int rows = 10);

}  // namespace vigia::soak
