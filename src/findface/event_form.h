// The body of POST /events/faces/add/: multipart/form-data with the parts that FindFace requires, in its
// order.
#pragma once

#include <string>

#include "domain/shot.h"

namespace vigia::findface {

struct EventForm {
  std::string content_type;  // with the boundary
  std::string body;          // holds the camera's token: never log it
};

// REQUIRES: shot.camera_id, shot.jpeg. Cost: one copy of the image.
EventForm make_event_form(const domain::Shot& shot, const std::string& camera_token);

// left, top, right, bottom: whole pixels inside the image, never empty. A shot without roi: the whole image.
struct Roi {
  int left = 0, top = 0, right = 0, bottom = 0;
};
Roi clamp_roi(const domain::Region& roi, domain::Size image);

}  // namespace vigia::findface
