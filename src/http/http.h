// HTTP requests over libcurl, with error classes on which a caller can act, bounded answers, and stop tokens.
//
// TLS is verified as tls_options.h says, redirects are not followed (the token would go along), proxies of
// the environment are not used, and neither headers nor bodies are ever logged. Connections are kept and
// reused unless they were idle for more than 4 s (servers close theirs after 5). If the server closed one
// earlier, the request is sent once more on a new one: only if a reused connection broke without a byte of an
// answer, and never a second time. See also HttpRequest::once. A request ends after its `timeout`; earlier if
// there is no connection (with its TLS handshake) after 5 s, if no byte of the body could be sent for
// `stall`, or after its `send_within` or `answer_within`. A stop or a time limit takes effect at once, even
// while a name server does not answer. The text of a failure names the phase.
// Threads: thread-safe. Each call in flight uses its own handle from a pool, which grows to the largest
// number of concurrent calls.
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
  none,       // there is an answer: see status
  connect,    // no connection: name, route, refused, too slow
  timeout,    // connected, but the request did not go out, or no whole answer came, in time
  tls,        // the server's certificate, key or the CA file is wrong: somebody has to fix it
  reset,      // the connection broke
  too_large,  // the answer is larger than answer_at_most
  cancelled,  // by the stop token
  login,      // no token to send it with: see Session
  late,       // it could not be sent within send_within: the server has not received all of it
  other,
};

struct HttpRequest {
  bool post = false;
  bool any_login =
      false;  // user and password of the url go as the server asks: digest or Basic, not only Basic
  bool connect_only = false;  // succeeds, with status 0, once connection and TLS handshake are done
  std::string url;
  std::vector<std::string> headers;             // "Name: value"; may hold secrets
  std::string body;                             // of a POST
  Nanoseconds timeout{0};                       // for all of it; zero: no limit
  Nanoseconds stall{std::chrono::seconds(10)};  // sending without progress
  // Time limit for the whole answer, counted from the last byte sent, so that a slow upload does not use it
  // up.
  std::optional<Nanoseconds> answer_within{};
  // Time limit until the last byte is sent; after it the request is given up: for requests that are useless
  // when late.
  std::optional<Nanoseconds> send_within{};
  Bytes answer_at_most = 16_MiB;
  // A POST that has an effect each time: it is not repeated on a new connection once the server may have all
  // of it. It then fails as `reset`, with sent_whole.
  bool once = false;
  // For such a POST: called before its last bytes are handed to the system, again if it is repeated.
  std::function<void()> going_out = nullptr;
};

struct HttpResult {
  HttpFailure failure = HttpFailure::none;
  std::string text;  // why it failed, and in which phase, for people
  // The whole request had gone out, so the server may have acted on it.
  bool sent_whole = false;

  int status = 0;
  std::string body;
  std::optional<Nanoseconds> retry_after;  // requested by the server, in seconds or as a date
  std::string location;                    // of a redirect, redacted
  std::vector<std::string> login_offers;   // WWW-Authenticate, as it came: the first kMostOffers of them

  static constexpr std::size_t kMostOffers = 8;

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

// A warning to log at each start about a server with weak TLS settings; "": none.
std::string warning_of(const TlsOptions& tls);

// For a query: letters, digits and -_.~ stay, all else becomes %XX; and back.
std::string url_encode(std::string_view text);
std::string url_decode(std::string_view text);

}  // namespace vigia::http
