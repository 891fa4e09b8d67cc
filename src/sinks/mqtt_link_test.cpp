// What a broker rarely does by itself: it breaks the connection between one acknowledgement and the next.
#include "sinks/mqtt_link.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "base/fd.h"
#include "testing/loopback_listener.h"

namespace vigia::sinks {
namespace {

struct Publication {
  std::string topic, payload;
  std::string number;  // its two bytes
};

// The broker's end of a connection, over MQTT 5. What does not come in half a minute is empty.
class Accepted {
 public:
  explicit Accepted(Fd socket) : socket_(std::move(socket)) {
    const timeval patience{.tv_sec = 30, .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(packet().first, 0x10) << "CONNECT";
    send({0x20, 3, 0, 0, 0});  // CONNACK
  }

  Publication publication() {
    const auto [type, body] = packet();
    EXPECT_EQ(type & 0xf0, 0x30) << "PUBLISH";
    if (body.size() < 5) return {};
    const std::size_t topic = byte(body, 0) * 256 + byte(body, 1);
    const std::size_t properties = byte(body, topic + 4);
    return {body.substr(2, topic), body.substr(topic + 5 + properties), body.substr(topic + 2, 2)};
  }
  void acknowledge(const Publication& publication) {
    send({0x40, 2, publication.number.at(0), publication.number.at(1)});  // PUBACK
  }

 private:
  static std::size_t byte(const std::string& of, std::size_t at) {
    return static_cast<unsigned char>(of.at(at));
  }
  std::string read(std::size_t bytes) {
    std::string all(bytes, '\0');
    return ::recv(socket_.get(), all.data(), bytes, MSG_WAITALL) == static_cast<ssize_t>(bytes) ? all : "";
  }
  std::pair<int, std::string> packet() {
    const std::string head = read(1);
    std::size_t length = 0, factor = 1;
    for (std::string next = read(1); !next.empty(); next = read(1), factor *= 128) {
      length += byte(next, 0) % 128 * factor;
      if (byte(next, 0) < 128) break;
    }
    if (head.empty()) return {0, ""};
    return {static_cast<int>(byte(head, 0)), read(length)};
  }
  void send(const std::string& bytes) {
    EXPECT_EQ(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  const Fd socket_;
};

class ScriptedBroker {
 public:
  ScriptedBroker() {
    server_.host = "127.0.0.1";
    server_.port = listener_.port();
    server_.client_id = "vigia";
  }
  [[nodiscard]] const MqttServer& server() const { return server_; }
  Accepted accept() { return Accepted(listener_.accept()); }

 private:
  const testing::LoopbackListener listener_;
  MqttServer server_;
};

TEST(MqttLinkTest, ADeletionThatWasNotAcknowledgedIsSentAgain) {
  ScriptedBroker broker;
  MqttLink link(broker.server(), {"status", "offline", true}, "", "", system_clock());
  link.keep("face", "a picture");
  link.keep("status", "online");  // the last that is published on a new connection
  link.start();
  {
    Accepted first = broker.accept();
    const Publication face = first.publication();
    ASSERT_EQ(face.payload, "a picture");
    ASSERT_EQ(first.publication().topic, "status");
    link.forget("face");
    ASSERT_EQ(first.publication().payload, "");
    first.acknowledge(face);  // which is not the deletion; then the connection breaks
  }
  Accepted second = broker.accept();
  const Publication again = second.publication();
  EXPECT_EQ(again.topic, "face");
  EXPECT_EQ(again.payload, "");
}

}  // namespace
}  // namespace vigia::sinks
