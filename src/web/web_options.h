// What the user sets for the HTTP server. Keys: web.*
#pragma once

#include <arpa/inet.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vigia::web {

struct WebOptions {
  std::string listen = "auto";     // ADDRESS:PORT; auto: 127.0.0.1:8080 unless another program has it; off
  std::string token;               // who sends it may look; empty: everybody who can reach the address
  std::string token_file;          // the file that holds it, instead
  std::vector<std::string> hosts;  // names, beside localhost, by which browsers reach it

  bool operator==(const WebOptions&) const = default;
  [[nodiscard]] bool enabled() const { return listen != "off"; }
  [[nodiscard]] bool has_token() const { return !token.empty() || !token_file.empty(); }
};

inline constexpr std::string_view kAutoAddress = "127.0.0.1:8080";
inline constexpr std::size_t kShortestToken = 16;

// An address of this machine. IPv6 in brackets, as in an address bar: [::1]:8080.
struct ListenAddress {
  std::string host;  // numeric, without brackets
  std::uint16_t port = 0;
  bool is_v6 = false;
  bool is_loopback = false;
};

// Nothing: it is none. Port 0: any that is free.
inline std::optional<ListenAddress> parse_listen(std::string_view text) {
  if (text == "auto") text = kAutoAddress;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  ListenAddress address;
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (failed != std::errc() || end != port.data() + port.size() || port.empty()) return std::nullopt;
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    address.is_v6 = true;
  }
  address.host = host;
  in6_addr v6{};
  in_addr v4{};
  if (address.is_v6) {
    if (::inet_pton(AF_INET6, address.host.c_str(), &v6) != 1) return std::nullopt;
    address.is_loopback = IN6_IS_ADDR_LOOPBACK(&v6);  // NOLINT: the system's macro
  } else {
    if (::inet_pton(AF_INET, address.host.c_str(), &v4) != 1) return std::nullopt;
    address.is_loopback = (ntohl(v4.s_addr) >> 24U) == 127;
  }
  return address;
}

}  // namespace vigia::web
