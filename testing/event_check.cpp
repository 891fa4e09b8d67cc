#include "testing/event_check.h"

#include <charconv>

#include "testing/jpeg_header.h"

namespace vigia::testing {
namespace {

EventAnswer bad(std::string param, std::string desc) {
  return {.status = 400,
          .code = "BAD_PARAM",
          .desc = std::move(desc),
          .param = std::move(param),
          .event = {},
          .violation = true};
}

std::vector<const FormPart*> parts_named(const std::vector<FormPart>& parts, std::string_view name) {
  std::vector<const FormPart*> found;
  for (const FormPart& part : parts) {
    if (part.name == name) found.push_back(&part);
  }
  return found;
}

std::optional<std::int64_t> integer(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// '0' in the pattern stands for any digit.
bool looks_like(std::string_view text, std::string_view pattern) {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (pattern[i] == '0' ? !digit : text[i] != pattern[i]) return false;
  }
  return true;
}

bool is_time_with_offset(const std::string& text) {
  for (const char* fraction : {"", ".000", ".000000"}) {
    for (const char* offset : {"Z", "+00:00", "-00:00"}) {
      if (looks_like(text, std::string("0000-00-00T00:00:00") + fraction + offset)) return true;
    }
  }
  return false;
}

// Checks that only known names occur, each the allowed number of times, and only the image as a file.
std::optional<EventAnswer> check_names(const std::vector<FormPart>& parts) {
  for (const FormPart& part : parts) {
    const bool known = part.name == "token" || part.name == "camera" || part.name == "mf_selector" ||
                       part.name == "timestamp" || part.name == "roi" || part.name == "fullframe" ||
                       part.name == "rotate";
    if (!known) return bad(part.name, "Unknown part.");
    if (part.name != "fullframe" && !part.filename.empty()) return bad(part.name, "Not a file field.");
  }
  for (const char* name : {"token", "camera", "mf_selector", "timestamp", "fullframe"}) {
    const std::size_t count = parts_named(parts, name).size();
    if (count == 0) return bad(name, "This field is required.");
    if (count > 1) return bad(name, "Given more than once.");
  }
  return std::nullopt;
}

std::optional<EventAnswer> check_image(const FormPart& image, domain::Size& size) {
  if (image.filename.empty()) return bad("fullframe", "No file was submitted.");
  if (image.content_type != "image/jpeg") return bad("fullframe", "Content-Type is not image/jpeg.");
  const std::optional<domain::Size> found = jpeg_size(image.content);
  if (!found) return bad("fullframe", "Upload a valid image.");
  size = *found;
  return std::nullopt;
}

std::optional<EventAnswer> check_roi(const std::vector<FormPart>& parts, domain::Size size,
                                     FakeEvent& event) {
  const auto edges = parts_named(parts, "roi");
  if (edges.size() != 4) return bad("roi", "Four parts named roi are wanted.");
  for (std::size_t i = 0; i < 4; ++i) {
    const std::optional<std::int64_t> edge = integer(edges[i]->content);
    if (!edge) return bad("roi", "A valid integer is required.");
    event.roi[i] = static_cast<int>(*edge);
  }
  const auto [left, top, right, bottom] = event.roi;
  const bool inside =
      0 <= left && left < right && right <= size.width && 0 <= top && top < bottom && bottom <= size.height;
  if (!inside) return bad("roi", "Outside the image.");
  return std::nullopt;
}

}  // namespace

EventAnswer check_event(const std::vector<FormPart>& parts,
                        const std::function<std::optional<FakeCamera>(std::int64_t)>& camera) {
  if (auto wrong = check_names(parts)) return *wrong;
  EventAnswer answer;
  FakeEvent event;
  const FormPart& image = *parts_named(parts, "fullframe").front();
  domain::Size size;
  if (auto wrong = check_image(image, size)) return *wrong;
  if (auto wrong = check_roi(parts, size, event)) return *wrong;
  const std::string& selector = parts_named(parts, "mf_selector").front()->content;
  if (selector != "biggest" && selector != "all") return bad("mf_selector", "Not a valid choice.");
  event.timestamp = parts_named(parts, "timestamp").front()->content;
  if (!is_time_with_offset(event.timestamp)) return bad("timestamp", "Wrong format, or no offset.");
  const std::string& id = parts_named(parts, "camera").front()->content;
  const std::optional<std::int64_t> number = integer(id);
  if (!number) return bad("camera", "A valid integer is required.");
  const std::optional<FakeCamera> found = camera(*number);
  if (!found) {
    EventAnswer unknown = bad("camera", "Invalid pk '" + id + "' - object does not exist.");
    unknown.violation = false;
    return unknown;
  }
  if (parts_named(parts, "token").front()->content != found->token) {
    answer.status = 403;
    answer.code = "PERMISSION_DENIED";
    answer.desc = "Incorrect events creation API token";
    return answer;
  }
  event.camera = *number;
  event.jpeg = image.content;
  event.jpeg_bytes = image.content.size();
  answer.event = std::move(event);
  return answer;
}

}  // namespace vigia::testing
