#include "pipeline/track_ends.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace vigia::pipeline {
namespace {

using domain::Reason;
using ledger::TrackEnd;

// The face that stands for how the track ended: the best that passed the filters, else the best of the
// others.
const domain::Sighting* face_of(const domain::Track& track) {
  if (track.best) return &track.best->sighting;
  if (track.best_rejected) return &*track.best_rejected;
  return track.thumbnail ? &track.thumbnail->sighting : nullptr;
}

// The figure that decided, beside its limit; the other reasons need no figure.
std::string why(Reason reason, const TrackEnd& end, float movement, const CameraContext& camera) {
  const shot::ShotOptions limits = camera.limits();
  const float shorter = std::min(end.face_width, end.face_height);
  const float longer = std::max(end.face_width, end.face_height);
  switch (reason) {
    case Reason::too_small:
      return fmt::format("shorter side {:.1f} pixels, filter_min_size {}", shorter, limits.filter_min_size);
    case Reason::too_large:
      return fmt::format("longer side {:.1f} pixels, filter_max_size {}", longer, limits.filter_max_size);
    case Reason::outside_roi:
      return fmt::format("not wholly inside roi {}", to_text(limits.roi));
    case Reason::low_quality:
      return fmt::format("quality {:.3f}, filter_min_quality {}", end.quality.total,
                         limits.filter_min_quality);
    case Reason::no_movement:
      return fmt::format("moved {:.3f} face widths, filter_min_movement {}", movement,
                         limits.filter_min_movement);
    case Reason::too_short:
      return fmt::format("seen {} times, minimal_track_length {}", end.sightings,
                         camera.settings.track.minimal_track_length);
    default:
      return {};
  }
}

}  // namespace

std::optional<TrackEnds::Described> TrackEnds::describe(const domain::Track& track,
                                                        const CameraContext& camera) {
  const domain::Sighting* const face = face_of(track);
  if (!ledger_.enabled() || face == nullptr) return std::nullopt;
  TrackEnd end;
  end.key = {camera.name(), track.id, track.best ? track.best->captured : UtcTime{}};
  if (!track.best && track.thumbnail) end.key.captured = track.thumbnail->captured;
  end.camera_id = camera.settings.spec.id;
  // In pixels of the picture that is posted, as the filters are.
  const float enlarged = track.best && track.best->image->larger() ? 1 : camera.enlarged();
  end.face_width = face->detection.box.width * enlarged;
  end.face_height = face->detection.box.height * enlarged;
  end.quality = face->quality;
  end.score = face->detection.score;
  end.lasted = track.last_seen - track.first_seen;
  end.sightings = track.sightings;
  end.thumbnail = make_shot_.thumbnail(track);
  return Described{std::move(end), track.movement};
}

void TrackEnds::tell(std::optional<Described> described, const shot::MakeShot::Outcome& outcome,
                     const CameraContext& camera) {
  if (!described) return;
  TrackEnd& end = described->end;
  if (const auto* const reason = std::get_if<Reason>(&outcome)) {
    end.outcome = *reason;
    end.text = why(*reason, end, described->movement, camera);
  } else {
    end.outcome = ledger::DeliveryStatus::pending;
  }
  ledger_.record(std::move(end));
}

ledger::EndKey key_of(const domain::Shot& shot) {
  return {shot.camera, shot.track, shot.captured};
}

}  // namespace vigia::pipeline
