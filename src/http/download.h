// Downloads one file, whole or not at all: for public files that are checked by their hash.
//
// Unlike Http, whose requests carry secrets, it follows redirects (from https only to https) and uses proxies
// from the environment, as curl does. TLS is verified against the system's authorities. It waits at most 5 s
// for name look-up, connection and handshake of each server, and gives up after 10 s with almost no data, or
// after `at_most`. Threads: thread-safe.
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
  // Called now and then on the calling thread: bytes so far, and in total (0: unknown).
  std::function<void(Bytes, Bytes)> progress = nullptr;
  std::string ca_file{};  // PEM; empty: the system's authorities
};

// url: http or https. Errors: invalid (no such URL), not_found (the server has no such file), refused
// (another status), unavailable (no connection, or it broke), timeout, io (the certificate, too large).
Result<std::string> download(const std::string& url, const DownloadOptions& options = {});

// Of the content, in hexadecimal.
std::string sha256(std::string_view content);

}  // namespace vigia::http
