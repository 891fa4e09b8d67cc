// A name server that does not answer: a program that links this has its own getaddrinfo(), which for names
// that end in ".dead.test" waits until release(). All other names go to the C library.
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
  ~DeadNameServer();  // waits for those that still ask
  DeadNameServer(const DeadNameServer&) = delete;
  DeadNameServer& operator=(const DeadNameServer&) = delete;

  void wait_until_asked() const;
  void release();
  [[nodiscard]] bool was_released() const;

 private:
  std::jthread watchdog_;
};

}  // namespace vigia::testing
