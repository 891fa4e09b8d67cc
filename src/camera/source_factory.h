// Opens the packet source that a camera's url names.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "camera/camera_options.h"
#include "camera/packet_source.h"
#include "camera/server_notes.h"

namespace vigia::camera {

// May take options.source_timeout, and ends soon after a stop. notes: what earlier attempts learned of the
// server, and this one adds to; null: of no use to the caller. Errors: invalid (the url or the options are
// wrong: trying again cannot help), not_found, refused, io, timeout, unavailable, cancelled. Texts are
// redacted.
Result<std::unique_ptr<PacketSource>> open_source(const std::string& url, const CameraOptions& options,
                                                  const std::stop_token& stop, const KeptKeys& keys = {},
                                                  ServerNotes* notes = nullptr);

}  // namespace vigia::camera
