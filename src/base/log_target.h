// Where the lines of the log go. Threads: one thread at a time, except give_up().
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vigia::log {

class LogTarget {
 public:
  virtual ~LogTarget() = default;
  // Whole lines. May wait. False: they are not written anywhere.
  virtual bool write(std::string_view lines) = 0;
  // Opens again what somebody may have moved away.
  virtual void reopen() {}
  // Lines that a terminal shows below the log; empty: none.
  virtual void show_below(std::string_view /*lines*/) {}
  // What the log has to say about its target, once.
  virtual std::optional<std::string> take_note() { return std::nullopt; }
  // From now on write() waits no longer. Thread-safe.
  virtual void give_up() noexcept {}
};

}  // namespace vigia::log
