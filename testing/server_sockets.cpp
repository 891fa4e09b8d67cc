#include "testing/server_sockets.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <charconv>
#include <filesystem>
#include <string>
#include <vector>

namespace vigia::testing {
namespace {

int port_of(int (*get_name)(int, sockaddr*, socklen_t*), int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (get_name(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sin_family != AF_INET)
    return -1;
  return ntohs(address.sin_port);
}

std::vector<int> open_descriptors() {
  std::vector<int> all;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    const std::string name = entry.path().filename();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    all.push_back(fd);
  }
  return all;
}

}  // namespace

void reset_connections(int server_port, int peer_port) {
  for (const int fd : open_descriptors()) {
    if (port_of(::getsockname, fd) != server_port) continue;
    const int peer = port_of(::getpeername, fd);
    if (peer < 0 || (peer_port != 0 && peer != peer_port)) continue;
    // Connecting to nowhere drops a TCP connection with a reset; the descriptor stays its owner's. The
    // shutdown wakes a thread that waits on it.
    sockaddr nowhere{};
    nowhere.sa_family = AF_UNSPEC;
    ::connect(fd, &nowhere, sizeof nowhere);
    ::shutdown(fd, SHUT_RDWR);
  }
}

}  // namespace vigia::testing
