#include "settings/checks.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "http/tls_options.h"
#include "settings/spelling.h"

namespace vigia::settings::checks {
namespace {

constexpr std::array<std::string_view, 6> kSchemes{"rtsp", "rtsps", "http", "https", "file", "sim"};

const std::string& text_of(SettingRef slot) {
  return *std::get<std::string*>(slot);
}

// What stands before "://" or ":", unless it may be a user's name (user:password@host).
std::string_view scheme_of(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 12) return {};
  const std::string_view scheme = url.substr(0, colon);
  const bool word = std::all_of(scheme.begin(), scheme.end(),
                                [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '-'; });
  const bool certain = url.substr(colon).starts_with("://") || url.find('@') == std::string_view::npos;
  return word && certain ? scheme : std::string_view{};
}

// "//host" with something in it.
bool names_a_host(std::string_view after_colon) {
  if (!after_colon.starts_with("//")) return false;
  std::string_view host = after_colon.substr(2);
  const std::size_t user = host.rfind('@');
  if (user != std::string_view::npos) host.remove_prefix(user + 1);
  return !host.empty() && host.front() != '/' && host.front() != ':' && host.front() != '?';
}

std::optional<Wrong> http_url(std::string_view url, std::string_view where_passwords_belong) {
  if (url.empty()) return {};
  const std::string_view scheme = scheme_of(url);
  if (scheme != "http" && scheme != "https") {
    return Wrong{"does not begin with https:// or http://", {}};
  }
  const std::string_view rest = url.substr(scheme.size() + 1);
  if (!names_a_host(rest)) return Wrong{"names no host", {}};
  const std::string_view host = rest.substr(2, rest.find_first_of("/?#", 2) - 2);
  if (host.find('@') != std::string_view::npos) {
    return Wrong{"holds a password, " + std::string(where_passwords_belong), {}};
  }
  return {};
}

Wrong unknown_scheme(std::string_view url) {
  const std::string_view scheme = scheme_of(url);
  if (scheme.empty()) {
    const bool path = url.starts_with('/') || url.starts_with("./");
    return {"has no scheme", path ? "file:" + std::string(url) : ""};
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
  if (name.front() == '.' || name.find_first_of("/\\@?&=<>|*\"") != std::string::npos) {
    return Wrong{"cannot be part of a file's name", {}};
  }
  return {};
}

std::optional<Wrong> camera_url(SettingRef slot) {
  const std::string_view url = text_of(slot);
  if (url.empty()) return Wrong{"is empty", {}};
  const std::string_view scheme = scheme_of(url);
  if (std::find(kSchemes.begin(), kSchemes.end(), scheme) == kSchemes.end()) return unknown_scheme(url);
  const std::string_view rest = url.substr(scheme.size() + 1);
  if (scheme == "file") return rest.empty() ? std::optional(Wrong{"names no file", {}}) : std::nullopt;
  if (scheme == "sim") return {};
  if (!names_a_host(rest)) return Wrong{"names no host", {}};
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
  std::string_view rest = url.substr(scheme.size() + 1);
  if (!names_a_host(rest)) return Wrong{"names no host", {}};
  rest = rest.substr(2);
  if (rest.find('@') != std::string_view::npos) {
    return Wrong{"holds a password, which belongs in MQTT_USER and MQTT_PASSWORD", {}};
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#") != std::string_view::npos)
    return Wrong{"has more than a host and a port", {}};
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : 0;
  if (bracket == std::string_view::npos) return Wrong{"has a '[' without a ']'", {}};
  const std::size_t colon = rest.find(':', bracket);
  if (colon == std::string_view::npos) return {};
  int port = 0;
  const auto [end, failed] = std::from_chars(rest.data() + colon + 1, rest.data() + rest.size(), port);
  if (failed != std::errc() || end != rest.data() + rest.size() || port < 1 || port > 65535) {
    return Wrong{"has an invalid port", {}};
  }
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

std::optional<Wrong> outbox_bytes(SettingRef slot) {
  const Bytes bytes = *std::get<Bytes*>(slot);
  if (bytes == 0 || bytes >= 1_MiB) return {};
  return Wrong{"is too little to hold a picture", {}};
}

std::optional<Wrong> budget(SettingRef slot) {
  const Bytes bytes = *std::get<Bytes*>(slot);
  if (bytes == 0 || bytes >= 16_MiB) return {};
  return Wrong{"is too little to hold a frame of each camera", {}};
}

std::optional<Wrong> tls_pin(SettingRef slot) {
  const std::string& pin = text_of(slot);
  if (pin.empty() || pin == http::kFirstUse || http::is_key_pin(pin)) return {};
  if (pin.starts_with("sha256//")) return Wrong{"is not the 44 digits in base64 of a SHA-256", {}};
  constexpr std::array kWords{http::kFirstUse};
  return Wrong{"is not a pin", nearest(pin, kWords)};
}

}  // namespace vigia::settings::checks
