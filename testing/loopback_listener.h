// A TCP socket that listens at a free port of 127.0.0.1, for servers that answer as a test says, or never.
//
//   const LoopbackListener listener;
//   ... a client connects to listener.port() ...
//   const Fd client = listener.accept();   // waits for it
//
// Threads: as the system's calls; accept() on any thread.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "base/fd.h"

namespace vigia::testing {

class LoopbackListener {
 public:
  // backlog: connections that the system keeps until they are accepted. Throws std::system_error, which fails
  // the test, if there is no port.
  explicit LoopbackListener(int backlog = 16) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_.get(), generic, size) != 0 || ::listen(socket_.get(), backlog) != 0 ||
        ::getsockname(socket_.get(), generic, &size) != 0) {
      throw std::system_error(errno, std::generic_category(), "no port of 127.0.0.1 can be had");
    }
    port_ = ntohs(address.sin_port);
  }

  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] int get() const noexcept { return socket_.get(); }
  // Invalid after interrupt().
  [[nodiscard]] Fd accept() const { return Fd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }
  // Ends an accept() that waits, and all later ones.
  void interrupt() const noexcept { ::shutdown(socket_.get(), SHUT_RDWR); }

 private:
  Fd socket_;
  int port_ = 0;
};

}  // namespace vigia::testing
