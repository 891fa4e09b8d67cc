// Lines of the log as bytes.
//
//   text      2026-11-30 13:05:09.123 warning camera 'gate': connection refused      (local time)
//   json
//   {"time":"2026-11-30T12:05:09.123456Z","level":"warning","part":"camera","camera":"gate","message":"..."}
//   journald  <4>camera 'gate': connection refused      (the journal has the time)
//
// What cameras and servers send may be in a line, so it never breaks out of its place: line ends and other
// control characters are shown as \n, \x1b; what is no UTF-8 becomes U+FFFD. JSON is always valid.
// Cost: about a microsecond a line. Threads: one thread at a time.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "base/log_line.h"

namespace vigia::log {

enum class LineFormat { text, coloured_text, json, journald };

class FormatLine {
 public:
  explicit FormatLine(LineFormat format) : format_(format) {}
  // Appends the line with its line end.
  void append(std::string& to, const LogLine& line);

 private:
  void append_time(std::string& to, UtcTime at);

  const LineFormat format_;
  std::time_t second_ = -1;
  std::string second_text_;  // "2026-11-30 13:05:09", of second_
};

// The text as a terminal may show it, whoever sent it.
std::string clean(std::string_view text);

}  // namespace vigia::log
