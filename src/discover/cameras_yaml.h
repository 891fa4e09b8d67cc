// What was found, as settings and for programs. No password is in either. Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "discover/device.h"

namespace vigia::discover {

// A video source with a main stream, and its name in the settings: "cam-10.0.0.5", or "cam-10.0.0.5-ch2"
// where the device has several. The name depends on the address only, so that it stays the same when other
// cameras come; two names never mean one environment variable.
struct NamedSource {
  std::string name;
  const Device* device;
  const VideoSource* source;
};
std::vector<NamedSource> name_sources(std::span<const Device> devices);

// A list `cameras:` in the settings' own schema, each with a comment of its make, model and profiles. The sub
// stream is its detect_url if faces can be found in it (640 pixels wide at least), else in the comment. Texts
// of devices stand in comments and quotes only.
std::string cameras_yaml(std::span<const Device> devices, UtcTime now);

// One line of JSON, without a line end. sources: of this device, named.
std::string device_json(const Device& device, std::span<const NamedSource> sources);

}  // namespace vigia::discover
