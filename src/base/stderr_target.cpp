#include "base/stderr_target.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace vigia::log {
namespace {

constexpr int kLookAgainMs = 50;

bool waits(int error) {
  return error == EINTR || error == EAGAIN;
}

}  // namespace

// In pieces that a pipe with any room takes whole, so that a write never waits longer than the poll before
// it.
bool StderrTarget::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd writable{fd_, POLLOUT, 0};
    const bool may_wait = !given_up_;
    const int ready = ::poll(&writable, 1, may_wait ? kLookAgainMs : 0);
    // Where the system refuses to poll (a limit of 0 open files), writing may still do.
    const bool is_refused = ready < 0 && !waits(errno);
    if (ready <= 0 && !is_refused) {
      if (!may_wait) return false;
      continue;
    }
    const ssize_t written = ::write(fd_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
    if (written < 0 && !waits(errno)) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string StderrTarget::erased() const {
  return rows_ == 0 ? "" : fmt::format("\r\x1b[{}A\x1b[J", rows_);
}

// Without wrapping at the right edge, where a terminal has become narrower.
std::string StderrTarget::drawn() {
  rows_ = static_cast<std::size_t>(std::ranges::count(below_, '\n'));
  return rows_ == 0 ? "" : "\x1b[?7l" + below_ + "\x1b[?7h";
}

bool StderrTarget::write(std::string_view lines) {
  if (below_.empty() && rows_ == 0) return write_all(lines);
  std::string all = erased();
  all += lines;
  all += drawn();
  return write_all(all);
}

void StderrTarget::show_below(std::string_view lines) {
  if (lines == below_) return;
  std::string all = erased();
  below_ = lines;
  all += drawn();
  static_cast<void>(write_all(all));
}

}  // namespace vigia::log
