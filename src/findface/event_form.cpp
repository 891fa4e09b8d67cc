#include "findface/event_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace vigia::findface {
namespace {

// 128 random bits: no image contains them.
std::string make_boundary() {
  std::random_device random;
  return fmt::format("vigia-{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

void add_field(std::string& body, const std::string& boundary, std::string_view name,
               std::string_view value) {
  fmt::format_to(std::back_inserter(body),
                 "--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{}\r\n", boundary, name, value);
}

}  // namespace

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
  const std::string boundary = make_boundary();
  EventForm form;
  form.content_type = "multipart/form-data; boundary=" + boundary;
  form.body.reserve(shot.jpeg->bytes.size() + 2048);
  add_field(form.body, boundary, "token", camera_token);
  add_field(form.body, boundary, "camera", std::to_string(*shot.camera_id));
  add_field(form.body, boundary, "mf_selector", "biggest");
  add_field(form.body, boundary, "timestamp", format_utc(shot.captured));
  const Roi roi = clamp_roi(shot.roi, shot.jpeg->size);
  for (const int edge : {roi.left, roi.top, roi.right, roi.bottom}) {
    add_field(form.body, boundary, "roi", std::to_string(edge));
  }
  form.body += fmt::format(
      "--{}\r\nContent-Disposition: form-data; name=\"fullframe\"; filename=\"fullframe.jpg\"\r\n"
      "Content-Type: image/jpeg\r\n\r\n",
      boundary);
  form.body.append(reinterpret_cast<const char*>(shot.jpeg->bytes.data()), shot.jpeg->bytes.size());
  form.body += fmt::format("\r\n--{}--\r\n", boundary);
  return form;
}

}  // namespace vigia::findface
