// Prevents core dumps, because they hold what the memory held: people's faces, passwords, tokens.
//
// The limit is set to 1 byte rather than 0. With 1 the kernel writes no file and also starts no program of
// core_pattern, which 0 does not prevent (core(5); do_coredump() in fs/coredump.c). PR_SET_DUMPABLE would
// make /proc/PID root's as well, so `perf`, debuggers and whatever else reads memory and descriptors there
// (`vigia soak`, a monitoring agent of the same user) would no longer work. Only the soft limit is changed,
// so a developer who wants a dump can raise it while the process runs:
//
//   prlimit --pid PID --core=unlimited:
//
// Threads: thread-safe. Programs that are started later inherit the limit.
#pragma once

namespace vigia {

void leave_no_core_dumps();

}  // namespace vigia
