#include "http/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <utility>

#include "base/log.h"

namespace vigia::http {
namespace {

constexpr long kConnectMs = 5000;
constexpr long kIdleSeconds = 4;
constexpr int kPollMs = 1000;

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

void initialise_once() {
  static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(done);
}

}  // namespace

// One transfer at a time; keeps its connections from one to the next.
class Http::Call {
 public:
  Call() : easy_(curl_easy_init()), multi_(curl_multi_init()) {}
  ~Call() {
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  HttpResult perform(const HttpRequest& request, const std::string& ca_file, const std::stop_token& stop) {
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
    set_up(request, ca_file);
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers.list);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &answer);
    const std::optional<CURLcode> code = transfer(stop);
    read_outcome(code, request, result);
    curl_easy_reset(easy_);  // connections stay; addresses of this call do not
    return result;
  }

 private:
  void set_up(const HttpRequest& request, const std::string& ca_file) {
    error_.front() = '\0';
    curl_easy_setopt(easy_, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy_, CURLOPT_PROXY, "");
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
    curl_easy_setopt(
        easy_, CURLOPT_TIMEOUT_MS,
        static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(request.timeout).count()));
    curl_easy_setopt(easy_, CURLOPT_MAXAGE_CONN, kIdleSeconds);
    curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_.data());
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, keep_body);
    curl_easy_setopt(easy_, CURLOPT_USERAGENT, "vigia");
    if (!ca_file.empty()) curl_easy_setopt(easy_, CURLOPT_CAINFO, ca_file.c_str());
    if (!request.post) return;
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.c_str());
  }

  // Nothing: stopped.
  std::optional<CURLcode> transfer(const std::stop_token& stop) {
    curl_multi_add_handle(multi_, easy_);
    std::optional<CURLcode> code;
    {
      const std::stop_callback stopped(stop, [this] { curl_multi_wakeup(multi_); });
      while (!code && !stop.stop_requested()) {
        int running = 0;
        CURLMcode step = curl_multi_perform(multi_, &running);
        if (step == CURLM_OK && running > 0) step = curl_multi_poll(multi_, nullptr, 0, kPollMs, nullptr);
        if (step != CURLM_OK) code = CURLE_FAILED_INIT;
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
          if (message->msg == CURLMSG_DONE) code = message->data.result;
        }
      }
    }
    curl_multi_remove_handle(multi_, easy_);  // closes the connection when the transfer is not over
    return code;
  }

  void read_outcome(std::optional<CURLcode> code, const HttpRequest& request, HttpResult& result) {
    curl_off_t uploaded = 0;
    curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    curl_off_t pretransfer_us = 0;
    curl_easy_getinfo(easy_, CURLINFO_PRETRANSFER_TIME_T, &pretransfer_us);
    const bool connected = pretransfer_us > 0;
    if (code != CURLE_OK) {
      result.failure = code ? failure_of(*code, connected) : HttpFailure::cancelled;
      result.sent_whole = connected && uploaded >= static_cast<curl_off_t>(request.body.size());
      result.text = code ? explain(*code, result.failure) : "stopped";
      return;
    }
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

  std::string explain(CURLcode code, HttpFailure failure) const {
    std::string text = redact(error_.front() != '\0' ? error_.data() : curl_easy_strerror(code));
    if (failure == HttpFailure::tls) {
      text = fmt::format(
          "the server's certificate is not accepted: {}; set delivery.findface.ca_file to the PEM "
          "file of the authority that signed it (of a self-signed one: the certificate itself)",
          text);
    }
    return text;
  }

  CURL* const easy_;
  CURLM* const multi_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

Http::Http(std::string ca_file) : ca_file_(std::move(ca_file)) {
  initialise_once();
}
Http::~Http() = default;

HttpResult Http::perform(const HttpRequest& request, const std::stop_token& stop) {
  std::unique_ptr<Call> call = take_idle();
  HttpResult result = call->perform(request, ca_file_, stop);
  MutexLock lock(mutex_);
  idle_.push_back(std::move(call));
  return result;
}

std::unique_ptr<Http::Call> Http::take_idle() {
  {
    MutexLock lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Call> call = std::move(idle_.back());  // the last used has the warmest connection
      idle_.pop_back();
      return call;
    }
  }
  return std::make_unique<Call>();
}

std::string url_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte < 0x80 && (std::isalnum(byte) != 0 ||
                                       std::string_view("-_.~").find(c) != std::string_view::npos);
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", byte);
    }
  }
  return out;
}

std::string url_decode(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned value = 0;
    const bool escape = text[at] == '%' && at + 2 < text.size();
    const char* begin = text.data() + at + 1;
    if (escape && std::from_chars(begin, begin + 2, value, 16).ptr == begin + 2) {
      out += static_cast<char>(value);
      at += 2;
    } else {
      out += text[at] == '+' ? ' ' : text[at];
    }
  }
  return out;
}

}  // namespace vigia::http
