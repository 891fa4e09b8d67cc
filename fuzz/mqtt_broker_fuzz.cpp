// Fuzzes what an MQTT broker sends: a client connects, subscribes and publishes to a broker that answers with
// the input and then closes. The connection must end with one line that says why. The first byte selects
// whether the broker accepts the client first; the rest is what it sends. Only MQTT 3.1.1: in MQTT 5, Debian
// 12's libmosquitto aborts at a property that it does not know, and the program starts again and speaks 3.1.1
// (sinks/mqtt_client.h).
#include <sys/socket.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/log.h"
#include "sinks/mqtt_client.h"
#include "testing/loopback_listener.h"

namespace {

using vigia::Fd;
using vigia::sinks::MqttClient;
using vigia::sinks::MqttServer;
using vigia::testing::LoopbackListener;

constexpr int kMostSteps = 10'000;
constexpr std::string_view kAccept3{"\x20\x02\x00\x00", 4};

void require(bool holds) {
  if (!holds) std::abort();
}

// Accepts the waiting connection, sends the bytes and its end. Closing it leaves no port occupied.
Fd answer(const LoopbackListener& listener, std::string_view bytes) {
  Fd connection = listener.accept();
  require(connection.valid());
  const linger at_once{1, 0};
  ::setsockopt(connection.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(connection.get(), SHUT_WR);
  return connection;
}

// Reads every byte of what it is given.
class Reader final : public MqttClient::Events {
 public:
  void acknowledged(int, const vigia::Status& status, bool) override {
    if (!status) read(status.error().text);
  }
  void received(std::string_view topic, std::string_view payload) override {
    read(topic);
    read(payload);
  }

 private:
  void read(std::string_view text) {
    for (const char c : text) sum_ = sum_ + static_cast<unsigned char>(c);
  }
  volatile unsigned sum_ = 0;
};

// Returns how the connection ended.
std::string run(MqttClient& client) {
  bool has_published = false;
  for (int i = 0; i < kMostSteps; ++i) {
    if (client.connected() && !has_published) {
      has_published = true;
      static_cast<void>(client.subscribe("homeassistant/status"));
      static_cast<void>(client.publish({.topic = "vigia/gate/face", .payload = "{}"}));
    }
    if (const vigia::Status going = client.step(-1, std::chrono::milliseconds(100)); !going) {
      return going.error().text;
    }
  }
  std::abort();  // it goes on for ever
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  vigia::log::set_level(vigia::log::LogLevel::off);
  static const LoopbackListener listener;
  std::string bytes((data[0] & 2U) != 0 ? kAccept3 : std::string_view{});
  bytes.append(reinterpret_cast<const char*>(data) + 1, size - 1);
  MqttServer server{.host = "127.0.0.1", .port = listener.port()};
  server.client_id = "fuzz";
  server.old_protocol = true;
  Reader reader;
  auto client = MqttClient::begin(server, std::nullopt, reader);
  require(client.ok());
  const Fd connection = answer(listener, bytes);
  const std::string why = run(**client);
  require(!why.empty() && why.size() < 2000);
  for (const char c : why) require(static_cast<unsigned char>(c) >= 0x20);
  client->reset();  // before the server's side
  return 0;
}
