// Which lines of a camera's failures and recoveries are written: each once, and a camera that comes and goes
// each second no more than some a minute, with how many were left out.
//
// A failure is written if its text is new, or was last written ten minutes ago; and a recovery after a
// failure that was written. Whatever the texts are, at most kMostLines a minute are. After a good minute
// (retry.h) all texts are new again. Cost: small; the newest kMostTexts texts are kept. Threads: one thread
// at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"

namespace vigia::camera {

class FailureLog {
 public:
  static constexpr std::chrono::minutes kAgain{10};
  static constexpr std::size_t kMostLines = 4;
  static constexpr std::size_t kMostTexts = 8;

  // The line to write; nothing: it is only counted.
  std::optional<std::string> failed(const std::string& text, SteadyTime now) {
    ++failures_;
    wrote_failure_ = false;
    const auto known = std::ranges::find_if(texts_, [&](const Text& other) { return other.text == text; });
    const bool is_new = known == texts_.end() || now - known->written >= kAgain;
    if (!is_new || !may_write(now)) {
      ++left_out_;
      return std::nullopt;
    }
    if (known != texts_.end()) texts_.erase(known);
    texts_.push_back({text, now});
    if (texts_.size() > kMostTexts) texts_.pop_front();
    wrote_failure_ = true;
    return text + left_out_text();
  }
  // Frames come after failures. True: say so.
  bool recovered(SteadyTime now) { return wrote_failure_ && may_write(now); }
  // A good minute is over. Something to write only where the recovery was not written.
  std::optional<std::string> settled() {
    const std::uint64_t left_out = left_out_, failures = failures_;
    texts_.clear();
    failures_ = left_out_ = 0;
    wrote_failure_ = false;
    if (left_out == 0) return std::nullopt;
    return "frames have come for a minute without a failure, after " + std::to_string(failures) +
           " failed tries, of which " + std::to_string(left_out) + " were not logged";
  }
  // Since the last good minute.
  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }

 private:
  struct Text {
    std::string text;
    SteadyTime written;
  };
  bool may_write(SteadyTime now) {
    while (!lines_.empty() && now - lines_.front() >= std::chrono::minutes(1)) lines_.pop_front();
    if (lines_.size() >= kMostLines) return false;
    lines_.push_back(now);
    return true;
  }
  std::string left_out_text() {
    const std::uint64_t count = std::exchange(left_out_, 0);
    return count == 0 ? "" : " (" + std::to_string(count) + " failures were not logged since; still trying)";
  }

  std::deque<Text> texts_;  // the oldest first
  std::deque<SteadyTime> lines_;
  std::uint64_t failures_ = 0;
  std::uint64_t left_out_ = 0;  // failures that no line tells of yet
  bool wrote_failure_ = false;  // the last one
};

}  // namespace vigia::camera
