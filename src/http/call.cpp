#include "http/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/log.h"

namespace vigia::http {
namespace {

using std::chrono_literals::operator""ms;

constexpr long kConnectMs = 5000;
constexpr long kIdleSeconds = 4;
constexpr auto kPoll = 1000ms;

struct Headers {
  curl_slist* list = nullptr;
  Headers() = default;
  ~Headers() { curl_slist_free_all(list); }
  Headers(const Headers&) = delete;
  Headers& operator=(const Headers&) = delete;
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

std::size_t give_body(char* data, std::size_t, std::size_t room, void* user) {
  auto* body = static_cast<OnceBody*>(user);
  std::string_view* const left = &body->unsent;
  if (!left->empty() && left->size() <= room && *body->going_out) {
    (*body->going_out)();  // on a slow disk it takes a while
    body->late = system_clock().now() >= body->send_by;
    if (body->late) return CURL_READFUNC_ABORT;
  }
  const std::size_t size = left->copy(data, room);
  left->remove_prefix(size);
  return size;
}

struct Answer {
  std::string* body;
  std::size_t at_most;
};

std::size_t keep_body(char* data, std::size_t, std::size_t size, void* user) {
  auto* answer = static_cast<Answer*>(user);
  if (answer->body->size() + size > answer->at_most) return 0;  // ends the transfer with CURLE_WRITE_ERROR
  answer->body->append(data, size);
  return size;
}

HttpFailure failure_of(CURLcode code, bool connected) {
  if (is_tls_failure(code)) return HttpFailure::tls;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
      return HttpFailure::connect;
    case CURLE_OPERATION_TIMEDOUT:
      return connected ? HttpFailure::timeout : HttpFailure::connect;
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND:  // it would have sent a second time: see HttpRequest::once
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return HttpFailure::reset;
    case CURLE_WRITE_ERROR:
      return HttpFailure::too_large;
    default:
      return HttpFailure::other;
  }
}

long in_ms(Nanoseconds time) {
  return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

}  // namespace

Call::Call() : easy_(curl_easy_init()), multi_(curl_multi_init()) {}

Call::~Call() {
  curl_easy_cleanup(easy_);
  curl_multi_cleanup(multi_);
}

HttpResult Call::perform(const HttpRequest& request, const TlsOptions& tls, const std::stop_token& stop) {
  HttpResult result;
  if (easy_ == nullptr || multi_ == nullptr) {
    result.failure = HttpFailure::other;
    result.text = "out of memory";
    return result;
  }
  Headers headers;
  headers.add("Expect:");  // libcurl's "100-continue" costs up to a second behind some proxies
  for (const std::string& line : request.headers) headers.add(line);
  Answer answer{&result.body, static_cast<std::size_t>(request.answer_at_most)};
  send_by_ = request.send_within ? system_clock().now() + *request.send_within : SteadyTime::max();
  late_ = false;
  once_ = {};
  set_up(request);
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers.list);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &answer);
  if (Status known = tls_guard_.install(easy_, request.url, tls); !known) {
    result.failure = HttpFailure::tls;
    result.text = known.error().text;
  } else if (const std::optional<CURLcode> code = send(request, stop); !code) {
    result.failure = HttpFailure::cancelled;
    const TransferProgress reached = progress();
    result.sent_whole = reached.connected && reached.sent >= static_cast<curl_off_t>(request.body.size());
    result.text = "stopped";
  } else if (*code == CURLE_OK) {
    result.sent_whole = progress().sent >= static_cast<curl_off_t>(request.body.size());
    read_answer(result);
  } else {
    explain(*code, request, tls, result);
  }
  curl_easy_reset(easy_);  // connections stay; addresses of this call do not
  return result;
}

