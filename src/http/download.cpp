#include "http/download.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/log.h"

namespace vigia::http {
namespace {

constexpr long kConnectMs = 5000;
constexpr long kLeastBytesASecond = 1000, kSlowSeconds = 10;
constexpr long kRedirects = 5;

struct FreeEasy {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;

struct Transfer {
  const DownloadOptions& options;
  std::string body{};
  bool too_large = false;
};

std::size_t keep(char* data, std::size_t, std::size_t size, void* user) noexcept {
  auto* transfer = static_cast<Transfer*>(user);
  transfer->too_large = static_cast<Bytes>(transfer->body.size() + size) > transfer->options.at_most;
  if (transfer->too_large) return 0;  // ends the transfer
  transfer->body.append(data, size);
  return size;
}

int tell(void* user, curl_off_t all, curl_off_t so_far, curl_off_t, curl_off_t) {
  const auto* transfer = static_cast<const Transfer*>(user);
  if (transfer->options.progress) transfer->options.progress(Bytes{so_far}, Bytes{all});
  return 0;
}

void set_up(CURL* easy, const std::string& url, Transfer& transfer, char* error) {
  const auto set = [easy](CURLoption option, auto value) { curl_easy_setopt(easy, option, value); };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, url.starts_with("https") ? "https" : "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));  // as in call.cpp
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, kRedirects);
  set(CURLOPT_FAILONERROR, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // do not wait for a thread that still looks up a name
  const long within = static_cast<long>(transfer.options.within / std::chrono::milliseconds(1));
  set(CURLOPT_CONNECTTIMEOUT_MS, std::min(kConnectMs, within));
  set(CURLOPT_TIMEOUT_MS, within);
  set(CURLOPT_LOW_SPEED_LIMIT, kLeastBytesASecond);
  set(CURLOPT_LOW_SPEED_TIME, kSlowSeconds);
  if (!transfer.options.ca_file.empty()) set(CURLOPT_CAINFO, transfer.options.ca_file.c_str());
  set(CURLOPT_WRITEFUNCTION, keep);
  set(CURLOPT_WRITEDATA, &transfer);
  set(CURLOPT_XFERINFOFUNCTION, tell);
  set(CURLOPT_XFERINFODATA, &transfer);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_ERRORBUFFER, error);
}

ErrorCode code_of(CURLcode code, long status) {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return ErrorCode::invalid;
    case CURLE_HTTP_RETURNED_ERROR:
      return status == 404 || status == 410 ? ErrorCode::not_found : ErrorCode::refused;
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorCode::timeout;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_WRITE_ERROR:
      return ErrorCode::io;
    default:
      return ErrorCode::unavailable;
  }
}

}  // namespace

Result<std::string> download(const std::string& url, const DownloadOptions& options) {
  const Easy easy(curl_easy_init());
  if (!easy) return Error{ErrorCode::unavailable, "libcurl cannot be used"};
  Transfer transfer{options};
  std::array<char, CURL_ERROR_SIZE> said{};
  set_up(easy.get(), url, transfer, said.data());
  const CURLcode code = curl_easy_perform(easy.get());
  if (code == CURLE_OK) return std::move(transfer.body);
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  std::string why = said[0] != '\0' ? said.data() : curl_easy_strerror(code);
  if (transfer.too_large) why = "it is larger than " + format_bytes(options.at_most);
  return Error{code_of(code, status), fmt::format("{}: {}", redact(url), why)};
}

std::string sha256(std::string_view content) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(content.data(), content.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) return {};
  std::string text;
  for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

}  // namespace vigia::http
