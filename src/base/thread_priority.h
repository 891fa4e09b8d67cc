// The share of the machine that a thread gets when there is too little for all.
//
// Threads of video have the usual one, nice 0. What may wait is lowered: each step of nice takes a fifth of
// the share. It cannot be raised again without a privilege, so it is for a thread's whole life. Where the
// system refuses, nothing changes. Threads: thread-safe; each its own.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace vigia {

// Best shots' pictures, and the collector: they must get on, but no frame must wait for them.
inline constexpr int kBehindVideo = 5;

// This thread's, from now on. nice: 0 to 19.
inline void lower_priority(int nice) noexcept {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice);
}

}  // namespace vigia
