#include "testing/http_loop.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>

#include "testing/server_sockets.h"

namespace vigia::testing {

Status HttpLoop::hold_port(int port) {
  holder_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // As httplib does, so that both sockets may bind the port.
  const int yes = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (!holder_.valid() || ::setsockopt(holder_.get(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) != 0 ||
      ::bind(holder_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::getsockname(holder_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return Error{ErrorCode::io, fmt::format("port {} cannot be used", port)};
  }
  port_ = ntohs(address.sin_port);
  return ok_status();
}

Status HttpLoop::open(int port) {
  if (running_.load()) return ok_status();
  if (!holder_.valid()) {
    if (Status held = hold_port(port); !held) return held;
  }
  if (!server_.bind_to_port("127.0.0.1", port_)) {
    return Error{ErrorCode::io, fmt::format("port {} cannot be listened at", port_)};
  }
  running_.store(true);
  thread_ = std::jthread([this] {
    server_.listen_after_bind();
    running_.store(false);
  });
  while (!server_.is_running()) std::this_thread::yield();
  return ok_status();
}

void HttpLoop::close() {
  server_.stop();
  // A keep-alive connection occupies its thread for seconds; do not wait for that.
  while (running_.load()) {
    reset_connections(port_);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace vigia::testing
