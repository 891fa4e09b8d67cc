// The same shot in fewer bytes, for a receiver that refuses larger ones: half the width and height, quality
// 80, about a tenth of the bytes of the camera's picture at quality 95. Face and roi are scaled with it; roi
// is rounded outwards, inside the picture.
//
// Returns nothing if the picture cannot be read (then Vigia did not make the JPEG), is too small to be
// halved, or there is no memory. Cost: a decoding at half size and an encoding, about 10 ms for 1080p;
// scratch of 3/4 of a byte a pixel. The new bytes are charged to "vigia" (kind jpeg). Threads: thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "domain/shot.h"
#include "memory/budget.h"

namespace vigia::shot {

std::optional<domain::Shot> smaller_shot(const domain::Shot& shot,
                                         const std::shared_ptr<memory::Account>& account);

// For a courier: smaller_shot() with an account of its own. The budget must outlive it.
std::function<std::optional<domain::Shot>(const domain::Shot&)> smaller_shots(memory::Budget& budget);

}  // namespace vigia::shot
