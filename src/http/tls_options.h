// How a server's certificate is verified. Each part that connects to a server over TLS has these settings in
// its own section: ca_file, tls_pin, tls_insecure.
//
// - Default: the certificate's chain must lead to one of the system's authorities, or of those in ca_file, it
//   must be valid today, and its name must be the URL's host.
// - pin: the server's public key must be this one. Chain, dates and name are then not checked, so that a
//   self-signed server reached by its address can be pinned; whoever owns the key is the server. The key is
//   compared in the handshake of each new connection, before a byte of the request is sent.
// - pin "first_use": the key of the first connection whose handshake succeeds is stored in pins_file, one
//   line for each host and port, and required from then on, also after a restart. An attacker in that first
//   connection would be trusted; later ones are not. If a key cannot be stored (disk full) the connection
//   ends.
// - insecure: nothing is verified; anybody on the network path can read and change everything. A pin takes
//   precedence.
#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace vigia::http {

struct TlsOptions {
  std::string ca_file;      // PEM; empty: the system's authorities
  std::string pin;          // "", "first_use", or "sha256//BASE64" of the public key (SubjectPublicKeyInfo)
  bool insecure = false;    // nothing is verified
  std::string pins_file;    // of first_use
  bool keeps_first = true;  // false: the key of a first connection is accepted and not stored; for a check
  bool can_pin = true;      // false: the caller has no tls_pin, so no error text proposes it
  std::string section = "delivery.findface";  // where these settings stand, for error texts; may be empty

  // A setting's full name.
  [[nodiscard]] std::string key(std::string_view name) const {
    return section.empty() ? std::string(name) : section + "." + std::string(name);
  }

  bool operator==(const TlsOptions&) const = default;
};

inline constexpr std::string_view kFirstUse = "first_use";

// "sha256//" and the 44 digits in base64 of a SHA-256.
inline bool is_key_pin(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256//";
  constexpr std::size_t kDigits = 43;  // 32 bytes; then one '='
  if (!text.starts_with(kPrefix) || text.size() != kPrefix.size() + kDigits + 1 || text.back() != '=') {
    return false;
  }
  const std::string_view digits = text.substr(kPrefix.size(), kDigits);
  return std::all_of(digits.begin(), digits.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '+' || c == '/'; });
}

}  // namespace vigia::http