void Call::set_up(const HttpRequest& request) {
  error_.front() = '\0';
  curl_easy_setopt(easy_, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  // A handle has one request at a time, so HTTP/2 would gain nothing. And the rules for a connection that
  // breaks (what was sent whole, what may be sent again) are written for HTTP/1.1.
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  // The system's resolver cannot be interrupted: libcurl must not wait for the thread that calls it.
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, in_ms(request.timeout));
  curl_easy_setopt(easy_, CURLOPT_MAXAGE_CONN, kIdleSeconds);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, keep_body);
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, "vigia");
  if (request.any_login)
    curl_easy_setopt(easy_, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC | CURLAUTH_DIGEST));
  if (request.connect_only) curl_easy_setopt(easy_, CURLOPT_CONNECT_ONLY, 1L);
  if (!request.post) return;
  curl_easy_setopt(easy_, CURLOPT_POST, 1L);
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  if (!request.once) curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.c_str());
}

std::optional<CURLcode> Call::send(const HttpRequest& request, const std::stop_token& stop) {
  if (!request.post || !request.once) return transfer(request, stop);
  // libcurl does not repeat a body that it cannot rewind, once it has sent a part of it.
  once_ = {.unsent = request.body, .going_out = &request.going_out, .send_by = send_by_};
  curl_easy_setopt(easy_, CURLOPT_READFUNCTION, give_body);
  curl_easy_setopt(easy_, CURLOPT_READDATA, &once_);
  const std::optional<CURLcode> code = transfer(request, stop);
  if (!code || once_.unsent.empty() || !was_stale(*code)) return code;
  // The server closed the idle connection, and cannot have received the whole request.
  once_.unsent = request.body;
  error_.front() = '\0';
  curl_easy_setopt(easy_, CURLOPT_FRESH_CONNECT, 1L);
  return transfer(request, stop);
}

bool Call::was_stale(CURLcode code) const {
  if (code == CURLE_SEND_FAIL_REWIND) return true;  // libcurl noticed, and would have sent it again
  long made = 1;
  curl_easy_getinfo(easy_, CURLINFO_NUM_CONNECTS, &made);
  return made == 0 && failure_of(code, true) == HttpFailure::reset;
}

std::optional<CURLcode> Call::transfer(const HttpRequest& request, const std::stop_token& stop) {
  stalled_ = false;
  sent_whole_at_.reset();
  sent_before_ = 0;
  sent_at_ = system_clock().now();
  curl_multi_add_handle(multi_, easy_);
  std::optional<CURLcode> code;
  {
    const std::stop_callback stopped(stop, [this] { curl_multi_wakeup(multi_); });
    while (!code && !stop.stop_requested()) {
      int running = 0;
      if (curl_multi_perform(multi_, &running) != CURLM_OK) code = CURLE_FAILED_INIT;
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg == CURLMSG_DONE) code = message->data.result;
      }
      late_ = once_.late || (!code && is_late(request));
      if (late_ || (!code && (stalls(request) || is_unanswered(request)))) code = CURLE_OPERATION_TIMEDOUT;
      if (!code && curl_multi_poll(multi_, nullptr, 0, poll_ms(request), nullptr) != CURLM_OK) {
        code = CURLE_FAILED_INIT;
      }
    }
  }
  curl_multi_remove_handle(multi_, easy_);  // closes the connection when the transfer is not over
  return code;
}

// libcurl's own speed limit also counts the time in which the server prepares its answer.
bool Call::stalls(const HttpRequest& request) {
  const TransferProgress now = progress();
  const bool sending = now.connected && now.sent < static_cast<curl_off_t>(request.body.size());
  if (!sending || now.sent != sent_before_) {
    sent_before_ = now.sent;
    sent_at_ = system_clock().now();
    return false;
  }
  stalled_ = system_clock().now() - sent_at_ >= request.stall;
  return stalled_;
}

bool Call::is_unanswered(const HttpRequest& request) {
  const TransferProgress now = progress();
  if (!request.answer_within || !now.connected || now.sent < static_cast<curl_off_t>(request.body.size())) {
    return false;
  }
  if (!sent_whole_at_) sent_whole_at_ = system_clock().now();
  return system_clock().now() - *sent_whole_at_ >= *request.answer_within;
}

bool Call::is_late(const HttpRequest& request) const {
  if (system_clock().now() < send_by_) return false;
  const TransferProgress now = progress();
  return !now.connected || now.sent < static_cast<curl_off_t>(request.body.size());
}

