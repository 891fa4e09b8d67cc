// The ledger's record of a track that has ended: it answers "what became of this face, and why?".
// Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "domain/face_quality.h"
#include "ledger/outcome.h"

namespace vigia::ledger {

// Identifies an end. A track in real-time mode may have several: one for each of its shots.
struct EndKey {
  std::string camera;
  std::uint64_t track = 0;  // the camera's count of tracks in its run
  UtcTime captured;         // of the face that is described; kept to the microsecond
};

struct TrackEnd {
  EndKey key;
  std::optional<std::int64_t> camera_id;  // FindFace's
  Outcome outcome = DeliveryStatus::pending;
  std::string text;  // details of the outcome: a figure beside its limit, or the receiver's answer
  // Of the best face, or, where all were rejected, of the best of these:
  float face_width = 0, face_height = 0;  // pixels of the frame
  domain::FaceQuality quality;
  float score = 0;  // the detector's
  // Of the track:
  Nanoseconds lasted{0};
  int sightings = 0;
  std::vector<std::byte> thumbnail;  // a JPEG; empty: none
};

// The final outcome of a pending end.
struct Settlement {
  EndKey key;
  Outcome outcome;
  std::string text;
};

using Entry = std::variant<TrackEnd, Settlement>;

}  // namespace vigia::ledger
