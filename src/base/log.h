// The program's log: one line per event, which a thread of its own writes, so that a slow disk or terminal
// never holds up a thread that handles video.
//
//   log::warn("camera '{}': {}", name, text);
//   log::info("{}: face posted: track {}", log::CameraName{shot.camera}, shot.track);   // whose line it is
//
// Never log a password, a token or a URL with credentials: redact() them first.
// Guarantee: a call formats into 4 KB of its stack (a longer line is cut) and copies the line into a bounded
// queue. It takes no lock, allocates nothing, makes no system call and never waits; what has no room is
// counted (log_writer.h). Lines that repeat are folded (fold_lines.h). Before start() and after stop() a line
// is written to standard error at once. It throws nothing. Cost: formatting and 0.3 us; a level that is off:
// one relaxed read. Threads: thread-safe.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/log_line.h"
#include "base/log_options.h"
#include "base/result.h"

namespace vigia::log {

inline constexpr std::size_t kLongestLine = 4096;

// Formats as the name. A line that begins "camera '{}'" needs none.
struct CameraName {
  std::string_view name;
};

namespace detail {

inline std::atomic<LogLevel> threshold{LogLevel::info};

struct CallSite {
  LogLevel level;
  const char* file;
  std::string_view camera;
};
void write(const CallSite& call, fmt::string_view format, fmt::format_args args) noexcept;

// A format that the compiler has checked, and the file of the call.
template <class... Args>
struct Format {
  template <class Text>
  requires std::convertible_to<const Text&, std::string_view>
  consteval Format(const Text& text, const char* of = __builtin_FILE())  // NOLINT: converts
      : checked(text), file(of) {}
  fmt::format_string<Args...> checked;
  const char* file;
};
template <class... Args>
using FormatOf = Format<std::type_identity_t<Args>...>;

template <class Arg>
constexpr std::string_view camera_of(const Arg& arg) noexcept {
  if constexpr (std::is_same_v<Arg, CameraName>) return arg.name;
  return {};
}
template <class... Args>
constexpr std::string_view first_camera(const Args&... args) noexcept {
  std::string_view camera;
  static_cast<void>(((camera = camera_of(args), !camera.empty()) || ...));
  return camera;
}

template <class... Args>
void write_if_on(LogLevel level, const FormatOf<Args...>& format, const Args&... args) noexcept {
  if (level < threshold.load(std::memory_order_relaxed)) return;
  const fmt::string_view text = format.checked;
  write({level, format.file, first_camera(args...)}, text, fmt::make_format_args(args...));
}

}  // namespace detail

template <class... Args>
void debug(detail::FormatOf<Args...> format, const Args&... args) noexcept {
  detail::write_if_on<Args...>(LogLevel::debug, format, args...);
}
template <class... Args>
void info(detail::FormatOf<Args...> format, const Args&... args) noexcept {
  detail::write_if_on<Args...>(LogLevel::info, format, args...);
}
template <class... Args>
void warn(detail::FormatOf<Args...> format, const Args&... args) noexcept {
  detail::write_if_on<Args...>(LogLevel::warning, format, args...);
}
template <class... Args>
void error(detail::FormatOf<Args...> format, const Args&... args) noexcept {
  detail::write_if_on<Args...>(LogLevel::error, format, args...);
}
// A line of information for each face, which logging.faces switches off.
void tell_faces(bool are_told) noexcept;
[[nodiscard]] bool are_faces_told() noexcept;
template <class... Args>
void face(detail::FormatOf<Args...> format, const Args&... args) noexcept {
  if (are_faces_told()) detail::write_if_on<Args...>(LogLevel::info, format, args...);
}

[[nodiscard]] inline bool is_on(LogLevel level) noexcept {
  return level >= detail::threshold.load(std::memory_order_relaxed);
}
[[nodiscard]] LogLevel level() noexcept;
void set_level(LogLevel level) noexcept;

// Starts the thread. Call once, in main. Errors: invalid (a level or format), io (the file cannot be
// written).
Status start(const LogOptions& options);
// Writes what still waits, for two seconds at most, and ends the thread. Nothing may log afterwards.
void stop() noexcept;
// Waits until all that was logged before is written, two seconds at most: before something else is printed.
void flush() noexcept;
// The same for a signal handler, a third of a second at most.
void flush_in_handler() noexcept;
// Lines that the terminal shows below the log, each with its line end; empty: none. Only where
// base/terminal.h says that standard error is a live one.
void show_below(std::string lines);
// Opens logging.file again, which somebody may have moved. False: the log goes to no file.
bool reopen() noexcept;

// Since start().
[[nodiscard]] LogCounts counts() noexcept;
// What the queue holds in memory, in bytes; 0: it has not been started.
[[nodiscard]] Bytes queue_bytes() noexcept;

// Gets all lines in the log's place, on the threads that log: for tests. It must be thread-safe.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void take(const LogLine& line) noexcept = 0;
};
// null: none. Returns the one before.
Listener* set_listener(Listener* listener) noexcept;

}  // namespace vigia::log

template <>
struct fmt::formatter<vigia::log::CameraName> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const vigia::log::CameraName& camera, Context& context) const {
    return fmt::formatter<std::string_view>::format(camera.name, context);
  }
};

namespace vigia {

// "rtsp://user:secret@host/x" -> "rtsp://***@host/x", also inside a longer text; query values
// whose key suggests a secret (password, token, key, pwd, pass) become ***.
std::string redact(std::string_view text);

}  // namespace vigia
