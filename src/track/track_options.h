// The settings for following faces. Keys: cameras[].*, defaults.*
#pragma once

namespace vigia::track {

struct TrackOptions {
  double track_miss_interval = 1.0;    // seconds without being seen until a track is closed
  double track_stitch_interval = 2.0;  // seconds that a closed track waits for the same person; 0: off
  int minimal_track_length = 2;        // sightings that make a track, unless one is sure; below 5 a second: 1
  double silent_period = 0;            // seconds in which the same face is not posted again; 0: off
  int track_max_duration_frames = 0;   // forces a track's end after so many sightings; 0: off
  bool overall_only = true;            // one best shot a track, at its end; false: also while it lasts
  double realtime_post_interval = 1.0;           // seconds of the window in which the best is picked
  bool realtime_post_first_immediately = false;  // the first good face at once, without waiting
  bool realtime_post_every_interval = false;     // true: the best of each window; false: only a better one

  bool operator==(const TrackOptions&) const = default;
};

}  // namespace vigia::track
