#include "testing/server_sockets.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/fd.h"

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

// peer_port: 0: every peer.
void for_each_connection(int server_port, int peer_port, const std::function<void(int)>& act) {
  for (const int number : open_descriptors()) {
    // The owner may close a descriptor at any moment, and its number may go to another socket. The duplicate
    // refers to one fixed socket, so the socket checked below is the one acted on; a closed number gives
    // none. Made by system call, since ThreadSanitizer reports any use of a descriptor that another thread
    // may close as a race, although every outcome is checked here. It does not see this call, and sees all
    // others.
    const Fd fd(static_cast<int>(::syscall(SYS_dup, number)));
    if (!fd.valid() || port_of(::getsockname, fd.get()) != server_port) continue;
    const int peer = port_of(::getpeername, fd.get());
    if (peer < 0 || (peer_port != 0 && peer != peer_port)) continue;
    act(fd.get());
  }
}

}  // namespace

void reset_connections(int server_port, int peer_port) {
  for_each_connection(server_port, peer_port, [](int fd) {
    // Connecting to nowhere drops a TCP connection with a reset; the shutdown wakes a thread that waits on
    // it.
    sockaddr nowhere{};
    nowhere.sa_family = AF_UNSPEC;
    ::connect(fd, &nowhere, sizeof nowhere);
    ::shutdown(fd, SHUT_RDWR);
  });
}

void write_into_connection(int server_port, int peer_port, std::string_view bytes) {
  for_each_connection(server_port, peer_port, [bytes](int fd) {
    // Bytes that do not fit into the socket's buffer are left out, as by a broken server.
    static_cast<void>(!::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  });
}

bool connection_lives(int server_port, int peer_port) {
  bool lives = false;
  for_each_connection(server_port, peer_port, [&lives](int fd) {
    char byte = 0;
    const auto got = ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    lives = got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
  });
  return lives;
}

}  // namespace vigia::testing
