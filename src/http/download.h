// One file from the web, whole or not at all: for what is public and checked by its hash.
//
// Unlike Http, whose requests carry secrets, it follows redirects (to https from https) and uses the proxies
// of the environment, as a person's curl would. TLS is verified by the system's authorities. It waits for the
// name, the connection and the handshake of each server for 5 s at most, gives up where for 10 s nearly
// nothing comes, and in any case after `at_most`. Threads: thread-safe.
#pragma once

#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace vigia::http {

struct DownloadOptions {
  Nanoseconds within{std::chrono::minutes(5)};
  Bytes at_most = 16_MiB;
  // Called now and then in the calling thread: bytes so far, and of all; 0: nobody knows.
  std::function<void(Bytes, Bytes)> progress = nullptr;
  std::string ca_file{};  // PEM; empty: the system's authorities
};

// url: http or https. Errors: invalid (no such URL), not_found (the server has no such file), refused
// (another status), unavailable (no connection, or it broke), timeout, io (the certificate, too large).
Result<std::string> download(const std::string& url, const DownloadOptions& options = {});

// Of the content, in hexadecimal.
std::string sha256(std::string_view content);

}  // namespace vigia::http
