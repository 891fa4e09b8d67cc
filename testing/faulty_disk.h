// A disk that fails on command, for every SQLite database that is opened while it lives: a thin layer (a VFS)
// over the system's. It counts syncs, so that a test can check them.
//
//   FaultyDisk disk;                          // before the database is opened; outlives it
//   disk.fail(FaultyDisk::Fault::full);       // from now on writes fail
//   disk.fail(FaultyDisk::Fault::none);       // there is room again
//   disk.hold();                              // writes wait, until let_go()
//
// One at a time in a process. Threads: thread-safe.
#pragma once

#include <string>

namespace vigia::testing {

class FaultyDisk {
 public:
  // For writes: full (no room), read_only, io; reads still work. gone: no file can be opened.
  enum class Fault { none, full, read_only, io, gone };

  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  void fail(Fault fault);
  // Makes writes wait, like a dying disk; their result is decided when they are let go.
  void hold();
  void let_go();
  [[nodiscard]] int held() const;   // that wait now
  [[nodiscard]] int syncs() const;  // of files, since the start
  [[nodiscard]] int writes() const;
};

}  // namespace vigia::testing
