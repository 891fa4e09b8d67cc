// Cases that a real broker cannot produce on demand: silence, old protocols.
#include "sinks/mqtt_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <thread>

#include "base/fd.h"
#include "sinks/mqtt_courier.h"
#include "testing/fake_clock.h"
#include "testing/loopback_listener.h"
#include "testing/sample_shot.h"

namespace vigia::sinks {
namespace {

using delivery::DeliveryResult;
using std::chrono_literals::operator""s;
using ::testing::HasSubstr;

TEST(MqttServerTest, IsReadFromTheUrl) {
  const auto read = [](const std::string& url) {
    MqttOptions options;
    options.url = url;
    return mqtt_server(options);
  };
  EXPECT_EQ(read("mqtt://broker").host, "broker");
  EXPECT_EQ(read("mqtt://broker").port, 1883);
  EXPECT_FALSE(read("mqtt://broker").tls);
  EXPECT_EQ(read("mqtts://broker/").port, 8883);
  EXPECT_TRUE(read("mqtts://broker/").tls);
  EXPECT_EQ(read("mqtts://broker:1/").port, 1);
  EXPECT_EQ(read("mqtt://[::1]:1884").host, "::1");
  EXPECT_EQ(read("mqtt://[::1]:1884").port, 1884);
  EXPECT_EQ(read("mqtt://[::1]").port, 1883);
  for (const char* url : {"mqtt://broker:1884", "mqtts://[::1]:8883"}) EXPECT_EQ(read(url).url(), url);
}

// Accepts connections on loopback, and handles each as the test says.
class Listener {
 public:
  [[nodiscard]] MqttOptions options() const {
    MqttOptions options;
    options.url = "mqtt://127.0.0.1:" + std::to_string(listener_.port());
    return options;
  }
  [[nodiscard]] Fd accept() const { return listener_.accept(); }

 private:
  testing::LoopbackListener listener_;
};

// The protocol level of a client's first packet.
int protocol_level(const Fd& client) {
  std::array<unsigned char, 256> packet{};
  const ssize_t size = ::recv(client.get(), packet.data(), packet.size(), 0);
  // 0x10, length, 0 4 'M' 'Q' 'T' 'T', level
  return size > 8 && packet[0] == 0x10 ? packet[8] : -1;
}

TEST(MqttClientTest, FallsBackTo311WithABrokerOlderThanMqtt5) {
  const Listener listener;
  std::atomic<int> first{0};
  std::atomic<int> second{0};
  std::jthread broker([&] {
    const Fd modern = listener.accept();
    first = protocol_level(modern);
    constexpr std::array<unsigned char, 4> kRefused{0x20, 2, 0, 1};
    ::send(modern.get(), kRefused.data(), kRefused.size(), MSG_NOSIGNAL);
    const Fd old = listener.accept();
    second = protocol_level(old);
    constexpr std::array<unsigned char, 4> kAccepted{0x20, 2, 0, 0};
    ::send(old.get(), kAccepted.data(), kAccepted.size(), MSG_NOSIGNAL);
    char end = 0;
    while (::recv(old.get(), &end, 1, 0) > 0) {
    }
  });
  const auto tried = try_mqtt(listener.options(), system_clock(), {});
  EXPECT_TRUE(tried.ok()) << tried.error().text;
  broker.join();
  EXPECT_EQ(first, 5);
  EXPECT_EQ(second, 4);
}

TEST(MqttClientTest, ABrokerThatSaysNothingIsGivenUpAfterTenSeconds) {
  const Listener listener;
  testing::FakeClock clock;
  MqttCourier courier(listener.options(), "", clock);
  DeliveryResult delivery;
  std::atomic<bool> done{false};
  std::jthread sender([&] {
    delivery = courier.deliver(testing::sample_shot(), {});
    done = true;
  });
  const Fd client = listener.accept();
  EXPECT_EQ(protocol_level(client), 5);
  EXPECT_FALSE(done);
  while (!done) {  // it counts from when it looked at the clock
    clock.advance(1s);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  sender.join();
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::retry);
  EXPECT_THAT(delivery.text, HasSubstr("10 s"));
}

TEST(MqttClientTest, ABrokerThatSaysNothingDoesNotHoldUpAStop) {
  const Listener listener;
  testing::FakeClock clock;
  MqttCourier courier(listener.options(), "", clock);
  courier.camera_state("gate", {.online = true});
  const Fd client = listener.accept();
  EXPECT_EQ(protocol_level(client), 5);
  courier.finish();
  EXPECT_EQ(courier.deliver(testing::sample_shot(), {}).outcome, DeliveryResult::Outcome::retry);
}

TEST(MqttClientTest, NoiseInsteadOfABrokerIsAnError) {
  const Listener listener;
  std::jthread broker([&] {
    const Fd client = listener.accept();
    EXPECT_EQ(protocol_level(client), 5);
    constexpr std::string_view kNoise = "HTTP/1.1 400 Bad Request\r\n\r\n";
    ::send(client.get(), kNoise.data(), kNoise.size(), MSG_NOSIGNAL);
  });
  EXPECT_FALSE(try_mqtt(listener.options(), system_clock(), {}).ok());
}

}  // namespace
}  // namespace vigia::sinks
