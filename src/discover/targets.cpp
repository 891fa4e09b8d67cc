#include "discover/targets.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "base/url.h"
#include "discover/plain_text.h"
#include "discover/stream_url.h"

namespace vigia::discover {
namespace {

constexpr std::string_view kPath = "/onvif/device_service";
constexpr int kWidestRange = 22;  // 1022 hosts

Error wrong(const std::string& text, std::string_view why) {
  return {ErrorCode::invalid, fmt::format("'{}' {}", plain(text), why)};
}

Result<std::vector<Target>> read_range(const std::string& text) {
  const std::size_t slash = text.find('/');
  in_addr address{};
  int bits = 0;
  const char* const end = text.data() + text.size();
  const auto [read, failed] = std::from_chars(text.data() + slash + 1, end, bits);
  if (::inet_pton(AF_INET, text.substr(0, slash).c_str(), &address) != 1 || failed != std::errc() ||
      read != end) {
    return wrong(text, "is no range such as 10.0.0.0/24");
  }
  if (bits < kWidestRange || bits > 32) return wrong(text, "is too wide a range: /22 to /32");
  const std::uint32_t size = std::uint32_t{1} << static_cast<unsigned>(32 - bits);
  const std::uint32_t first = ntohl(address.s_addr) & ~(size - 1);
  const bool has_ends = size > 2;  // the network's own address, and all hosts'
  std::vector<Target> found;
  for (std::uint32_t i = has_ends ? 1 : 0; i < size - (has_ends ? 1 : 0); ++i) {
    const std::uint32_t one = first + i;
    const std::string host =
        fmt::format("{}.{}.{}.{}", one >> 24U, one >> 16U & 0xFFU, one >> 8U & 0xFFU, one & 0xFFU);
    found.push_back({host, fmt::format("http://{}{}", host, kPath), true, true});
  }
  return found;
}

Result<std::vector<Target>> read_one(const std::string& text) {
  if (text.find('@') != std::string::npos) {
    return Error{ErrorCode::invalid,
                 "an address holds '@': give no login there, but --user, and VIGIA_DEFAULTS_PASSWORD"};
  }
  const bool is_url = text.find("://") != std::string::npos;
  if (!is_url && text.find('/') != std::string::npos) return read_range(text);
  // A bare address of IPv6 has colons and no brackets.
  const bool six = !is_url && std::ranges::count(text, ':') > 1 && !text.starts_with('[');
  const std::string url = is_url ? text : six ? "http://[" + text + "]" : "http://" + text;
  const UrlParts parts = split_url(url);
  const std::string scheme = lower(parts.scheme);
  const bool port_is_right = !parts.has_port || port_number(parts.port);
  if ((scheme != "http" && scheme != "https") || !is_host(parts.host) || !port_is_right) {
    return wrong(text, "is none of ADDRESS, ADDRESS:PORT, http://ADDRESS/PATH and 10.0.0.0/24");
  }
  const std::string host(parts.host);
  const bool has_path = !parts.path.empty() && parts.path != "/";
  const std::string path = has_path ? plain_url(parts.path) : std::string(kPath);
  return std::vector<Target>{{.host = host,
                              .url = fmt::format("{}://{}{}", scheme, parts.server, path),
                              .may_be_absent = false,
                              .may_be_elsewhere = !is_url && !parts.has_port}};
}

}  // namespace

bool is_host(std::string_view host) {
  return !host.empty() && std::ranges::all_of(host, [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '%';
  });
}

Result<std::vector<Target>> read_targets(std::span<const std::string> texts) {
  std::vector<Target> all;
  std::set<std::string> urls;
  for (const std::string& text : texts) {
    Result<std::vector<Target>> some = read_one(text);
    if (!some) return some.error();
    for (Target& one : *some) {
      if (urls.insert(one.url).second) all.push_back(std::move(one));
    }
    if (all.size() > kMostTargets) {
      return Error{ErrorCode::invalid, fmt::format("these are more than {} addresses", kMostTargets)};
    }
  }
  return all;
}

Result<std::vector<std::string>> read_target_file(const std::string& file) {
  const Result<std::string> content = read_file(file, 1_MiB);
  if (!content) return content.error();
  std::vector<std::string> texts;
  std::string_view rest = *content;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    line = trim(line.substr(0, line.find('#')));
    if (!line.empty()) texts.emplace_back(line);
  }
  return texts;
}

}  // namespace vigia::discover
