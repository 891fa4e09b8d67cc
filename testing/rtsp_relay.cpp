#include "testing/rtsp_relay.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace vigia::testing {
namespace {

constexpr std::size_t kHead = 4, kRtpHead = 12;  // "$", channel, length; RTP's own
constexpr std::size_t kReportHead = 28;
constexpr unsigned kSenderReport = 200;

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

RtspRelay::RtspRelay(int server_port, const Faults& faults)
    : server_port_(server_port), faults_(faults), acceptor_([this] { accept(); }) {}

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
  using namespace std::chrono;
  Stream stream;
  for (bool goes_on = true; goes_on;) {
    int wait = -1;
    if (!stream.packets.empty()) {
      const auto left = ceil<milliseconds>(stream.packets.front().due - steady_clock::now());
      wait = std::max(0, static_cast<int>(left.count()));
    }
    pollfd server{link.server.get(), POLLIN, 0};
    if (::poll(&server, 1, wait) > 0) {
      goes_on = receive(link.server, stream.received);
      take(stream);
    }
    goes_on = send_due(link, stream) && goes_on;
  }
  ::shutdown(link.client.get(), SHUT_RDWR);
}

bool RtspRelay::send_due(const Link& link, Stream& stream) {
  if (!send_all(link.client, std::exchange(stream.answers, {}))) return false;
  while (!stream.packets.empty() && stream.packets.front().due <= std::chrono::steady_clock::now()) {
    if (!send_all(link.client, stream.packets.front().bytes)) return false;
    stream.packets.pop_front();
  }
  return true;
}

void RtspRelay::take(Stream& stream) {
  std::string& received = stream.received;
  std::string passed;
  std::size_t at = 0;
  while (at < received.size()) {
    if (received[at] != '$') {  // an answer to a request, which has no $
      const std::size_t end = std::min(received.find('$', at), received.size());
      stream.answers.append(received, at, end - at);
      at = end;
      continue;
    }
    if (received.size() - at < kHead) break;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(received[at + i]); };
    const std::size_t length = kHead + byte(2) * 256U + byte(3);
    if (received.size() - at < length) break;
    std::string packet = received.substr(at, length);
    if (spoil(packet, stream)) passed += packet;
    at += length;
  }
  received.erase(0, at);
  if (passed.empty()) return;
  stream.packets.push_back({std::chrono::steady_clock::now() + faults_.late, std::move(passed)});
}

// False: it is lost.
bool RtspRelay::spoil(std::string& packet, Stream& stream) {
  const auto byte = [&packet](std::size_t i) -> unsigned { return static_cast<unsigned char>(packet[i]); };
  const bool is_rtp = byte(1) % 2 == 0;
  if (!is_rtp) {
    if (packet.size() < kHead + kReportHead || byte(kHead + 1) != kSenderReport) return true;
    constexpr std::size_t kTime = kHead + 8;  // behind the report's head and its sender: seconds since 1900
    std::uint32_t seconds = 0;
    for (std::size_t i = 0; i < 4; ++i) seconds = seconds << 8U | byte(kTime + i);
    seconds += static_cast<std::uint32_t>(faults_.clock_ahead.count());
    for (std::size_t i = 0; i < 4; ++i) packet[kTime + i] = static_cast<char>(seconds >> (24U - 8U * i));
    return true;
  }
  stream.random = stream.random * 1664525U + 1013904223U;
  ++packets_;
  if ((stream.random >> 8U) >= faults_.share * (1U << 24U)) return true;
  ++harmed_;
  if (faults_.harm == Harm::loses) return false;
  for (std::size_t i = kHead + kRtpHead + 4; i < packet.size(); i += 7) {
    packet[i] = static_cast<char>(byte(i) ^ 0x55U);
  }
  return true;
}

}  // namespace vigia::testing
