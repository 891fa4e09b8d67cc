// Any answer of a FindFace server: the reply to a posted face, its groups, its cameras. The first byte
// selects which, the second the status.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "findface/camera_list.h"
#include "findface/event_reply.h"

namespace {

using vigia::delivery::DeliveryResult;
using vigia::findface::EventReply;

constexpr std::array kStatuses{200, 201, 204, 301, 307, 400, 401, 403, 404,
                               408, 413, 425, 429, 500, 502, 503, 504, 599};

void require(bool holds) {
  if (!holds) std::abort();
}

// Requires a text that is safe as one log line: no line ends, and not too long.
void require_line(std::string_view text) {
  require(text.size() < 2000);
  for (const char c : text) require(static_cast<unsigned char>(c) >= 0x20);
}

void read_reply(int status, std::string_view body) {
  vigia::http::HttpResult answer;
  answer.status = status;
  answer.body = body;
  const EventReply reply = vigia::findface::read_event_reply(answer);
  require_line(reply.delivery.text);
  // A delivery counts only if the server names the event.
  if (reply.delivery.outcome == DeliveryResult::Outcome::delivered) require(status == 200 || status == 201);
}

void read_cameras(std::string_view body) {
  const auto page = vigia::findface::parse_camera_page(body);
  if (!page) return require_line(page.error().text);
  for (const auto& camera : page->cameras) require(camera.name.size() <= body.size() * 4);
}

void read_groups(std::string_view body) {
  const auto groups = vigia::findface::parse_groups(body);
  if (!groups) require_line(groups.error().text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  switch (data[0] % 4) {
    case 0:
      read_reply(kStatuses.at(data[1] % kStatuses.size()), body);
      break;
    case 1:
      read_cameras(body);
      break;
    case 2:
      read_groups(body);
      break;
    default:
      static_cast<void>(vigia::findface::cursor_of(body));
  }
  return 0;
}
