// A core dump holds what the memory held: people's faces, passwords, tokens. Vigia leaves none.
//
// The limit is 1 byte rather than 0: the kernel then writes no file, and starts no program of core_pattern
// either, which 0 does not prevent (core(5); do_coredump() in fs/coredump.c). PR_SET_DUMPABLE would do the
// same and more: /proc/PID would be root's, so that `perf`, a debugger and what watches memory and
// descriptors there (`vigia soak`, a monitoring agent of the same user) could not look any more. Only the
// soft limit is changed, so a developer who wants a dump can raise it, of a process that runs:
//
//   prlimit --pid PID --core=unlimited:
//
// Threads: any. Programs that are started later inherit the limit.
#pragma once

namespace vigia {

void leave_no_core_dumps();

}  // namespace vigia
