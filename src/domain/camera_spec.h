// Identifies a camera: for people, for its source, and for FindFace.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace vigia::domain {

struct CameraSpec {
  std::string name;                // unique; in logs, summaries, file names
  std::string url;                 // rtsp://, rtsps://, file:, sim: - may hold a password: redact() it
  std::optional<std::int64_t> id;  // FindFace's number of it; may be negative
  std::string token;               // FindFace's external_detector_token: a secret, never logged or stored

  bool operator==(const CameraSpec&) const = default;
};

}  // namespace vigia::domain
