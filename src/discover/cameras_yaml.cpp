#include "discover/cameras_yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <set>

#include "discover/plain_text.h"
#include "discover/stream_url.h"

namespace vigia::discover {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestHost = 45;  // in a name, which has 60 bytes at most

// As the environment spells a camera's name: two names that are one there would be one camera's settings.
std::string variable_part(std::string_view name) {
  std::string out;
  for (const unsigned char c : name) out += std::isalnum(c) != 0 ? static_cast<char>(std::toupper(c)) : '_';
  return out;
}

std::string base_name(const Device& device) {
  std::string name = "cam-";
  for (const char c : device.host.substr(0, kLongestHost)) {
    const bool kept = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
    name += kept ? c : '-';
  }
  return name;
}

// In double quotes, as YAML reads it back.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string device_text(const Device& device) {
  const DeviceInformation& information = device.information;
  std::string text = plain(information.make + " " + information.model);
  const auto add = [&text](std::string_view before, const std::string& value, std::string_view after) {
    if (const std::string shown = plain(value, 60); !shown.empty()) {
      text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", before, shown, after);
    }
  };
  add("\"", device.name, "\"");
  add("", device.place, "");
  add("firmware ", information.firmware, "");
  add("serial ", information.serial, "");
  return fmt::format("{}{}{}", device.host, text.empty() ? "" : ": ", text);
}

std::string profile_text(const StreamProfile& profile) {
  std::string text = plain(profile.name.empty() ? profile.token : profile.name, 40);
  text += ": " + plain(profile.codec.empty() ? "video" : profile.codec, 20);
  if (profile.pixels() > 0) text += fmt::format(" {}x{}", profile.width, profile.height);
  if (profile.fps > 0) text += fmt::format(", {:.4g} fps", profile.fps);
  return text;
}

const std::string& user_of(const NamedSource& one) {
  return one.device->user.empty() ? one.source->main->user : one.device->user;
}

// In narrower pictures too many faces are too small to be found.
constexpr int kNarrowestSearched = 640;

// As a setting where faces can be found in it, else in the comment alone.
bool is_searched(const VideoSource& source) {
  return source.sub && source.sub->profile.width >= kNarrowestSearched && !source.sub->needs_password_in_url;
}

// A camera's entry. The one place that decides how a sub stream is written.
std::string entry(const NamedSource& one) {
  const VideoSource& source = *one.source;
  std::string text = fmt::format("  # {}\n", device_text(*one.device));
  for (const StreamProfile& profile : source.profiles) {
    std::string role;
    if (profile.token == source.main->profile.token) role = "   (the url below)";
    if (source.sub && profile.token == source.sub->profile.token) {
      role = is_searched(source) ? "   (the detect_url below)" : "   sub stream: " + source.sub->url;
    }
    text += fmt::format("  #   {}{}\n", profile_text(profile), role);
  }
  if (source.main->needs_password_in_url) {
    text += fmt::format(
        "  #   It wants a password in the url, where {} stands: better in the environment, as "
        "VIGIA_CAMERAS_{}_URL.\n",
        kPasswordHere, variable_part(one.name));
  }
  text += fmt::format("  - name: {}\n    url: {}\n", in_quotes(one.name), in_quotes(source.main->url));
  if (is_searched(source)) text += fmt::format("    detect_url: {}\n", in_quotes(source.sub->url));
  const std::string& user = user_of(one);
  // Settings refuse a user with ':', as it cannot be sent.
  if (!user.empty() && user.find(':') == std::string::npos)
    text += fmt::format("    username: {}\n", in_quotes(user));
  return text;
}

Json profile_json(const StreamProfile& profile) {
  return {{"token", profile.token}, {"name", profile.name},     {"codec", profile.codec},
          {"width", profile.width}, {"height", profile.height}, {"fps", profile.fps}};
}

Json stream_json(const Stream& stream) {
  Json json = profile_json(stream.profile);
  json["url"] = stream.url;
  if (stream.needs_password_in_url) json["needs_password_in_url"] = true;
  return json;
}

Json source_json(const NamedSource& one) {
  Json json = {{"name", one.name}, {"source", one.source->token}, {"main", stream_json(*one.source->main)}};
  json["sub"] = one.source->sub ? stream_json(*one.source->sub) : Json();
  json["username"] = user_of(one);
  Json profiles = Json::array();
  for (const StreamProfile& profile : one.source->profiles) profiles.push_back(profile_json(profile));
  json["profiles"] = std::move(profiles);
  return json;
}

std::string_view login_text(LoginKind kind) {
  return kind == LoginKind::http_digest       ? "http_digest"
         : kind == LoginKind::security_header ? "ws_security"
                                              : "none";
}

}  // namespace

std::vector<NamedSource> name_sources(std::span<const Device> devices) {
  std::vector<NamedSource> named;
  std::set<std::string> taken;
  for (const Device& device : devices) {
    const std::string base = base_name(device);
    for (std::size_t i = 0; i < device.sources.size(); ++i) {
      if (!device.sources[i].main) continue;
      const std::string wanted = device.sources.size() == 1 ? base : fmt::format("{}-ch{}", base, i + 1);
      std::string name = wanted;
      for (int n = 2; !taken.insert(variable_part(name)).second; ++n) name = fmt::format("{}-{}", wanted, n);
      named.push_back({std::move(name), &device, &device.sources[i]});
    }
  }
  return named;
}

std::string cameras_yaml(std::span<const Device> devices, UtcTime now) {
  const std::vector<NamedSource> sources = name_sources(devices);
  std::string time = format_utc(now).substr(0, 16);
  std::ranges::replace(time, 'T', ' ');
  std::string text = fmt::format("# Found by vigia discover at {} UTC.\n", time);
  if (std::ranges::any_of(sources, [](const NamedSource& one) { return !user_of(one).empty(); })) {
    text +=
        "# No password is written here. Vigia takes it from the environment: VIGIA_DEFAULTS_PASSWORD for "
        "all, "
        "or\n# for the camera cam-10.0.0.5 alone VIGIA_CAMERAS_CAM_10_0_0_5_PASSWORD.\n";
  }
  text += "cameras:\n";
  for (const NamedSource& one : sources) text += entry(one);
  return text;
}

std::string device_json(const Device& device, std::span<const NamedSource> sources) {
  const DeviceInformation& information = device.information;
  Json json = {
      {"address", device.host},           {"service", device.service},    {"name", device.name},
      {"location", device.place},         {"make", information.make},     {"model", information.model},
      {"firmware", information.firmware}, {"serial", information.serial}, {"hardware", information.hardware},
      {"login", login_text(device.login)}};
  json["clock_ahead"] = device.clock_ahead ? Json(to_seconds(*device.clock_ahead)) : Json();
  Json cameras = Json::array();
  for (const NamedSource& one : sources) {
    if (one.device == &device) cameras.push_back(source_json(one));
  }
  json["cameras"] = std::move(cameras);
  json["notes"] = device.notes;
  json["failure"] = device.failure ? Json(device.failure->text) : Json();
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace vigia::discover
