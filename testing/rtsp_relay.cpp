#include "rtsp_relay.h"

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace vigia::bench {
namespace {

constexpr std::size_t kHead = 4, kRtpHead = 12;  // "$", channel, length; RTP's own

bool send_all(const Fd& to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(to.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// False at the end of the connection.
bool receive(const Fd& from, std::string& into) {
  std::array<char, 65536> block{};
  const ssize_t got = ::recv(from.get(), block.data(), block.size(), 0);
  if (got <= 0) return false;
  into.append(block.data(), static_cast<std::size_t>(got));
  return true;
}

Fd connect_to(int port) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket.get(), generic, sizeof address) != 0) return Fd();
  return socket;
}

}  // namespace

RtspRelay::RtspRelay(int server_port, double share, Harm harm)
    : server_port_(server_port), share_(share), harm_(harm), acceptor_([this] { accept(); }) {}

RtspRelay::~RtspRelay() {
  listener_.interrupt();
  acceptor_.join();
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& link : links_) {
      ::shutdown(link->client.get(), SHUT_RDWR);
      ::shutdown(link->server.get(), SHUT_RDWR);
    }
  }
  threads_.clear();
}

void RtspRelay::accept() {
  while (true) {
    Fd client = listener_.accept();
    if (client.get() < 0) return;
    auto link = std::make_shared<Link>(Link{std::move(client), connect_to(server_port_)});
    if (link->server.get() < 0) continue;
    const std::scoped_lock lock(mutex_);
    links_.push_back(link);
    threads_.emplace_back([this, link] { relay_requests(*link); });
    threads_.emplace_back([this, link] { relay_video(*link); });
  }
}

void RtspRelay::relay_requests(const Link& link) const {
  std::string received;
  while (receive(link.client, received) && send_all(link.server, received)) received.clear();
  ::shutdown(link.server.get(), SHUT_RDWR);
}

void RtspRelay::relay_video(const Link& link) {
  std::string received;
  std::uint32_t random = 1;
  while (receive(link.server, received) && send_all(link.client, pass(received, random))) {
  }
  ::shutdown(link.client.get(), SHUT_RDWR);
}

std::string RtspRelay::pass(std::string& received, std::uint32_t& random) {
  std::string passed;
  std::size_t at = 0;
  while (at < received.size()) {
    if (received[at] != '$') {  // an answer to a request, which has no $
      const std::size_t end = std::min(received.find('$', at), received.size());
      passed.append(received, at, end - at);
      at = end;
      continue;
    }
    if (received.size() - at < kHead) break;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(received[at + i]); };
    const std::size_t length = kHead + byte(2) * 256U + byte(3);
    if (received.size() - at < length) break;
    const bool is_rtp = byte(1) % 2 == 0;
    random = random * 1664525U + 1013904223U;
    const bool is_harmed = is_rtp && (random >> 8) < share_ * (1U << 24);
    if (is_rtp) ++packets_;
    if (is_harmed) ++harmed_;
    if (is_harmed && harm_ == Harm::damages) {
      for (std::size_t i = kHead + kRtpHead + 4; i < length; i += 7) received[at + i] ^= 0x55;
    }
    if (!is_harmed || harm_ == Harm::damages) passed.append(received, at, length);
    at += length;
  }
  received.erase(0, at);
  return passed;
}

}  // namespace vigia::bench
