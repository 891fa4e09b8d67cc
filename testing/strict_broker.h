// An MQTT 5 broker that ends the connection when it refuses a message, as EMQX and AWS IoT do where they are
// set so; mosquitto refuses it and goes on. It acknowledges everything else and passes nothing on.
//
//   StrictBroker broker("vigia/gate/");   // what it refuses: topics that begin so
//   broker.url();                         // "mqtt://127.0.0.1:PORT"
//
// Its packets: MQTT 5.0, chapters 2 and 3. One client at a time. Threads: thread-safe.
#pragma once

#include <atomic>
#include <stop_token>
#include <string>
#include <thread>

#include "testing/loopback_listener.h"

namespace vigia::testing {

class StrictBroker {
 public:
  explicit StrictBroker(std::string refused);
  ~StrictBroker();
  StrictBroker(const StrictBroker&) = delete;
  StrictBroker& operator=(const StrictBroker&) = delete;

  [[nodiscard]] std::string url() const;
  // How often it has ended a connection.
  [[nodiscard]] int ended() const noexcept { return ended_; }

 private:
  void run(const std::stop_token& stop);
  void serve(int connection, const std::stop_token& stop);
  // Answers all whole packets and takes them out of `got`. False: the connection is over.
  bool answer(int connection, std::string& got);
  bool answer_one(int connection, int kind, int flags, const std::string& body);

  const std::string refused_;
  const LoopbackListener listener_;
  std::atomic<int> ended_{0};
  std::jthread thread_;
};

}  // namespace vigia::testing
