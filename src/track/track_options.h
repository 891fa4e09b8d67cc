// What the user sets for following faces. Keys: cameras[].*, defaults.*
#pragma once

namespace vigia::track {

struct TrackOptions {
  double track_miss_interval = 1.0;     // seconds without being seen until a track is over
  double track_overlap_threshold = 0;   // overlap to join a track, 0..1; 0: by the frame's size (0.1 to 0.2)
  int track_max_duration_frames = 0;    // forces a track's end after so many sightings; 0: off
  bool overall_only = true;             // one best shot a track, at its end; false: also while it lasts
  double realtime_post_interval = 1.0;  // seconds of the window in which the best is picked
  bool realtime_post_first_immediately = false;  // the first good face at once, without waiting
  bool realtime_post_every_interval = false;     // true: the best of each window; false: only a better one

  bool operator==(const TrackOptions&) const = default;
};

}  // namespace vigia::track
