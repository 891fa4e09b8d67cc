// HTTP requests over libcurl: errors in classes that a caller can decide by, answers bounded, stops obeyed.
//
// TLS is verified as tls_options.h says, redirects are not followed (the token would go along),
// proxies of the environment are not used, and neither headers nor bodies are ever logged.
// Connections are kept and used again unless they were idle for more than 4 s (servers close theirs after 5).
// When the server closed one all the same, the request is sent once more on a new one: only where a
// connection that was used before broke without a byte of an answer, and never a second time. See also
// HttpRequest::once. A request ends after its `timeout`; before that when there is no connection (with its
// TLS handshake) after 5 s, or when for `stall` no byte of the body could be sent. The text of a failure says
// in which phase it was. Threads: thread-safe. Each call in flight has a handle of its own from a pool; the
// pool grows to the largest number of calls at a time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "http/tls_options.h"

namespace vigia::http {

enum class HttpFailure {
  none,       // there is an answer: look at status
  connect,    // no connection: name, route, refused, too slow
  timeout,    // connected, but the request did not go out, or no whole answer came, in time
  tls,        // the server's certificate, key or the CA file is not good: nothing mends itself
  reset,      // the connection broke
  too_large,  // the answer is larger than answer_at_most
  cancelled,  // by the stop token
  login,      // no token to send it with: see Session
  late,       // it could not be sent within send_within: nobody has had all of it
  other,
};

struct HttpRequest {
  bool post = false;
  bool connect_only = false;  // ends well, with status 0, once the connection and its TLS handshake are there
  std::string url;
  std::vector<std::string> headers;             // "Name: value"; may hold secrets
  std::string body;                             // of a POST
  Nanoseconds timeout{0};                       // for all of it
  Nanoseconds stall{std::chrono::seconds(10)};  // sending without progress
  // The last byte of it has to be out by then, or it is given up: for what nobody wants late.
  std::optional<Nanoseconds> send_within{};
  Bytes answer_at_most = 16_MiB;
  // A POST that does something each time: nobody sends it again on a new connection once the server may have
  // all of it. It fails as `reset` then, with sent_whole.
  bool once = false;
  // Of such a POST, called (again where it is begun anew) before its last bytes are handed to the system.
  std::function<void()> going_out = nullptr;
};

struct HttpResult {
  HttpFailure failure = HttpFailure::none;
  std::string text;  // why it failed, and in which phase, for people
  // The whole request had gone out, so the server may have acted on it.
  bool sent_whole = false;

  int status = 0;
  std::string body;
  std::optional<Nanoseconds> retry_after;  // what the server asked for, in seconds or as a date
  std::string location;                    // of a redirect, redacted

  [[nodiscard]] bool answered(int wanted) const { return failure == HttpFailure::none && status == wanted; }
};

class Call;

class Http {
 public:
  explicit Http(TlsOptions tls = {});
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  HttpResult perform(const HttpRequest& request, const std::stop_token& stop);

 private:
  std::unique_ptr<Call> take_idle();

  // Constant after construction.
  const TlsOptions tls_;

  // State below is protected by mutex_.
  Mutex mutex_;
  std::vector<std::unique_ptr<Call>> idle_ GUARDED_BY(mutex_);
};

// What an operator should know at each start of a server whose TLS is weaker than it could be; "": nothing.
std::string warning_of(const TlsOptions& tls);

// For a query: letters, digits and -_.~ stay, all else becomes %XX; and back.
std::string url_encode(std::string_view text);
std::string url_decode(std::string_view text);

}  // namespace vigia::http
