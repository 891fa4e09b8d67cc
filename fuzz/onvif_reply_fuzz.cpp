// Any answer of an ONVIF device, or datagram in answer to a Probe: it is read, or refused with a line; and
// what is printed of it is a comment, or a text in quotes, whatever the device says. The first byte selects
// which.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "discover/cameras_yaml.h"
#include "discover/login.h"
#include "discover/probe_message.h"
#include "discover/replies.h"
#include "discover/soap.h"
#include "discover/stream_url.h"

namespace {

using namespace vigia::discover;

void require(bool holds) {
  if (!holds) std::abort();
}

void require_line(std::string_view text) {
  require(text.size() < 2000);
  for (const char c : text) require(static_cast<unsigned char>(c) >= 0x20);
}

// Each line of the settings is a comment, or one of those that are written for a camera.
void require_settings(const std::string& yaml) {
  std::size_t begin = 0;
  while (begin < yaml.size()) {
    const std::size_t end = yaml.find('\n', begin);
    const std::string_view line = std::string_view(yaml).substr(begin, end - begin);
    begin = end + 1;
    require_line(std::string(line.substr(0, 1000)));
    const bool known = line.starts_with("# ") || line.starts_with("  # ") || line.starts_with("  #   ") ||
                       line == "cameras:" || line.starts_with("  - name: \"cam-") ||
                       line.starts_with("    url: \"rtsp") || line.starts_with("    username: \"");
    require(known && (line.find('#') < 3 || line.ends_with('"') || line == "cameras:"));
  }
}

void read_soap(std::string_view text) {
  const auto answer = read_answer(text);
  if (!answer) return require_line(answer.error().text);
  Device device;
  device.host = "10.0.0.5";
  device.information = read_information(answer->content);
  device.name = device.user = device.information.model;
  const auto time = read_time(answer->content);
  if (time) device.clock_ahead = time->time_since_epoch();
  static_cast<void>(read_services(answer->content));
  static_cast<void>(read_capabilities(answer->content));
  for (StreamProfile& profile : read_profiles(answer->content)) {
    const auto stream = stream_of(profile, profile.name, device.host, device.notes);
    if (!stream) require_line(stream.error().text);
    if (stream)
      device.sources.push_back({.token = profile.source, .profiles = {profile}, .main = *stream, .sub = {}});
  }
  if (const auto stream = stream_of({}, read_stream_uri(answer->content), device.host, device.notes)) {
    device.sources.push_back({.token = {}, .profiles = {stream->profile}, .main = *stream, .sub = *stream});
  }
  for (const std::string& note : device.notes) require_line(note);
  const std::vector<Device> devices{device};
  require_settings(cameras_yaml(devices, {}));
  require_line(device_json(device, name_sources(devices)).substr(0, 1000));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 3 == 0) {
    read_soap(text);
  } else if (data[0] % 3 == 1) {
    if (const auto matches = read_matches(text, "10.0.0.5")) {
      for (const Match& match : *matches) require(!service_urls(match).empty());
    }
  } else if (auto digest = HttpDigest::of(std::vector{text})) {
    require_line(digest->answer({"admin", "secret"}, "/x").substr(0, 1000));
  }
  return 0;
}
