// A request as strangers may send it: a line with method and target, lines with headers, an empty line, a
// body. The site answers it; an answer that streams is read a little.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "web/site.h"

namespace {

using namespace vigia;

struct World {
  World()
      : memory({.gc_interval = 3600, .budget_bytes = 100'000'000}),
        world{.snapshot = [] { return status::Snapshot(); },
              .live_view = [this](std::string_view name) { return name == "gate" ? view : nullptr; },
              .housekeeping = [] { return SteadyTime(); },
              .memory = memory,
              .clock = system_clock(),
              .ledger_path = "",
              .settings_json = "{}",
              .version = "1"},
        pictures(world),
        open(world, pictures, {}),
        closed(world, pictures, {.token = "a long enough token", .hosts = {"vigia.example"}}) {}

  memory::MemoryManager memory;
  std::shared_ptr<pipeline::LiveView> view = std::make_shared<pipeline::LiveView>();
  web::World world;
  web::LivePictures pictures;
  web::Site open, closed;
};

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

web::Request request_of(std::string_view text) {
  web::Request request;
  const std::string_view first = take_line(text);
  const std::size_t blank = std::min(first.find(' '), first.size());
  const std::string_view method = first.substr(0, blank);
  request.method = method == "GET"    ? web::Method::get
                   : method == "PUT"  ? web::Method::put
                   : method == "POST" ? web::Method::post
                                      : web::Method::other;
  request.target = first.substr(std::min(blank + 1, first.size()));
  request.client = "10.0.0.7";
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    const std::size_t colon = std::min(line.find(": "), line.size());
    const std::string_view name = line.substr(0, colon);
    const std::string value(line.substr(std::min(colon + 2, line.size())));
    for (const auto& [header, place] : {std::pair{"host", &request.host},
                                        {"origin", &request.origin},
                                        {"site", &request.fetch_site},
                                        {"mode", &request.fetch_mode},
                                        {"auth", &request.authorization},
                                        {"cookie", &request.cookie},
                                        {"type", &request.content_type},
                                        {"last", &request.last_event_id}}) {
      if (name == header) *place = value;
    }
  }
  request.body = text.substr(0, web::Site::kMostBody);
  return request;
}

void ask(web::Site& site, const web::Request& request) {
  static_cast<void>(web::Site::handler_of(request));
  if (site.refuse(request)) return;
  const web::HttpAnswer answer = site.answer(request);
  std::array<char, 256> part{};
  if (answer.stream) answer.stream->read(part, system_clock().now());
  if (answer.code < 100 || answer.code > 599) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  vigia::log::set_level(vigia::log::LogLevel::off);  // the log's level is what a request may change
  const web::Request request = request_of({reinterpret_cast<const char*>(data), size});  // NOLINT: bytes
  ask(world.open, request);
  ask(world.closed, request);
  return 0;
}