int Call::poll_ms(const HttpRequest& request) const {
  Nanoseconds wait = std::min<Nanoseconds>(kPoll, request.stall / 2);
  const SteadyTime now = system_clock().now();
  if (sent_whole_at_) wait = std::min<Nanoseconds>(wait, *sent_whole_at_ + *request.answer_within - now);
  if (now < send_by_) wait = std::min<Nanoseconds>(wait, send_by_ - now);
  return static_cast<int>(std::max(1L, in_ms(wait)));
}

Call::TransferProgress Call::progress() const {
  TransferProgress progress;
  const auto read = [this](CURLINFO what) {
    curl_off_t value = 0;
    curl_easy_getinfo(easy_, what, &value);
    return value;
  };
  progress.connected = read(CURLINFO_PRETRANSFER_TIME_T) > 0;
  progress.sent = read(CURLINFO_SIZE_UPLOAD_T);
  long head = 0;
  curl_easy_getinfo(easy_, CURLINFO_HEADER_SIZE, &head);
  progress.received = head + read(CURLINFO_SIZE_DOWNLOAD_T);
  progress.before_connected = read(CURLINFO_CONNECT_TIME_T) > 0      ? "in the TLS handshake"
                              : read(CURLINFO_NAMELOOKUP_TIME_T) > 0 ? "connecting"
                                                                     : "looking up the name";
  return progress;
}

void Call::read_answer(HttpResult& result) const {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  result.status = static_cast<int>(status);
  curl_off_t retry_after = 0;
  curl_easy_getinfo(easy_, CURLINFO_RETRY_AFTER, &retry_after);
  if (retry_after > 0) result.retry_after = std::chrono::seconds(std::min<curl_off_t>(retry_after, 86400));
  const char* location = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_REDIRECT_URL, &location);
  if (location != nullptr) result.location = redact(location);
  curl_header* offer = nullptr;
  while (result.login_offers.size() < HttpResult::kMostOffers &&
         curl_easy_header(easy_, "WWW-Authenticate", result.login_offers.size(), CURLH_HEADER, -1, &offer) ==
             CURLHE_OK) {
    result.login_offers.emplace_back(offer->value);
  }
}

void Call::explain(CURLcode code, const HttpRequest& request, const TlsOptions& tls,
                   HttpResult& result) const {
  TransferProgress reached = progress();
  const auto size = static_cast<curl_off_t>(request.body.size());
  const HttpFailure plain = failure_of(code, reached.connected);
  // libcurl replaced a dead connection by a new one, which may have failed: its figures describe the new one,
  // while the data it had read may have been sent on the old one.
  const bool all_read = request.post && request.once && size > 0 && once_.unsent.empty();
  const bool gave_up = code == CURLE_SEND_FAIL_REWIND ||
                       (all_read && (plain == HttpFailure::connect || plain == HttpFailure::tls));
  if (gave_up) {
    reached.connected = true;
    reached.sent = size - static_cast<curl_off_t>(once_.unsent.size());
  }
  result.failure = late_ ? HttpFailure::late : gave_up ? HttpFailure::reset : plain;
  result.sent_whole = reached.connected && reached.sent >= size;
  const std::string said = redact(error_.front() != '\0' ? error_.data() : curl_easy_strerror(code));
  if (result.failure == HttpFailure::tls) {
    result.text = tls_guard_.explain(easy_, tls, said);
    return;
  }
  if (code != CURLE_OPERATION_TIMEDOUT && result.failure != HttpFailure::reset) {
    result.text = said;
    return;
  }
  std::string phase = reached.before_connected;
  if (reached.connected && reached.sent < size) {
    phase = fmt::format("sending, with {} of {} bytes sent", reached.sent, size);
  } else if (reached.connected) {
    phase = reached.received > 0 ? fmt::format("reading the answer, with {} bytes received", reached.received)
                                 : "waiting for the answer";
  }
  result.text =
      fmt::format("while {}: {}", phase,
                  late_      ? "the time to send it was over"
                  : stalled_ ? fmt::format("no byte could be sent for {:.3g} s", to_seconds(request.stall))
                  : gave_up  ? "the connection broke"
                             : said);
}

}  // namespace vigia::http
