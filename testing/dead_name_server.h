// A name server that does not answer. A program that links this has its own getaddrinfo(), which waits until
// release() for names that end in ".dead.test" and passes all other names to the C library.
//
//   DeadNameServer dead;
//   ... looks up "broker.dead.test" on another thread ...
//   dead.wait_until_asked();
//   ... request a stop, and join ...
//   EXPECT_FALSE(dead.was_released());   // the stop did not wait for it
//
// It is released by its destructor, or after a minute so that a test that waits for it fails instead of
// hanging. One at a time. Threads: thread-safe.
#pragma once

#include <stop_token>
#include <thread>

namespace vigia::testing {

class DeadNameServer {
 public:
  DeadNameServer();
  ~DeadNameServer();  // waits for the look-ups that are still under way
  DeadNameServer(const DeadNameServer&) = delete;
  DeadNameServer& operator=(const DeadNameServer&) = delete;

  void wait_until_asked() const;
  void release();
  [[nodiscard]] bool was_released() const;

 private:
  std::jthread watchdog_;
};

}  // namespace vigia::testing
