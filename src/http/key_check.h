// Checks a server's public key in the TLS handshake, instead of its certificate's chain and name. Used by
// this folder only. It uses callbacks of OpenSSL, with which Debian's libcurl is built.
// Threads: one thread at a time. Must outlive the connections of the handle that it was installed in.
#pragma once

#include <curl/curl.h>

#include <string>

namespace vigia::http {

class KeyCheck {
 public:
  // For the next transfer of `easy`: a new connection must show the key `wanted`; "": any.
  void install(CURL* easy, std::string wanted);

  // Back to the state before any transfer.
  void forget() noexcept {
    wanted_.clear();
    seen_.clear();
  }

  // "sha256//BASE64" of the key that a new connection showed; "": no new connection was made (yet).
  [[nodiscard]] const std::string& seen() const noexcept { return seen_; }
  [[nodiscard]] bool is_wanted() const noexcept { return wanted_.empty() || seen_ == wanted_; }

 private:
  static CURLcode set_up(CURL* easy, void* ssl_context, void* self) noexcept;
  // X509_STORE_CTX; 1: go on.
  static int look_at(void* store_context, KeyCheck& self) noexcept;

  std::string wanted_;
  std::string seen_;
};

}  // namespace vigia::http
