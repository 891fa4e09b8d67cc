// A video that cameras of a bench show.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "domain/geometry.h"

namespace vigia::bench {

struct Clip {
  std::string url;  // as a camera takes it
  domain::Size size;
  double fps = 0;     // frames a second at which it was recorded
  int frames = 0;     // seen of it, at most kFramesSeen
  std::string codec;  // "h264"
};

inline constexpr int kFramesSeen = 600;

// name: a file, or a url of a file or a scene. Reads up to kFramesSeen packets of it; decodes nothing.
// Errors: a line for the user: it is not there, no video, too short, or a live stream.
Result<Clip> look_at_clip(const std::string& name);
Result<std::vector<Clip>> look_at_clips(const std::vector<std::string>& names);

// The clip that camera `index` of many shows: they take them in turn.
inline const Clip& clip_of(const std::vector<Clip>& clips, int index) {
  return clips[static_cast<std::size_t>(index) % clips.size()];
}

}  // namespace vigia::bench
