// Sets up one transfer's TLS according to TlsOptions, and explains why a server was not accepted. Used by
// this folder only. Threads: one thread at a time. Must outlive the connections of the handle.
#pragma once

#include <curl/curl.h>

#include <string>

#include "base/result.h"
#include "http/key_check.h"
#include "http/tls_options.h"

namespace vigia::http {

// The server's certificate, key or the CA file is wrong.
[[nodiscard]] bool is_tls_failure(CURLcode code) noexcept;

class TlsGuard {
 public:
  // For the next transfer of `easy`. Error: the file with the keys cannot be read.
  Status install(CURL* easy, const std::string& url, const TlsOptions& tls);
  // said: libcurl's error text. Returns one line: what is wrong, and which setting fixes it.
  [[nodiscard]] std::string explain(CURL* easy, const TlsOptions& tls, const std::string& said) const;

 private:
  static int keep_key(void* self, char*, char*, int, int) noexcept;

  KeyCheck key_check_;
  std::string server_;     // of a pinned one
  std::string pins_file_;  // "": nothing is kept
  std::string key_error_;  // why the first key could not be kept
};

}  // namespace vigia::http
