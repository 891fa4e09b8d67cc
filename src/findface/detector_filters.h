// FindFace's filters for the faces of one camera, external_detector_settings: the server would reject faces
// outside them, so they are not sent at all.
//
// A value that is missing or null is not set. A value that cannot be understood is not set either, and is
// reported; the camera runs without it. The form of the server's roi is not documented: [left, top, right,
// bottom], as in a post, and "WxH+X+Y", as in the settings file, are accepted; both in pixels of the frame.
// Threads: a value and a pure function.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "domain/geometry.h"

namespace vigia::findface {

struct DetectorFilters {
  std::optional<int> min_size;        // filter_min_size: pixels, the face's shorter side
  std::optional<int> max_size;        // filter_max_size: pixels, its longer side
  std::optional<double> min_quality;  // filter_min_quality: 0..1
  std::optional<domain::Region> roi;

  bool operator==(const DetectorFilters&) const = default;
};

struct ReadFilters {
  DetectorFilters filters;
  std::string not_understood;  // "filter_min_size, roi"; "": all of it was understood
};
ReadFilters read_detector_filters(const nlohmann::json& settings);

// "filter_min_size 80, roi 640x360+0+0"; "none" if nothing is set.
std::string to_text(const DetectorFilters& filters);

}  // namespace vigia::findface
