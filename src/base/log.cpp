#include "base/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <memory>

#include "base/log_file.h"
#include "base/log_writer.h"
#include "base/stderr_target.h"
#include "base/terminal.h"
#include "base/text.h"

namespace vigia::log {
namespace {

using namespace std::chrono_literals;

constexpr auto kFlushWithin = 2s;
constexpr auto kFlushInHandlerWithin = 300ms;
constexpr std::string_view kCameraLine = "camera '{}'";

// The writer lives until the process ends, also after stop(): a thread may be inside a call of it.
std::atomic<LogWriter*> writer{nullptr};
std::atomic<bool> is_running{false};
std::atomic<bool> has_file{false};
std::atomic<bool> faces_told{true};
std::atomic<Listener*> listener{nullptr};
std::atomic<Bytes> queue_size{0};

// Standard error is a stream that systemd has connected with its journal.
bool is_journal() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat found {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &found) != 0) return false;
  return fmt::format("{}:{}", found.st_dev, found.st_ino) == stream;
}

LineFormat format_of(const LogOptions& options) {
  if (options.format == "json") return LineFormat::json;
  if (options.format == "journald") return LineFormat::journald;
  if (!options.file.empty()) return LineFormat::text;
  if (options.format == "auto" && is_journal()) return LineFormat::journald;
  return has_colours(STDERR_FILENO) ? LineFormat::coloured_text : LineFormat::text;
}

Result<std::unique_ptr<LogTarget>> target_of(const LogOptions& options) {
  std::unique_ptr<LogTarget> target = std::make_unique<StderrTarget>();
  if (options.file.empty()) return target;
  auto file = LogFile::open(options.file, {options.file_max_bytes, options.file_count}, std::move(target),
                            system_clock());
  if (!file) return file.error();
  return std::unique_ptr<LogTarget>(*std::move(file));
}

void write_at_once(const LogLine& line) {
  std::string text;
  FormatLine(has_colours(STDERR_FILENO) ? LineFormat::coloured_text : LineFormat::text).append(text, line);
  static_cast<void>(StderrTarget().write(text));
}

void hand_over(const LogLine& line) {
  if (Listener* const other = listener.load(std::memory_order_acquire)) return other->take(line);
  if (!is_running.load(std::memory_order_acquire)) return write_at_once(line);
  writer.load(std::memory_order_relaxed)->write(line);
}

// The first argument, if it is a text.
std::string_view first_text(const fmt::format_args& args) {
  return fmt::visit_format_arg(
      [](const auto& value) -> std::string_view {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, fmt::string_view>) return {value.data(), value.size()};
        if constexpr (std::is_same_v<Value, const char*>) return value;
        return {};
      },
      args.get(0));
}

}  // namespace

namespace detail {

void write(const CallSite& call, fmt::string_view format, fmt::format_args args) noexcept {
  try {
    std::array<char, kLongestLine> text;  // NOLINT: filled below
    const auto end = fmt::vformat_to_n(text.data(), text.size(), format, args);
    const std::string_view form(format.data(), format.size());
    const bool names_camera = call.camera.empty() && form.starts_with(kCameraLine);
    hand_over({.level = call.level,
               .at = system_clock().utc_now(),
               .file = call.file,
               .format = form,
               .camera = names_camera ? first_text(args) : call.camera,
               .text = {text.data(), std::min(end.size, text.size())}});
  } catch (...) {  // NOLINT(bugprone-empty-catch): a line that cannot be formatted is no reason to fail
  }
}

}  // namespace detail

void tell_faces(bool are_told) noexcept {
  faces_told = are_told;
}
bool are_faces_told() noexcept {
  return faces_told.load(std::memory_order_relaxed);
}

LogLevel level() noexcept {
  return detail::threshold;
}
void set_level(LogLevel level) noexcept {
  detail::threshold = level;
}

Status start(const LogOptions& options) {
  const auto level = parse_level(options.level);
  if (!level) {
    return Error{ErrorCode::invalid,
                 "logging.level: '" + options.level + "' is not one of trace, debug, info, warning, error"};
  }
  auto target = target_of(options);
  if (!target) return target.error();
  const LogWriterOptions of{.queue_bytes = options.queue_bytes,
                            .fold_interval = from_seconds(options.fold_interval),
                            .format = format_of(options)};
  writer = std::make_unique<LogWriter>(of, *std::move(target)).release();
  set_level(*level);
  tell_faces(options.faces);
  has_file = !options.file.empty();
  queue_size = options.queue_bytes;
  is_running = true;
  return ok_status();
}

void stop() noexcept {
  if (!is_running.exchange(false)) return;
  LogWriter& last = *writer.load();
  try {
    last.show_below({});
    static_cast<void>(last.finish(kFlushWithin));
  } catch (...) {  // NOLINT(bugprone-empty-catch): the end comes anyway
  }
}

void flush() noexcept {
  try {
    if (is_running) static_cast<void>(writer.load()->flush(kFlushWithin));
  } catch (...) {  // NOLINT(bugprone-empty-catch): what is printed next is more important
  }
}

void flush_in_handler() noexcept {
  if (is_running) writer.load()->flush_in_handler(kFlushInHandlerWithin);
}

void show_below(std::string lines) {
  if (is_running) writer.load()->show_below(std::move(lines));
}

bool reopen() noexcept {
  if (!is_running || !has_file) return false;
  writer.load()->reopen();
  return true;
}

LogCounts counts() noexcept {
  const LogWriter* const of = writer;
  return of == nullptr ? LogCounts() : of->counts();
}

Bytes queue_bytes() noexcept {
  return queue_size;
}

Listener* set_listener(Listener* next) noexcept {
  return listener.exchange(next);
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
