#include "app/ask_password.h"

#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace vigia::app {
namespace {

using std::chrono_literals::operator""ms;

constexpr std::size_t kLongest = 1000;

// The terminal shows nothing of what is typed, until its end.
class HiddenInput {
 public:
  HiddenInput() : usable_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!usable_) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~HiddenInput() {
    if (usable_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;

 private:
  termios before_{};
  bool usable_;
};

}  // namespace

bool can_ask() {
  return ::isatty(STDIN_FILENO) != 0;
}

std::optional<std::string> ask_password(const std::string& question, StopSignals& signals) {
  const HiddenInput hidden;  // before the question: what is typed by then is thrown away
  fmt::print(stderr, "{}", question);
  std::string line;
  while (!signals.wait_for(20ms)) {
    pollfd readable{STDIN_FILENO, POLLIN, 0};
    if (::poll(&readable, 1, 0) <= 0) continue;
    char letter = 0;
    if (::read(STDIN_FILENO, &letter, 1) <= 0) break;
    while (letter != '\n' && line.size() < kLongest) {  // the terminal hands over whole lines
      line += letter;
      if (::read(STDIN_FILENO, &letter, 1) <= 0) letter = '\n';
    }
    fmt::print(stderr, "\n");
    return line;
  }
  fmt::print(stderr, "\n");
  return std::nullopt;
}

}  // namespace vigia::app
