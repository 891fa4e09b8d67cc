// One connection to an MQTT broker over libmosquitto, from its beginning to its end. A connection that ended
// is discarded with everything that was not acknowledged; the caller sends it again on a new one. So
// libmosquitto's queues cannot grow, and it never repeats a message by itself.
//
// Uses MQTT 5, so that the broker says why it refuses, and how large a message may be; 3.1.1 if requested.
// Publishes with QoS 1. TLS is verified: chain, dates and name. libmosquitto's own loop and its select() are
// not used: the first has a thread that a stop cannot end while it connects, the second cannot handle a
// descriptor above 1023.
// Threads: owner thread only; callbacks are called from step().
// begin() blocks while the host's name is looked up, for half a minute if the name server is away: call
// http::look_up() first.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "sinks/sinks_options.h"

struct mosquitto;

namespace vigia::sinks {

// Whose a crash is while MQTT 5 is spoken (base/crash_restart.h): Debian 12's libmosquitto aborts the program
// at a property that it does not know, which no broker may send. It does not read properties in 3.1.1.
inline const std::string kMqtt5Subject = "MQTT 5";

struct MqttMessage {
  std::string topic;
  std::string payload;
  bool retain = false;  // the broker keeps the last one for later subscribers
};

struct MqttServer {
  std::string host;
  int port = 1883;
  bool tls = false;
  std::string ca_file;
  std::string client_id;
  std::string user, password;
  bool old_protocol = false;  // 3.1.1 instead of 5

  // "mqtt://host:port", for people and logs.
  [[nodiscard]] std::string url() const;
};

// REQUIRES: options that passed the settings' checks.
MqttServer mqtt_server(const MqttOptions& options);

class MqttClient {
 public:
  class Events {
   public:
    virtual ~Events() = default;
    // The broker has accepted the message with this number from publish(); error: it refused it. unheard: the
    // broker reports that nobody has subscribed to the topic (MQTT 5 only).
    virtual void acknowledged(int number, const Status& status, bool unheard) = 0;
    virtual void received(std::string_view topic, std::string_view payload) = 0;
  };

  // Begins to connect: call step() until connected(). will: published by the broker when the connection
  // breaks. Error: see step(). events: must outlive the client.
  static Result<std::unique_ptr<MqttClient>> begin(const MqttServer& server,
                                                   const std::optional<MqttMessage>& will, Events& events);
  ~MqttClient();
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  [[nodiscard]] bool connected() const noexcept { return connected_; }

  // Waits for work, for at most this time or until `wake` (a descriptor; -1: none) can be read, and does it.
  // Error: the connection is over. Its code: refused if somebody has to fix something (password, certificate,
  // client id), invalid if the broker does not support this protocol, else unavailable.
  Status step(int wake, std::chrono::milliseconds at_most);

  // REQUIRES: connected(). The number that acknowledged() will name.
  // Error: refused, larger than the broker takes; unavailable, the connection is over.
  Result<int> publish(const MqttMessage& message);
  Status subscribe(const std::string& filter);
  // Disconnects cleanly, so that the broker does not publish the will.
  void disconnect();

 private:
  struct Destroy {
    void operator()(mosquitto* handle) const noexcept;
  };
  explicit MqttClient(Events& events) : events_(events) {}
  Status set_up(const MqttServer& server, const std::optional<MqttMessage>& will);
  Status set_up_tls(const MqttServer& server);
  void set_callbacks();
  [[nodiscard]] Error tls_ending(int code, int error_number) const;
  [[nodiscard]] Error ending(int code, int error_number) const;

  Events& events_;
  bool old_protocol_ = false;
  std::unique_ptr<mosquitto, Destroy> handle_;
  bool connected_ = false;
  int refusal_ = 0;        // the broker's reason, of CONNACK
  int farewell_ = 0;       // the broker's reason, of its DISCONNECT
  std::string tls_error_;  // OpenSSL's last error
};

// Calls step() until the broker has accepted or refused the client, or for 10 s.
Status wait_until_connected(MqttClient& client, Clock& clock, const std::stop_token& stop);

}  // namespace vigia::sinks
