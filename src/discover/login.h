// The two ways in which an ONVIF device takes a login without seeing the password: a UsernameToken in the
// SOAP header (WS-Security), and Digest of HTTP. Basic, which shows it to who answers, is not used. Both only
// compare: whoever records an answer can try passwords at home, so a camera's password should be long.
// Threads: values, and pure functions but for their random numbers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace vigia::discover {

struct Login {
  std::string user;      // empty: none
  std::string password;  // a secret

  bool operator==(const Login&) const = default;
};

// The SOAP header of a request that is made at `created` by the device's clock: PasswordDigest is
// base64(SHA1(nonce + created + password)) (OASIS, Web Services Security UsernameToken Profile 1.0). Empty:
// OpenSSL has no memory or no SHA-1.
std::string security_header(const Login& login, UtcTime created);

// Answers a device's challenge; counts its requests, as the challenge demands (RFC 7616; MD5 and SHA-256; qop
// "auth", or none as in RFC 2069).
class HttpDigest {
 public:
  // offers: WWW-Authenticate headers. Takes the first one that can be answered; nothing: none can.
  static std::optional<HttpDigest> of(std::span<const std::string> offers);

  // Value of the header Authorization for a POST. path: the url's, with its query.
  std::string answer(const Login& login, std::string_view path);

  [[nodiscard]] const std::string& nonce() const noexcept { return nonce_; }
  // The device says that the login was right, and its nonce too old.
  [[nodiscard]] bool is_stale() const noexcept { return stale_; }

 private:
  HttpDigest() = default;

  std::string realm_, nonce_, opaque_, algorithm_;
  bool has_opaque_ = false, has_qop_ = false, stale_ = false;
  unsigned count_ = 0;
};

}  // namespace vigia::discover
