#include "http/pins.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>
#include <sstream>

#include "base/file.h"
#include "base/mutex.h"
#include "base/text.h"
#include "http/tls_options.h"

namespace vigia::http {
namespace {

constexpr Bytes kLargestFile = 1_MiB;
constexpr std::string_view kHead =
    "# The public keys that servers showed at their first connection (tls_pin: first_use).\n"
    "# A server with another key is refused; delete its line to accept the next one.\n";

// One mutex for all files: each is written once in a server's life.
Mutex& file_mutex() {
  static Mutex mutex;
  return mutex;
}

Result<std::string> read(const std::filesystem::path& file) {
  Result<std::string> content = read_file(file, kLargestFile);
  if (!content && content.error().code == ErrorCode::not_found) return std::string();
  return content;
}

Result<std::string> find_in(const std::string& content, const std::string& server,
                            const std::filesystem::path& file) {
  std::istringstream lines(content);
  std::string found;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::istringstream words(line);
    std::string name;
    std::string key;
    std::string more;
    if (!(words >> name) || name.front() == '#') continue;
    if (!(words >> key) || !is_key_pin(key) || words >> more) {
      return Error{ErrorCode::invalid,
                   fmt::format("{}:{}: is not 'host:port sha256//BASE64'; fix or delete that line",
                               file.string(), number)};
    }
    if (name == server) found = key;
  }
  return found;
}

struct UrlEnd {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};

}  // namespace

Result<std::string> Pins::find(const std::string& server) const {
  MutexLock lock(file_mutex());
  const Result<std::string> content = read(file_);
  return content ? find_in(*content, server, file_) : content;
}

Result<bool> Pins::keep(const std::string& server, const std::string& key) const {
  MutexLock lock(file_mutex());
  Result<std::string> content = read(file_);
  if (!content) return content.error();
  const Result<std::string> kept = find_in(*content, server, file_);
  if (!kept) return kept.error();
  if (*kept == key) return false;
  if (!kept->empty()) {
    return Error{ErrorCode::refused, fmt::format("{}: another key of {} is kept", file_.string(), server)};
  }
  std::string text = content->empty() ? std::string(kHead) : *std::move(content);
  if (!text.ends_with('\n')) text += '\n';
  text += server + " " + key + "\n";
  if (Status written = write_file_atomically(file_, text, ReadableBy::owner); !written)
    return written.error();
  return true;
}

std::string server_of(const std::string& url) {
  const std::unique_ptr<CURLU, UrlEnd> parts(curl_url());
  if (!parts || curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return "";
  const auto part = [&parts](CURLUPart which) {
    char* text = nullptr;
    if (curl_url_get(parts.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return std::string();
    std::string copy(text);
    curl_free(text);
    return copy;
  };
  return lower(part(CURLUPART_HOST)) + ":" + part(CURLUPART_PORT);
}

}  // namespace vigia::http
