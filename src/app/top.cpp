#include "app/top.h"

#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "app/agent.h"
#include "app/status_text.h"
#include "base/terminal.h"

namespace vigia::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kEvery = 1s;
constexpr int kLookForKeysMs = 100;
constexpr char kCtrlC = 3;

void write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

// The terminal's other screen, without a cursor, its keys at once and unseen. Restores all when it ends.
class OtherScreen {
 public:
  OtherScreen() {
    if (::tcgetattr(STDIN_FILENO, &before_) == 0) {
      termios keys = before_;
      keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
      has_keys_ = ::tcsetattr(STDIN_FILENO, TCSANOW, &keys) == 0;
    }
    write_all("\x1b[?1049h\x1b[?25l\x1b[?7l");
  }
  ~OtherScreen() {
    write_all("\x1b[?7h\x1b[?25h\x1b[?1049l");
    if (has_keys_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  OtherScreen(const OtherScreen&) = delete;
  OtherScreen& operator=(const OtherScreen&) = delete;

  // Over the lines before, without erasing the whole first: nothing flickers.
  static void draw(const std::vector<std::string>& lines, int rows) {
    std::string all = "\x1b[H";
    const auto shown = std::min<std::size_t>(lines.size(), static_cast<std::size_t>(std::max(1, rows)));
    for (std::size_t i = 0; i < shown; ++i) all += (i == 0 ? "" : "\r\n") + lines[i] + "\x1b[K";
    write_all(all + "\x1b[J");
  }

 private:
  termios before_{};
  bool has_keys_ = false;
};

// Whether q or Ctrl+C is among the keys that were pressed, or the terminal is gone.
bool wants_to_end() {
  pollfd keys{STDIN_FILENO, POLLIN, 0};
  if (::poll(&keys, 1, kLookForKeysMs) <= 0) return false;
  char key = 0;
  const ssize_t count = ::read(STDIN_FILENO, &key, 1);
  return count <= 0 || key == 'q' || key == 'Q' || key == kCtrlC;
}

std::vector<std::string> lines_of(const Result<AgentState>& state, TerminalSize size) {
  std::vector<std::string> lines;
  if (state) {
    lines = status_lines(
        *state, {.columns = size.columns, .rows = size.rows - 1, .has_colours = has_colours(STDOUT_FILENO)});
  } else {
    lines = {fitted(state.error().text, size.columns), "", fitted("it is asked each second", size.columns)};
  }
  lines.resize(static_cast<std::size_t>(std::max(1, size.rows - 1)));
  lines.push_back(fitted("q ends", size.columns));
  return lines;
}

int watch(Agent& agent, StopSignals& signals) {
  Result<AgentState> state = agent.look();
  if (!state && state.error().code == ErrorCode::invalid) {
    fmt::print(stderr, "vigia: {}\n", state.error().text);
    return 2;
  }
  const OtherScreen screen;
  auto next = std::chrono::steady_clock::now() + kEvery;
  TerminalSize drawn{0, 0};
  bool is_new = true;
  while (!wants_to_end() && !signals.wait_for(0ms)) {
    const TerminalSize size = terminal_size(STDOUT_FILENO);
    if (is_new || size.columns != drawn.columns || size.rows != drawn.rows) {
      OtherScreen::draw(lines_of(state, size), size.rows);
      drawn = size;
    }
    is_new = std::chrono::steady_clock::now() >= next;
    if (!is_new) continue;
    state = agent.look();
    next = std::chrono::steady_clock::now() + kEvery;
  }
  return 0;
}

}  // namespace

int show_top(const settings::Settings& settings, const settings::StatusOptions& options,
             StopSignals& signals) {
  if (!is_live_terminal(STDOUT_FILENO) || ::isatty(STDIN_FILENO) != 1) {
    fmt::print(stderr,
               "vigia: top needs a terminal; 'vigia status' prints the same once, and --json for programs\n");
    return 2;
  }
  auto agent = Agent::at(settings, options);
  if (agent) return watch(*agent, signals);
  fmt::print(stderr, "vigia: {}\n", agent.error().text);
  return 2;
}

}  // namespace vigia::app
