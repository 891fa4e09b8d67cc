// The synthetic camera as a source of packets: paints the scene of a sim: URL, encodes it, and returns it
// like a file that never ends (the decoder cannot tell it from a camera). Stream time 0 is the scene's time
// 0, so the URL determines who is visible when: scene.h.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "camera/packet_source.h"

namespace vigia::camera::sim {

// url: "sim:faces=4&size=1280x720&fps=30&seed=1&seconds=20"; keys: scene_options.h.
// Takes some tens of milliseconds; each read() paints and encodes one picture (about 5 ms at 720p).
// Errors: invalid (the URL: which key, and what is allowed), unavailable (no H.264 encoder).
Result<std::unique_ptr<PacketSource>> open_sim(const std::string& url);

}  // namespace vigia::camera::sim

namespace vigia::camera {
using sim::open_sim;
}
