// A disk that fails on command, for every SQLite database that is opened while it lives: a thin layer (a VFS)
// over the system's. It counts the operations, so that a test can check them.
//
//   FaultyDisk disk;                          // before the database is opened; outlives it
//   disk.fail(FaultyDisk::Fault::full);       // from now on writes fail
//   disk.fail(FaultyDisk::Fault::none);       // there is room again
//   disk.fail_at(17, FaultyDisk::Fault::io);  // the 17th operation from now on fails, once
//   disk.hold();                              // writes wait, until let_go()
//
// To cut the power:
//
//   disk.switch_off();                        // nothing reaches it any more; close the database now
//   disk.leave_what_was_synced(random);       // its files are as a disk may have them after a power cut
//
// Of what was written since a file's last sync, `random` decides sector by sector what is lost and what had
// been written already. A file that was never synced may be gone. As on Linux, a later sync never writes what
// a failed one should have written, although reading still shows it: the loss is visible only after a power
// cut.
//
// One at a time in a process. Threads: thread-safe, except for the power cut, which REQUIRES that no database
// is open.
#pragma once

#include <functional>
#include <random>
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
  // operation: counts writes, truncations, syncs, openings and deletions from now on. times: how many of them
  // in a row fail; -1: all from then on.
  void fail_at(int operation, Fault fault, int times = 1);
  [[nodiscard]] int operations() const;
  // The next `times` syncs fail, and nothing else does.
  void fail_syncs(int times);

  void switch_off();
  // Switches it on again. torn: sectors that were never synced may have been written.
  void leave_what_was_synced(std::minstd_rand& random, bool torn);
  // Call it after the test has removed all databases.
  void forget_files();

  // Makes writes wait, like a dying disk; their result is decided when they are let go.
  void hold();
  void let_go();
  [[nodiscard]] int held() const;   // that wait now
  [[nodiscard]] int syncs() const;  // of files, since the start
  [[nodiscard]] int writes() const;
};

}  // namespace vigia::testing
