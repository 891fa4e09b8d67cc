#include "http/call.h"

#include <fmt/format.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <chrono>
#include <exception>

#include "base/log.h"
#include "http/pins.h"

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
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_ABORTED_BY_CALLBACK:  // the server's key could not be kept
      return HttpFailure::tls;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
      return HttpFailure::connect;
    case CURLE_OPERATION_TIMEDOUT:
      return connected ? HttpFailure::timeout : HttpFailure::connect;
    case CURLE_SEND_ERROR:
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
  set_up(request);
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers.list);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &answer);
  if (Status known = set_up_tls(request.url, tls); !known) {
    result.failure = HttpFailure::tls;
    result.text = known.error().text;
  } else if (const std::optional<CURLcode> code = transfer(request, stop); !code) {
    result.failure = HttpFailure::cancelled;
    result.sent_whole = request.post && progress().sent >= static_cast<curl_off_t>(request.body.size());
    result.text = "stopped";
  } else if (*code == CURLE_OK) {
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
  curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, in_ms(request.timeout));
  curl_easy_setopt(easy_, CURLOPT_MAXAGE_CONN, kIdleSeconds);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_.data());
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, keep_body);
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, "vigia");
  if (!request.post) return;
  curl_easy_setopt(easy_, CURLOPT_POST, 1L);
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.c_str());
}

Status Call::set_up_tls(const std::string& url, const TlsOptions& tls) {
  key_error_.clear();
  pins_file_.clear();
  if (!url.starts_with("https:")) return ok_status();
  if (tls.pin.empty() && tls.insecure) {
    curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, 0L);
  } else if (tls.pin.empty()) {
    if (!tls.ca_file.empty()) curl_easy_setopt(easy_, CURLOPT_CAINFO, tls.ca_file.c_str());
  } else if (tls.pin != kFirstUse) {
    key_check_.install(easy_, tls.pin);
  } else {
    server_ = server_of(url);
    const Result<std::string> kept = Pins(tls.pins_file).find(server_);
    if (!kept) return kept.error();
    key_check_.install(easy_, *kept);
    if (!kept->empty()) return ok_status();
    pins_file_ = tls.pins_file;
    curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, &Call::keep_key);
    curl_easy_setopt(easy_, CURLOPT_PREREQDATA, this);
  }
  return ok_status();
}

// Between the handshake, in which the server has proved that the key is its own, and the request.
int Call::keep_key(void* self, char*, char*, int, int) noexcept {
  auto& call = *static_cast<Call*>(self);
  try {
    const std::string& key = call.key_check_.seen();
    if (key.empty()) return CURL_PREREQFUNC_OK;  // a connection from before
    const Status kept = Pins(call.pins_file_).keep(call.server_, key);
    if (kept) {
      log::info("{}: its key {} is kept in {} and demanded from now on", call.server_, key, call.pins_file_);
      return CURL_PREREQFUNC_OK;
    }
    call.key_error_ = fmt::format("the key of {} cannot be kept: {}", call.server_, kept.error().text);
  } catch (const std::exception& error) {
    call.key_error_ = error.what();
  }
  return CURL_PREREQFUNC_ABORT;
}

std::optional<CURLcode> Call::transfer(const HttpRequest& request, const std::stop_token& stop) {
  stalled_ = false;
  sent_before_ = 0;
  sent_at_ = system_clock().now();
  const int poll_ms = static_cast<int>(std::max(1L, in_ms(std::min<Nanoseconds>(kPoll, request.stall / 2))));
  curl_multi_add_handle(multi_, easy_);
  std::optional<CURLcode> code;
  {
    const std::stop_callback stopped(stop, [this] { curl_multi_wakeup(multi_); });
    while (!code && !stop.stop_requested()) {
      int running = 0;
      CURLMcode step = curl_multi_perform(multi_, &running);
      if (step == CURLM_OK && running > 0) step = curl_multi_poll(multi_, nullptr, 0, poll_ms, nullptr);
      if (step != CURLM_OK) code = CURLE_FAILED_INIT;
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg == CURLMSG_DONE) code = message->data.result;
      }
      if (!code && stalls(request)) code = CURLE_OPERATION_TIMEDOUT;
    }
  }
  curl_multi_remove_handle(multi_, easy_);  // closes the connection when the transfer is not over
  return code;
}

// libcurl's own limit of speed also counts the time in which the server thinks.
bool Call::stalls(const HttpRequest& request) {
  const Progress now = progress();
  const bool sending = now.connected && now.sent < static_cast<curl_off_t>(request.body.size());
  if (!sending || now.sent != sent_before_) {
    sent_before_ = now.sent;
    sent_at_ = system_clock().now();
    return false;
  }
  stalled_ = system_clock().now() - sent_at_ >= request.stall;
  return stalled_;
}

Call::Progress Call::progress() const {
  Progress progress;
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
}

void Call::explain(CURLcode code, const HttpRequest& request, const TlsOptions& tls,
                   HttpResult& result) const {
  const Progress reached = progress();
  const auto size = static_cast<curl_off_t>(request.body.size());
  result.failure = failure_of(code, reached.connected);
  result.sent_whole = reached.connected && reached.sent >= size;
  const std::string said = redact(error_.front() != '\0' ? error_.data() : curl_easy_strerror(code));
  if (result.failure == HttpFailure::tls) {
    result.text = explain_tls(tls, said);
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
    phase = reached.received > 0
                ? fmt::format("reading the answer, with {} bytes received", reached.received)
                : "waiting for the answer";
  }
  result.text = fmt::format(
      "while {}: {}", phase,
      stalled_ ? fmt::format("no byte could be sent for {:.3g} s", to_seconds(request.stall)) : said);
}

std::string Call::explain_tls(const TlsOptions& tls, const std::string& said) const {
  if (!key_error_.empty()) return key_error_;
  if (!tls.pin.empty() && !key_check_.is_wanted() && !key_check_.seen().empty()) {
    const bool first_use = tls.pin == kFirstUse;
    return fmt::format(
        "the server's key {} is not the one {}: somebody else may be answering in its place; if the server has "
        "a new certificate, {}",
        key_check_.seen(),
        first_use ? "of its first connection" : fmt::format("of {}.tls_pin", tls.section),
        first_use ? fmt::format("delete the line of {} in {}", server_, tls.pins_file)
                  : fmt::format("set {}.tls_pin to this key", tls.section));
  }
  long verified = X509_V_OK;
  curl_easy_getinfo(easy_, CURLINFO_SSL_VERIFYRESULT, &verified);
  if (verified == X509_V_ERR_CERT_HAS_EXPIRED || verified == X509_V_ERR_CERT_NOT_YET_VALID) {
    return fmt::format(
        "the server's certificate is not accepted: {}; renew it there, or set the clock of this machine if it "
        "is wrong",
        said);
  }
  return fmt::format(
      "the server's certificate is not accepted: {}; set {}.ca_file to the PEM file of the authority that "
      "signed it (of a self-signed one: the certificate itself), or {}.tls_pin to first_use or to its key",
      said, tls.section, tls.section);
}

}  // namespace vigia::http
