#include "base/log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

#include "base/text.h"

namespace vigia::log {

Status start(std::string_view level) {
  constexpr std::array kLevels = {"trace", "debug", "info", "warning", "error"};
  if (std::find(kLevels.begin(), kLevels.end(), level) == kLevels.end()) {
    return Error{ErrorCode::invalid, "logging.level: '" + std::string(level) +
                                         "' is not one of trace, debug, info, warning, error"};
  }
  spdlog::init_thread_pool(8192, 1);
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  auto logger = std::make_shared<spdlog::async_logger>("vigia", std::move(sink), spdlog::thread_pool(),
                                                       spdlog::async_overflow_policy::overrun_oldest);
  logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v");
  logger->set_level(spdlog::level::from_str(std::string(level)));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
  return ok_status();
}

void stop() {
  const auto last = spdlog::default_logger();  // outlives the log's thread, which shutdown() joins
  spdlog::shutdown();
}

}  // namespace vigia::log

namespace vigia {
namespace {

bool ends_url(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0 || c == '"' || c == '\'';
}

// Replaces the text between "://" and the last '@' of the url. A password may hold anything unescaped: '/',
// '?', a blank, a quote, "://". So everything counts up to the last '@' in front of the next url, or of the
// line's end, and
// "://" within a word begins no url. Rather a word too much than a password.
std::string redact_user_info(std::string text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at)) {
    at += 3;
    std::size_t end = at;
    while (end < text.size() && !ends_url(text[end])) ++end;
    end = std::min({text.find("://", end), text.find('\n', at), text.size()});
    const std::size_t sign = std::string_view(text).substr(0, end).rfind('@');
    if (sign != std::string::npos && sign >= at) text.replace(at, sign - at, "***");
  }
  return text;
}

std::string redact_query(std::string text) {
  const std::string small = lower(text);
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const bool starts_key = text[at] == '?' || text[at] == '&';
    out += text[at++];
    if (!starts_key) continue;
    const std::size_t equals = text.find('=', at);
    std::size_t end = at;
    while (end < text.size() && text[end] != '&' && !ends_url(text[end])) ++end;
    if (equals == std::string::npos || equals >= end) continue;
    const std::string_view key = std::string_view(small).substr(at, equals - at);
    const bool secret = key.find("pass") != key.npos || key.find("pwd") != key.npos ||
                        key.find("token") != key.npos || key.find("key") != key.npos ||
                        key.find("secret") != key.npos;
    if (!secret) continue;
    out.append(text, at, equals + 1 - at).append("***");
    at = end;
  }
  return out;
}

}  // namespace

std::string redact(std::string_view text) {
  return redact_query(redact_user_info(std::string(text)));
}

}  // namespace vigia
