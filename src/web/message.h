// A request and its answer, as values: what the HTTP server (http_server.h) and the site (site.h) exchange.
// Threads: values; an EndlessBody and a Later belong to the server's thread.
#pragma once

#include <charconv>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace vigia::web {

enum class Method { get, put, post, other };  // HEAD is get: the server leaves the body out

struct Request {
  Method method = Method::get;
  std::string target;  // as it was sent: path, and query behind '?'
  std::string client;  // its numeric address
  std::string body;
  // Headers that matter; nothing: it was not sent.
  std::optional<std::string> host, origin, fetch_site, fetch_mode, authorization, cookie, content_type,
      last_event_id;
  bool has_two_hosts = false;
};

// A target, taken apart and decoded.
struct RequestTarget {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;  // in order

  // The first of that name; nothing: there is none.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
};

// Errors (invalid): it does not begin with '/', a '%' that begins no byte, a byte that is no printable
// character of UTF-8's, a path with "." or ".." or "//" in it.
Result<RequestTarget> parse_target(std::string_view text);

// The body of an answer that does not end by itself.
class EndlessBody {
 public:
  virtual ~EndlessBody() = default;
  // Appends what there is now; returns how many bytes, 0: nothing yet. Must not wait.
  virtual std::size_t read(std::span<char> into, SteadyTime now) = 0;
  // Whether read() would have something.
  virtual bool has_more(SteadyTime now) = 0;
};

struct HttpAnswer;
// An answer that is not there yet.
class Later {
 public:
  virtual ~Later() = default;
  // Nothing: not yet. Must not wait.
  virtual std::optional<HttpAnswer> poll(SteadyTime now) = 0;
};

struct HttpAnswer {
  int code = 200;
  std::string type{};
  std::shared_ptr<const std::string> body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  std::unique_ptr<EndlessBody> stream{};  // instead of the body
  std::unique_ptr<Later> later{};         // instead of all of it
  bool may_be_cached = false;             // else no-store
};

HttpAnswer text_answer(int code, std::string text);
HttpAnswer json_answer(std::string json);
// {"error": {"code": ..., "text": ...}}; code: as src/web/openapi.json lists them, by the status.
HttpAnswer error_answer(int code, std::string_view text);

// 400: `what` is wrong, and what it may be.
HttpAnswer wrong_parameter(std::string_view what, std::string_view allowed);

// Nothing: it is no whole number, or more than that.
template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace vigia::web
