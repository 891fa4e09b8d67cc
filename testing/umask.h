// Sets the umask of this process, and so of the programs that it starts, until the end of the block.
// Threads: one thread at a time; other threads must not create files meanwhile.
#pragma once

#include <sys/stat.h>

namespace vigia::testing {

class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  ~Umask() { ::umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  const mode_t before_;
};

}  // namespace vigia::testing
