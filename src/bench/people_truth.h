// The people in a film, frame by frame: `vigia bench people` measures against it. Read from a file beside the
// film, or from a file of faces alone; for a painted scene its script gives it (people_scene.h). It is
// independent of the measured program. Threads: values; pure functions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "domain/detection.h"
#include "domain/geometry.h"

namespace vigia::bench {

// One face of one frame.
struct Present {
  int who = 0;  // index into Truth::people
  domain::Box face;
  bool visible = true;  // not covered by a person before it
  float score = 1;      // of a detector, where the file has one
};

struct Somebody {
  std::string name;
  bool picture = false;  // a poster or the like: nobody, whose faces must not be delivered
};

struct Truth {
  double fps = 0;
  domain::Size size;  // 0x0: not given
  std::vector<Somebody> people;
  std::vector<std::vector<Present>> frames;  // by number

  // The frame shown at that time; may lie beyond the last.
  [[nodiscard]] std::size_t frame_at(Nanoseconds stream_time) const;
  // The person whose face it overlaps most, relative to the smaller of both boxes; at least kSharedPart.
  [[nodiscard]] std::optional<int> who_is(std::size_t frame, const domain::Box& face) const;
  // The same for all faces found in a frame; of several that lie on a person's face one is theirs, the others
  // are nobody's. Fills `who`, one for each.
  void who_are(std::size_t frame, std::span<const domain::Detection> faces,
               std::vector<std::optional<int>>& who) const;
  // Height of everybody's largest visible face; 0: none was.
  [[nodiscard]] std::vector<float> largest() const;
};

inline constexpr float kSharedPart = 0.3F;

// {"fps": 25, "size": [1280, 720], "people": {"0": [[t, left, top, width, height, visible], ...]}, "posters":
// ["3"]}: t in seconds, a row for each frame in which the face is in the picture, covered (visible 0) or not.
// Errors: io, invalid: a line for the user.
Result<Truth> read_film_truth(const std::filesystem::path& file);

// Faces without pictures: the number of frames; then for each a line "frame count", followed by seven numbers
// for each of its faces: identity left top width height flag score. The flag is not used.
Result<Truth> read_faces(const std::filesystem::path& file, double fps);

}  // namespace vigia::bench
