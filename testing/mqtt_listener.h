// An MQTT subscriber for tests: a client on libmosquitto's own thread that records messages.
// Threads: thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"

struct mosquitto;

namespace vigia::testing {

struct MqttReceived {
  std::string topic;
  std::string payload;
  bool retained = false;  // it was there before the subscription
};

struct MqttLogin {
  std::string user{}, password{};
  std::string ca_file{};  // PEM: TLS
};

class MqttListener {
 public:
  // Subscribes to `filter`; aborts the test program when there is no broker. Connects again when it breaks.
  MqttListener(int port, const std::string& filter, const MqttLogin& login = {});
  ~MqttListener();
  MqttListener(const MqttListener&) = delete;
  MqttListener& operator=(const MqttListener&) = delete;

  void publish(const std::string& topic, const std::string& payload, bool retain = false);

  [[nodiscard]] std::vector<MqttReceived> all() const;
  [[nodiscard]] std::vector<MqttReceived> of(const std::string& topic) const;
  void forget();  // what came so far
  // False: it did not become true within that time.
  bool wait_until(const std::function<bool(const std::vector<MqttReceived>&)>& true_of,
                  std::chrono::seconds at_most = std::chrono::seconds(20));
  // So many messages at that topic.
  bool wait_for(const std::string& topic, std::size_t count = 1);

 private:
  struct Destroy {
    void operator()(mosquitto* handle) const noexcept;
  };

  const std::string filter_;
  mutable Mutex mutex_;
  CondVar came_;
  std::vector<MqttReceived> received_ GUARDED_BY(mutex_);
  bool subscribed_ GUARDED_BY(mutex_) = false;
  std::unique_ptr<mosquitto, Destroy> handle_;  // the last: its thread uses the rest
};

}  // namespace vigia::testing
