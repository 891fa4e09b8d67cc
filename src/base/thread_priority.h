// The share of the machine that a thread gets when there is too little for all.
//
// Workers have the usual share, nice 0, so that a frame that was decoded is also searched. Cameras' threads
// come after them: they may be many, and would leave the workers little time. All else that may wait comes
// after both. A thread lowers its own share: each step of nice takes a fifth of it. It cannot be raised again
// without a privilege, so it stays low for the rest of the thread's life. Where the system refuses, nothing
// changes. Threads: thread-safe.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace vigia {

// For cameras' threads, which read and decode.
inline constexpr int kBehindWorkers = 5;
// For best shots and for the page: they must make progress, but no frame may wait for them.
inline constexpr int kBehindVideo = 10;

// This thread's, from now on. nice: 0 to 19.
inline void lower_priority(int nice) noexcept {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice);
}

}  // namespace vigia
