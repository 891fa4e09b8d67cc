// What has to be done to a decoded picture before it can be searched: it must stand upright, have square
// pixels and no combed edges. Most cameras' pictures need none of it. Threads: values.
//
// Pixels that are not square (704x576 of PAL, 1440x1080 of HDV) would squeeze faces: the picture is widened
// or made higher, never smaller, so that no detail is lost. Ratios below 2 % off square, beyond 3:1, and
// those that would make the picture too large to be accepted are left alone.
//
// Interlaced pictures hold two moments, a 50th of a second apart, in every second line each: the edges of
// whatever moves are combed, and its faces are not found. Only the lines of one field are taken and stretched
// to the full height. That costs least, 0.1 ms for 720 lines, and half the height's detail; a
// deinterlacer that looks at several pictures keeps more of what stands still, and costs many times that.
#pragma once

#include <cstdint>

#include "camera/av_handles.h"
#include "camera/tone_map.h"
#include "domain/geometry.h"
#include "domain/orientation.h"

namespace vigia::camera {

// What a source says about how its pictures are to be shown.
struct Presentation {
  domain::Orientation turn{};    // of the stream; a picture may say otherwise itself
  AVRational pixel_shape{0, 1};  // width : height of a pixel, by the container; 0: it does not say
  bool turn_lasts = false;    // what a picture says holds for those after it that say nothing (H.264, H.265)
  bool fields_apart = false;  // each field of an interlaced stream is a picture of half the height (H.265)
};

struct PictureChange {
  bool one_field = false;  // only every second line is taken
  domain::Size size{};     // to which it is scaled then
  Transfer transfer = Transfer::plain;
  domain::Orientation turn{};  // last

  // Something but turning is to be done.
  [[nodiscard]] bool redraws(const AVFrame& picture) const noexcept {
    return one_field || transfer != Transfer::plain || size != domain::Size{picture.width, picture.height};
  }
  [[nodiscard]] bool needed(const AVFrame& picture) const noexcept {
    return !turn.upright() || redraws(picture);
  }
};

// Says it for the pictures of a connection, in order: H.264 tells how it lies now and then only. Threads: one
// thread at a time.
class PictureChanges {
 public:
  // own: the camera's video_transform, applied after what the stream says.
  PictureChanges(const Presentation& shown, domain::Orientation own) noexcept
      : shown_(shown), own_(own), turn_(shown.turn) {}
  [[nodiscard]] PictureChange of(const AVFrame& picture) noexcept;

 private:
  Presentation shown_;
  domain::Orientation own_, turn_;
};

// Of FFmpeg's display matrix, nine numbers (libavutil/display.h). An angle between two quarters becomes the
// nearer one; a matrix that no picture can be shown with is upright.
domain::Orientation turn_of_matrix(const std::int32_t* matrix) noexcept;

}  // namespace vigia::camera
