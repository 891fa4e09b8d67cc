// A disk that fails on command, for every SQLite database that is opened while it lives: a thin layer (a VFS)
// over the system's. It counts what is asked of it, so that a test can check that.
//
//   FaultyDisk disk;                          // before the database is opened; outlives it
//   disk.fail(FaultyDisk::Fault::full);       // from now on writes fail
//   disk.fail(FaultyDisk::Fault::none);       // there is room again
//   disk.fail_at(17, FaultyDisk::Fault::io);  // the 17th operation from now on fails, once
//   disk.hold();                              // writes wait, until let_go()
//
// A power cut:
//
//   disk.switch_off();                        // nothing reaches it any more; close the database now
//   disk.leave_what_was_synced(random);       // its files are as a disk may have them after a power cut
//
// What was written since a file's last sync is lost, or, sector by sector, was written already: as `random`
// decides. A file that was never synced may be gone. As on Linux, what a failed sync should have written is
// never written by a later one, although reading still shows it: until the power is cut nobody can see that
// it is lost.
//
// One at a time in a process. Threads: thread-safe, but for the power cut: while no database is open.
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
  // Counted from now on: writes, truncations, syncs, openings and deletions. times: so many in a row; -1:
  // from then on.
  void fail_at(int operation, Fault fault, int times = 1);
  [[nodiscard]] int operations() const;
  // The next syncs fail, so many, and nothing else does.
  void fail_syncs(int times);

  void switch_off();
  // torn: sectors may have been written that no sync asked for. Switches it on again.
  void leave_what_was_synced(std::minstd_rand& random, bool torn);
  // The test has removed all databases.
  void forget_files();

  // Makes writes wait, like a dying disk; their result is decided when they are let go.
  void hold();
  void let_go();
  [[nodiscard]] int held() const;   // that wait now
  [[nodiscard]] int syncs() const;  // of files, since the start
  [[nodiscard]] int writes() const;
};

}  // namespace vigia::testing
