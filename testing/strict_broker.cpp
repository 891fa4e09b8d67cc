#include "testing/strict_broker.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace vigia::testing {
namespace {

constexpr int kConnect = 1, kPublish = 3, kSubscribe = 8, kPing = 12, kDisconnect = 14;
constexpr std::string_view kAccepted{"\x20\x03\x00\x00\x00", 5}, kPong{"\xd0\x00", 2};
constexpr std::string_view kNotAuthorised{"\xe0\x02\x87\x00", 4};

bool send_all(int connection, std::string_view bytes) {
  return ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

// True: there is something to read, or the connection is over.
bool can_be_read(int fd) {
  pollfd watched{fd, POLLIN, 0};
  return ::poll(&watched, 1, 20) > 0;
}

struct Packet {
  int kind = 0, flags = 0;
  std::string body;
};

// Takes the first packet out of `got`; nothing: it is not whole yet.
std::optional<Packet> take_packet(std::string& got) {
  std::size_t length = 0, at = 1;
  for (int shift = 0;; shift += 7, ++at) {
    if (at >= got.size()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(got[at]);
    length |= static_cast<std::size_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) break;
  }
  if (got.size() < ++at + length) return std::nullopt;
  const auto first = static_cast<unsigned char>(got[0]);
  Packet packet{.kind = first >> 4, .flags = first & 0xf, .body = got.substr(at, length)};
  got.erase(0, at + length);
  return packet;
}

}  // namespace

StrictBroker::StrictBroker(std::string refused)
    : refused_(std::move(refused)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

StrictBroker::~StrictBroker() = default;

std::string StrictBroker::url() const {
  return "mqtt://127.0.0.1:" + std::to_string(listener_.port());
}

void StrictBroker::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (!can_be_read(listener_.get())) continue;
    const Fd connection = listener_.accept();
    if (connection.valid()) serve(connection.get(), stop);
  }
}

void StrictBroker::serve(int connection, const std::stop_token& stop) {
  std::string got;
  std::array<char, 65536> bytes{};
  while (!stop.stop_requested()) {
    if (!can_be_read(connection)) continue;
    const ssize_t count = ::recv(connection, bytes.data(), bytes.size(), 0);
    if (count <= 0) return;
    got.append(bytes.data(), static_cast<std::size_t>(count));
    if (answer(connection, got)) continue;
    // What the client still sends is read: else the system resets the connection, and takes back from the
    // client what it has not read yet.
    ::shutdown(connection, SHUT_WR);
    while (!stop.stop_requested()) {
      if (can_be_read(connection) && ::recv(connection, bytes.data(), bytes.size(), 0) <= 0) return;
    }
  }
}

bool StrictBroker::answer(int connection, std::string& got) {
  while (const auto packet = take_packet(got)) {
    if (!answer_one(connection, packet->kind, packet->flags, packet->body)) return false;
  }
  return true;
}

bool StrictBroker::answer_one(int connection, int kind, int flags, const std::string& body) {
  if (kind == kConnect) return send_all(connection, kAccepted);
  if (kind == kPing) return send_all(connection, kPong);
  if (kind == kSubscribe)
    return send_all(connection, std::string("\x90\x04", 2) + body.substr(0, 2) + '\0' + '\1');
  if (kind == kDisconnect) return false;
  if (kind != kPublish || body.size() < 4) return true;
  const auto byte = [&body](std::size_t at) { return static_cast<unsigned char>(body[at]); };
  const std::size_t topic = static_cast<std::size_t>(byte(0)) << 8 | byte(1);
  if (body.compare(2, refused_.size(), refused_) == 0) {
    ++ended_;
    send_all(connection, kNotAuthorised);
    return false;
  }
  const bool has_number = (flags & 6) != 0 && body.size() >= topic + 4;
  return !has_number || send_all(connection, std::string("\x40\x02", 2) + body.substr(topic + 2, 2));
}

}  // namespace vigia::testing
