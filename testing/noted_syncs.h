// What a program under test syncs, in which order, and what happens where a sync fails: a program that links
// this has its own fsync(), which notes each call and passes it on.
//
//   NotedSyncs syncs;
//   syncs.fail_at(2);                      // the second from now on fails; nothing is passed on
//   EXPECT_EQ(syncs.paths(), ...);         // "/tmp/x/a.txt.part", "/tmp/x"
//
// One at a time in a process. Threads: thread-safe.
#pragma once

#include <string>
#include <vector>

namespace vigia::testing {

class NotedSyncs {
 public:
  NotedSyncs();
  ~NotedSyncs();
  NotedSyncs(const NotedSyncs&) = delete;
  NotedSyncs& operator=(const NotedSyncs&) = delete;

  // Forgets the paths; of the syncs from now on, this one fails. 0: none does.
  void fail_at(int number);
  // Of the files and folders that were synced, in this order, failures included.
  [[nodiscard]] std::vector<std::string> paths() const;
};

}  // namespace vigia::testing
