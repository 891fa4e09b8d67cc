// Keeps a storm of lines short: what repeats within an interval is kept back, counted, and told in one line
// at its end.
//
//   camera 'gate': connection refused
//   camera 'gate': connection refused (repeated 57 times in 10 s)
//
// What repeats: a line that is the same as the one before it of the same call and camera; and, of warnings
// and errors, also the eleventh of one call and camera in an interval, whatever it says ("56 more like it").
// So no line of information that says something new is kept back. While a storm lasts there is a line an
// interval. When the same was kept back once only, that line itself is told. Cost: O(1) a line; 512 calls and
// cameras at once, 1 KB of text each at most. The one that began first is told early where more repeat.
// Threads: one thread at a time. Deterministic: no clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log_line.h"

namespace vigia::log {

class FoldLines {
 public:
  static constexpr std::size_t kBurst = 10;          // different lines of a call and camera in an interval
  static constexpr std::size_t kLongestText = 1024;  // of what is told later; the rest is cut off

  using Tell = std::function<void(const LogLine& line)>;
  // interval 0: nothing is kept back.
  FoldLines(Nanoseconds interval, Tell tell);

  // True: write it now. False: it is kept back.
  [[nodiscard]] bool take(const LogLine& line, SteadyTime now);
  // Tells what is due.
  void tell_due(SteadyTime now);
  // Tells all that is kept back, at the end.
  void tell_all(SteadyTime now);

 private:
  struct Repeated {
    std::uint64_t key = 0;
    bool is_used = false;
    bool are_alike = true;
    SteadyTime begun{};
    std::uint64_t text_hash = 0;  // of the line before
    std::size_t passed = 0, kept_back = 0;
    LogLine last;  // its texts lie in the two strings
    std::string camera, text;
  };
  static constexpr std::size_t kSets = 128, kWays = 4;

  Repeated& place_of(std::uint64_t key, SteadyTime now);
  void keep_back(Repeated& one, const LogLine& line);
  void tell(Repeated& one, SteadyTime now);
  [[nodiscard]] bool is_over(const Repeated& one, SteadyTime now) const;

  // Constant after construction.
  const Nanoseconds interval_;
  const Tell tell_;

  std::vector<std::array<Repeated, kWays>> sets_;
  SteadyTime next_look_{};
};

}  // namespace vigia::log
