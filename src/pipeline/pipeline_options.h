// The options of one camera, for every stage that its frames pass, and its share of the workers. A value. It
// holds secrets (the camera's token and password): never log it whole.
#pragma once

#include <cmath>
#include <string>

#include "camera/camera_options.h"
#include "camera/sub_stream.h"
#include "domain/camera_spec.h"
#include "domain/zone.h"
#include "shot/shot_options.h"
#include "track/track_options.h"

namespace vigia::pipeline {

struct CameraSettings {
  domain::CameraSpec spec;
  // A smaller stream of the same view, in which faces are found: best shots then come from the spec's url,
  // which is kept encoded. "auto": the one that belongs to the url (camera/sub_stream.h); empty: none.
  std::string detect_url;
  double main_stream_seconds = 15;  // of the url's stream that are kept for that
  camera::CameraOptions source;
  domain::Zone rot;              // detect and follow only inside; empty: the whole picture
  int detector_step = 1;         // look for faces in every Nth frame
  double imotion_threshold = 0;  // least motion that makes an empty scene worth a look; 0: always
  int weight = 1;                // share of worker time beside other cameras' when there is too little
  track::TrackOptions track;
  shot::ShotOptions shot;
  camera::KeptKeys keys;  // no setting

  // The stream in which faces are found.
  [[nodiscard]] std::string searched_url() const {
    if (detect_url.empty()) return spec.url;
    return detect_url == "auto" ? camera::sub_stream_of(spec.url).value_or(spec.url) : detect_url;
  }
  [[nodiscard]] bool has_two_streams() const { return searched_url() != spec.url; }
  // Frames come as time passes, and may be dropped.
  [[nodiscard]] bool is_live() const noexcept {
    return !source.disable_drops && source.play_speed >= 0 && source.play_speed <= 1;
  }

  bool operator==(const CameraSettings&) const = default;
};

// filter_min_size in pixels of the searched picture, of which one is `enlarged` pixels of the posted one.
inline int least_face_in(const shot::ShotOptions& filters, float enlarged) {
  return static_cast<int>(std::ceil(static_cast<float>(filters.filter_min_size) / enlarged));
}

}  // namespace vigia::pipeline
