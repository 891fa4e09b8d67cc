// One person's way through a camera's picture, from the first sighting to the last, with the best one kept.
// track/ makes and changes it on its camera's strand. When it is closed it moves to shot/, which releases
// `best` (the frame's buffer must not wait for the collector); then it is retired.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "domain/face_reason.h"
#include "domain/shot_image.h"
#include "domain/sighting.h"
#include "domain/thumbnail.h"
#include "memory/budget.h"
#include "memory/retirable.h"

namespace vigia::domain {

// A sighting with the picture it was made in.
struct BestShot {
  Sighting sighting;
  std::shared_ptr<ShotImage> image;
  Size frame_size;
  Nanoseconds stream_time{0};
  UtcTime captured;
  SteadyTime read_at;
  UtcTime read_utc{};
};

struct Track final : public memory::Retirable {
  Track() : Retirable(0) {}

  std::uint64_t id = 0;  // counts the camera's tracks from 1
  int camera = 0;        // the orchestrator's index of the camera
  // The part before this one, if that was ended by force while the person was still there; 0: none.
  std::uint64_t continues = 0;
  // A best shot of this person was handed out before, from this track or a part before it: `best` is
  // then a later one, or none.
  bool already_posted = false;
  // Tracks that turned out to be the same person, seen before a gap: they are part of this one and are not
  // handed out.
  std::vector<std::uint64_t> joined;
  int sightings = 0;          // of this part
  Nanoseconds first_seen{0};  // stream time
  Nanoseconds last_seen{0};
  Box last_box;
  // How far the face moved over its whole path, in face widths: the larger of the extent of its centre's path
  // and its change of size (somebody who walks straight towards the camera).
  float movement = 0;
  std::optional<BestShot> best;           // the best of those not rejected
  std::optional<Reason> withheld;         // why `best` must not be posted, although no filter rejects it
  std::optional<Sighting> best_rejected;  // the best rejected one, while there is no best
  std::unique_ptr<Thumbnail> thumbnail;   // null: none is wanted
  memory::Charge thumbnail_charge;

  // Room for a thumbnail, not filled yet, charged to that account.
  void make_room_for_thumbnail(std::shared_ptr<memory::Account> account) {
    constexpr auto kBytes = static_cast<Bytes>(sizeof(Thumbnail));
    thumbnail = std::make_unique_for_overwrite<Thumbnail>();
    thumbnail_charge = memory::Charge(std::move(account), kBytes);
    set_charge(kBytes);
  }
};

}  // namespace vigia::domain
