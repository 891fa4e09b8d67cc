// Starts the program again when it crashes: a decoder that a hostile stream has broken must not leave a
// building without cameras until somebody comes.
//
//   const std::vector<Crash> before = restart_after_crashes(argv);   // those that led to this start
//   ...
//   const CrashSubject subject(camera.name);     // on a thread: a crash here is that camera's
//
// What: after SIGSEGV, SIGBUS, SIGILL, SIGFPE or SIGABRT the same program begins anew in the same process,
// with the same arguments and environment; its number stays, so a service manager sees no end. All other
// threads and all descriptors end as at a kill. Which crashes there were, and whose, survives in a nameless
// file that the new start inherits; it is gone when the process ends in any other way.
// When not: crashes that are nobody's would come again at once, so the third of them within ten minutes ends
// the process as usual, by its signal. So does a crash where a core dump is allowed (core_dumps.h). A program
// built with a sanitizer reports instead.
// Guarantee: the handler calls nothing that is not safe in one. What was on disk is as after a kill.
// Cost: nothing until a crash; a subject is two writes to thread-local memory.
// Threads: restart_after_crashes() once, on the main thread; CrashSubject any thread, each its own. Threads
// that a library starts have no subject.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"

namespace vigia {

struct Crash {
  static constexpr std::size_t kLongestSubject = 63;  // bytes; the rest is cut off

  UtcTime at;
  int signal = 0;
  std::string subject;  // empty: nobody's

  bool operator==(const Crash&) const = default;
};

// "SIGSEGV"
std::string signal_name(int signal);

// Returns the crashes of the last 24 hours since the process was begun, oldest first. argv must stay valid.
// If the kernel gives no such file, crashes are as usual from then on, and a line says so.
std::vector<Crash> restart_after_crashes(char** argv);

// Who this thread works for while it exists. name must outlive it. They nest.
class CrashSubject {
 public:
  explicit CrashSubject(const std::string& name) noexcept;
  ~CrashSubject();
  CrashSubject(const CrashSubject&) = delete;
  CrashSubject& operator=(const CrashSubject&) = delete;

 private:
  const char* const before_;
};

// Memory for the handler on this thread, so that a stack that has run over can be handled. Worker has one.
class HandlerStack {
 public:
  HandlerStack() noexcept;
  ~HandlerStack();
  HandlerStack(const HandlerStack&) = delete;
  HandlerStack& operator=(const HandlerStack&) = delete;

 private:
  const std::unique_ptr<std::byte[]> memory_;
};

}  // namespace vigia
