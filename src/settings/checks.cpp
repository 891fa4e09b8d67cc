#include "settings/checks.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>

#include "base/control.h"
#include "base/url.h"
#include "camera/camera_options.h"
#include "domain/orientation.h"
#include "http/tls_options.h"
#include "settings/spelling.h"
#include "web/web_options.h"

namespace vigia::settings::checks {
namespace {

constexpr std::array<std::string_view, 9> kSchemes{"rtsp", "rtsps", "http", "https", "rtmp",
                                                   "srt",  "v4l2",  "file", "sim"};

const std::string& text_of(SettingRef slot) {
  return *std::get<std::string*>(slot);
}

// The URL's scheme; empty if it may be a user's name (user:password@host).
std::string_view scheme_of(std::string_view url) {
  const UrlParts parts = split_url(url);
  const bool word = parts.scheme.size() <= 12 &&
                    std::all_of(parts.scheme.begin(), parts.scheme.end(),
                                [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '-'; });
  const bool certain = parts.has_host || url.find('@') == std::string_view::npos;
  return word && certain ? parts.scheme : std::string_view{};
}

std::optional<Wrong> http_url(std::string_view url, std::string_view where_passwords_belong) {
  if (url.empty()) return {};
  const std::string_view scheme = scheme_of(url);
  if (scheme != "http" && scheme != "https") {
    return Wrong{"does not begin with https:// or http://", {}};
  }
  const UrlParts parts = split_url(url);
  if (parts.host.empty()) return Wrong{"names no host", {}};
  if (parts.has_user) {
    return Wrong{"holds a password, " + std::string(where_passwords_belong), {}};
  }
  return {};
}

Wrong unknown_scheme(std::string_view url) {
  const std::string_view scheme = scheme_of(url);
  if (scheme.empty()) {
    const bool path = url.starts_with('/') || url.starts_with("./");
    const bool device = url.starts_with("/dev/");
    return {"has no scheme", path ? (device ? "v4l2:" : "file:") + std::string(url) : ""};
  }
  std::string meant = nearest(scheme, kSchemes);
  if (!meant.empty()) meant += url.substr(scheme.size());
  return {"has the unknown scheme '" + std::string(scheme) + "'", std::move(meant)};
}

}  // namespace

std::optional<Wrong> camera_name(SettingRef slot) {
  const std::string& name = text_of(slot);
  if (name.empty()) return Wrong{"is empty", {}};
  if (name.size() > 60) return Wrong{"is longer than 60 bytes", {}};
  if (has_control(name)) return Wrong{"holds a line break or another control character", {}};
  if (name.front() == '.' || name.find_first_of("/\\@?&=<>|*\"") != std::string::npos) {
    return Wrong{"cannot be part of a file's name", {}};
  }
  return {};
}

std::optional<Wrong> camera_url(SettingRef slot) {
  const std::string_view url = text_of(slot);
  if (url.empty()) return Wrong{"is empty", {}};
  if (has_control(url)) return Wrong{"holds a line break or another control character", {}};
  const std::string_view scheme = scheme_of(url);
  if (std::find(kSchemes.begin(), kSchemes.end(), scheme) == kSchemes.end()) return unknown_scheme(url);
  const std::string_view rest = url.substr(scheme.size() + 1);
  if (scheme == "file") return rest.empty() ? std::optional(Wrong{"names no file", {}}) : std::nullopt;
  if (scheme == "sim") return {};
  if (scheme == "v4l2") {
    return rest.starts_with("/dev/") ? std::nullopt : std::optional(Wrong{"names no device of /dev", {}});
  }
  if (split_url(url).host.empty()) return Wrong{"names no host", {}};
  return {};
}

// Servers read a login as "user:password".
std::optional<Wrong> username(SettingRef slot) {
  if (text_of(slot).find(':') != std::string::npos) return Wrong{"holds ':'", {}};
  return {};
}

std::optional<Wrong> detect_url(SettingRef slot) {
  const std::string_view url = text_of(slot);
  if (url.empty() || url == "auto") return {};
  if (auto wrong = camera_url(slot)) return wrong;
  const std::string_view scheme = scheme_of(url);
  const bool is_live = camera::is_live_url(url) || scheme == "http" || scheme == "https";
  if (!is_live || scheme == "v4l2") return Wrong{"is no stream of a camera's server", {}};
  return {};
}

std::optional<Wrong> findface_url(SettingRef slot) {
  return http_url(text_of(slot), "which belongs in FINDFACE_USER and FINDFACE_PASSWORD");
}

std::optional<Wrong> webhook_url(SettingRef slot) {
  return http_url(text_of(slot), "which is not sent; posts are signed with VIGIA_WEBHOOK_SECRET");
}

std::optional<Wrong> mqtt_url(SettingRef slot) {
  const std::string_view url = text_of(slot);
  if (url.empty()) return {};
  const std::string_view scheme = scheme_of(url);
  if (scheme != "mqtt" && scheme != "mqtts") return Wrong{"does not begin with mqtt:// or mqtts://", {}};
  const UrlParts parts = split_url(url);
  if (parts.host.empty()) return Wrong{"names no host", {}};
  if (url.find('@') != std::string_view::npos) {
    return Wrong{"holds a password, which belongs in MQTT_USER and MQTT_PASSWORD", {}};
  }
  if (!parts.path.empty() && parts.path != "/") return Wrong{"has more than a host and a port", {}};
  if (parts.host.starts_with('[')) return Wrong{"has a '[' without a ']'", {}};
  if (parts.has_port && !port_number(parts.port)) return Wrong{"has an invalid port", {}};
  return {};
}

std::optional<Wrong> topic(SettingRef slot) {
  const std::string_view topic = text_of(slot);
  if (topic.empty()) return Wrong{"is empty", {}};
  if (topic.size() > 200) return Wrong{"is longer than 200 bytes", {}};
  if (topic.front() == '/' || topic.back() == '/') return Wrong{"begins or ends with '/'", {}};
  if (topic.front() == '$') return Wrong{"begins with '$', which is the broker's own", {}};
  if (topic.find_first_of("+#") != std::string_view::npos) return Wrong{"holds '+' or '#'", {}};
  return {};
}

std::optional<Wrong> topic_or_empty(SettingRef slot) {
  return text_of(slot).empty() ? std::nullopt : topic(slot);
}

std::optional<Wrong> key_value_list(SettingRef slot) {
  for (const std::string& item : *std::get<std::vector<std::string>*>(slot)) {
    const std::size_t equals = item.find('=');
    if (equals == std::string::npos || equals == 0) return Wrong{"has an entry that is not key=value", {}};
  }
  return {};
}

std::optional<Wrong> not_zero(SettingRef slot) {
  if (*std::get<double*>(slot) == 0) return Wrong{"means that nothing is played", {}};
  return {};
}

std::optional<Wrong> not_empty(SettingRef slot) {
  if (text_of(slot).empty()) return Wrong{"is empty", {}};
  return {};
}

std::optional<Wrong> model(SettingRef slot) {
  const std::string& name = text_of(slot);
  if (name == "auto" || name == "vigia_n" || name.ends_with(".onnx")) return {};
  constexpr std::array<std::string_view, 2> kWords{"auto", "vigia_n"};
  return Wrong{"is not a model", nearest(name, kWords)};
}

std::optional<Wrong> multiple_of_32(SettingRef slot) {
  const domain::Size size = *std::get<domain::Size*>(slot);
  if (size == domain::Size{}) return {};
  constexpr int kMax = 2048;
  if (size.width > kMax || size.height > kMax) return Wrong{"is larger than 2048", {}};
  if (size.width % 32 == 0 && size.height % 32 == 0) return {};
  const auto round = [kMax](int n) { return std::max(32, std::min(kMax, (n + 16) / 32 * 32)); };
  return Wrong{"is not a multiple of 32 both ways",
               std::to_string(round(size.width)) + "x" + std::to_string(round(size.height))};
}

std::optional<Wrong> video_transform(SettingRef slot) {
  const std::string& text = text_of(slot);
  if (domain::orientation_of(text)) return {};
  constexpr std::array<std::string_view, 7> kWords{"mirror",     "flip",      "rotate_90", "rotate_180",
                                                   "rotate_270", "transpose", "transverse"};
  return Wrong{"is no way to turn a picture", nearest(text, kWords)};
}

std::optional<Wrong> outbox_bytes(SettingRef slot) {
  const Bytes bytes = *std::get<Bytes*>(slot);
  if (bytes == 0 || bytes >= 1_MiB) return {};
  return Wrong{"is too little to hold a picture", {}};
}

std::optional<Wrong> log_file_bytes(SettingRef slot) {
  const Bytes bytes = *std::get<Bytes*>(slot);
  if (bytes == 0 || bytes >= 64_KiB) return {};
  return Wrong{"is too little for a file", {}};
}

std::optional<Wrong> log_queue_bytes(SettingRef slot) {
  const Bytes bytes = *std::get<Bytes*>(slot);
  if (bytes < 64_KiB) return Wrong{"is too little for a moment's lines", {}};
  if (bytes > 256_MiB) return Wrong{"is too much", {}};
  return {};
}

std::optional<Wrong> budget(SettingRef slot) {
  const Bytes bytes = *std::get<Bytes*>(slot);
  if (bytes == 0 || bytes >= 16_MiB) return {};
  return Wrong{"is too little to hold a frame of each camera", {}};
}

std::optional<Wrong> listen_address(SettingRef slot) {
  const std::string& text = text_of(slot);
  if (text == "off" || web::parse_listen(text)) return {};
  constexpr std::array<std::string_view, 2> kWords{"auto", "off"};
  return Wrong{"is no numeric address of this machine with a port, such as 127.0.0.1:8080 or [::1]:8080",
               nearest(text, kWords)};
}

std::optional<Wrong> web_token(SettingRef slot) {
  const std::string& text = text_of(slot);
  if (text.empty() || text.size() >= web::kShortestToken) return {};
  return Wrong{"is too short", {}};
}

std::optional<Wrong> host_names(SettingRef slot) {
  for (const std::string& name : *std::get<std::vector<std::string>*>(slot)) {
    const bool is_name = !name.empty() && name.size() <= 253 && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
             c == '.';
    });
    if (!is_name) return Wrong{"holds something else than names of hosts, without a port", {}};
  }
  return {};
}

std::optional<Wrong> tls_pin(SettingRef slot) {
  const std::string& pin = text_of(slot);
  if (pin.empty() || pin == http::kFirstUse || http::is_key_pin(pin)) return {};
  if (pin.starts_with("sha256//")) return Wrong{"is not the 44 digits in base64 of a SHA-256", {}};
  constexpr std::array kWords{http::kFirstUse};
  return Wrong{"is not a pin", nearest(pin, kWords)};
}

}  // namespace vigia::settings::checks
