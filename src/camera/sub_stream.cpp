#include "camera/sub_stream.h"

#include <array>
#include <cctype>

#include "base/text.h"
#include "base/url.h"

namespace vigia::camera {
namespace {

struct Form {
  std::string_view path;  // in lower case, must be in the url's path or parameters
  std::string_view main, sub;
  bool at_the_end = false;  // what is replaced is all that follows `path`, or its last part
};

bool is_number(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) return false;
  }
  return true;
}

// Of Hikvision: the last two digits number the stream.
std::optional<std::string> hikvision(std::string_view url, std::string_view lower_url) {
  constexpr std::string_view kPath = "/streaming/channels/";
  const std::size_t at = lower_url.find(kPath);
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t begin = at + kPath.size();
  const std::size_t end = std::min(url.find_first_of("/?", begin), url.size());
  const std::string_view number = url.substr(begin, end - begin);
  if (number.size() < 3 || !is_number(number) || !number.ends_with("01")) return std::nullopt;
  return std::string(url.substr(0, end - 1)) + "2" + std::string(url.substr(end));
}

constexpr std::array kForms = {
    Form{"/main/av_stream", "/main/", "/sub/"},
    Form{"/cam/realmonitor?", "subtype=0", "subtype=1"},
    Form{"preview_", "_main", "_sub", true},
    Form{"/media/video1", "/media/video1", "/media/video2", true},
    Form{"/stream1", "/stream1", "/stream2", true},
};

}  // namespace

std::optional<std::string> sub_stream_of(std::string_view url) {
  const std::string lower_url = lower(url);
  if (auto found = hikvision(url, lower_url)) return found;
  const UrlParts parts = split_url(url);
  const std::size_t from = parts.has_host ? lower_url.find('/', lower_url.find(lower(parts.server))) : 0;
  if (from == std::string::npos) return std::nullopt;
  for (const Form& form : kForms) {
    if (lower_url.find(form.path, from) == std::string::npos) continue;
    const std::size_t at = lower_url.rfind(form.main);
    if (at == std::string::npos || at < from) continue;
    const std::size_t end = at + form.main.size();
    if (form.at_the_end && end != url.size()) continue;
    return std::string(url.substr(0, at)) + std::string(form.sub) + std::string(url.substr(end));
  }
  return std::nullopt;
}

}  // namespace vigia::camera
