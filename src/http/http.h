// HTTP requests over libcurl: errors in classes that a caller can decide by, answers bounded, stops obeyed.
//
// TLS is verified (with ca_file where it is set), redirects are not followed (the token would go along),
// proxies of the environment are not used, and neither headers nor bodies are ever logged.
// Connections are kept and used again unless they were idle for more than 4 s (servers close theirs after 5);
// when the server closed one all the same before a byte of its answer, libcurl sends once more on a new one.
// Threads: thread-safe. Each call in flight has a handle of its own from a pool; the pool grows to the
// largest number of calls at a time.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace vigia::http {

enum class HttpFailure {
  none,       // there is an answer: look at status
  connect,    // no connection: name, route, refused, too slow
  timeout,    // connected, but no whole answer in time
  tls,        // the server's certificate or the CA file is not good: nothing mends itself
  reset,      // the connection broke
  too_large,  // the answer is larger than answer_at_most
  cancelled,  // by the stop token
  login,      // no token to send it with: see Session
  other,
};

struct HttpRequest {
  bool post = false;
  std::string url;
  std::vector<std::string> headers;  // "Name: value"; may hold secrets
  std::string body;                  // of a POST
  Nanoseconds timeout{0};            // for all of it; connecting has 5 s of its own at most
  Bytes answer_at_most = 16_MiB;
};

struct HttpResult {
  HttpFailure failure = HttpFailure::none;
  std::string text;  // why it failed, for people
  // Of a failure: the whole request had gone out, so the server may have acted on it.
  bool sent_whole = false;

  int status = 0;
  std::string body;
  std::optional<Nanoseconds> retry_after;  // what the server asked for, in seconds or as a date
  std::string location;                    // of a redirect, redacted

  [[nodiscard]] bool answered(int wanted) const { return failure == HttpFailure::none && status == wanted; }
};

class Http {
 public:
  // ca_file: PEM; empty: the system's authorities.
  explicit Http(std::string ca_file);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  HttpResult perform(const HttpRequest& request, const std::stop_token& stop);

 private:
  class Call;

  std::unique_ptr<Call> take_idle();

  // Constant after construction.
  const std::string ca_file_;

  // State below is protected by mutex_.
  Mutex mutex_;
  std::vector<std::unique_ptr<Call>> idle_ GUARDED_BY(mutex_);
};

// For a query: letters, digits and -_.~ stay, all else becomes %XX; and back.
std::string url_encode(std::string_view text);
std::string url_decode(std::string_view text);

}  // namespace vigia::http
