#include "findface/event_form.h"

#include <algorithm>
#include <string>
#include <utility>

#include "http/body.h"

namespace vigia::findface {

Roi clamp_roi(const domain::Region& roi, domain::Size image) {
  if (roi.whole()) return {0, 0, image.width, image.height};
  Roi out;
  out.left = std::clamp(roi.left, 0, std::max(image.width - 1, 0));
  out.top = std::clamp(roi.top, 0, std::max(image.height - 1, 0));
  out.right = std::clamp(roi.left + roi.width, out.left + 1, std::max(image.width, out.left + 1));
  out.bottom = std::clamp(roi.top + roi.height, out.top + 1, std::max(image.height, out.top + 1));
  return out;
}

EventForm make_event_form(const domain::Shot& shot, const std::string& camera_token) {
  http::Multipart parts;
  parts.add_field("token", camera_token);
  parts.add_field("camera", std::to_string(*shot.camera_id));
  parts.add_field("mf_selector", "biggest");
  parts.add_field("timestamp", format_utc(told_time(shot)));
  const Roi roi = clamp_roi(shot.roi, shot.jpeg->size);
  for (const int edge : {roi.left, roi.top, roi.right, roi.bottom}) {
    parts.add_field("roi", std::to_string(edge));
  }
  parts.add_file("fullframe", "fullframe.jpg", "image/jpeg", shot.jpeg->bytes);
  EventForm form;
  form.content_type = parts.content_type();
  form.body = std::move(parts).body();
  return form;
}

}  // namespace vigia::findface
