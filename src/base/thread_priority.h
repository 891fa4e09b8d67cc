// The share of the machine that a thread gets when there is too little for all.
//
// Threads that handle video have the usual share, nice 0. A thread whose work may wait lowers its own: each
// step of nice takes a fifth of it. It cannot be raised again without a privilege, so it stays low for the
// rest of the thread's life. Where the system refuses, nothing changes. Threads: thread-safe.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace vigia {

// For best shots and for the page: they must make progress, but no frame may wait for them.
inline constexpr int kBehindVideo = 5;

// This thread's, from now on. nice: 0 to 19.
inline void lower_priority(int nice) noexcept {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice);
}

}  // namespace vigia
