// Runs an httplib server in a thread of its own, on a loopback port that stays reserved even while the server
// is closed: every new connection is then refused, as by a machine whose program is down, and no other
// program gets the port.
// Threads: owner thread only.
#pragma once

#include <httplib.h>

#include <atomic>
#include <thread>

#include "base/fd.h"
#include "base/result.h"

namespace vigia::testing {

class HttpLoop {
 public:
  // The server, with its routes, must outlive it.
  explicit HttpLoop(httplib::Server& server) : server_(server) {}
  ~HttpLoop() { close(); }
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;

  // Listens. port: only of the first time; 0: any. Error: io.
  Status open(int port = 0);
  // Resets all connections, and refuses new ones; returns when no request is being handled any more. Handlers
  // must then not wait for long.
  void close();

  [[nodiscard]] int port() const noexcept { return port_; }

 private:
  Status hold_port(int port);

  httplib::Server& server_;
  Fd holder_;  // bound and never listening
  int port_ = 0;
  std::atomic<bool> running_{false};
  std::jthread thread_;
};

}  // namespace vigia::testing
