// MqttCourier: publishes each shot at an MQTT broker, and what Home Assistant needs to show the cameras.
// Topics and payloads: mqtt_topics.h. The connection: mqtt_link.h.
//
// What becomes of a shot: the broker's acknowledgement (QoS 1) of the event is the delivery; the image goes
// before it on the same connection, so whoever gets the event finds it there. No broker, no acknowledgement,
// or a connection that broke: tried again. The broker may then have it twice, with the same event_id. What
// the broker will not have (no right to publish there): tried again after a minute, with a line that says so;
// an image that is larger than it takes is left out, counted, and said in the log. Camera states and
// discovery are published as they change, and again after each new connection.
//
// Threads: thread-safe. deliver() waits up to 10 s for a connection that is being made and 30 s for the
// acknowledgement; a stop ends it at once. It owns the link's thread, from the first call to finish().
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "outbox/courier.h"
#include "sinks/mqtt_link.h"
#include "sinks/mqtt_topics.h"
#include "sinks/sinks_options.h"

namespace vigia::sinks {

class MqttCourier final : public outbox::Courier {
 public:
  // clock: must outlive it. Nothing is connected yet.
  MqttCourier(MqttOptions options, Clock& clock);

  [[nodiscard]] std::string name() const override;
  outbox::Delivery deliver(const domain::Shot& shot, const std::stop_token& stop) override;
  // The first of these connects, as deliver() does. It is this that makes a camera exist: of one that nobody
  // speaks of (gone, or of an earlier run) events are published, and nothing that the broker keeps.
  // Nothing is sent on the calling thread.
  void camera_state(const std::string& camera, bool online) override;
  // Broker and Home Assistant forget it.
  void camera_gone(const std::string& camera) override;
  void finish() override;

 private:
  CameraState& known(const std::string& camera) REQUIRES(mutex_);
  void count(const domain::Shot& shot);
  [[nodiscard]] bool is_known(const std::string& camera);

  // Constant after construction.
  const MqttOptions options_;

  std::atomic<std::uint64_t> images_left_out_{0};

  // State below is protected by mutex_.
  Mutex mutex_;
  std::map<std::string, CameraState> cameras_ GUARDED_BY(mutex_);

  MqttLink link_;  // thread-safe
};

// For `vigia check`: connects, logs in, publishes nothing. The text: what is there.
Result<std::string> try_mqtt(const MqttOptions& options, Clock& clock, const std::stop_token& stop);

}  // namespace vigia::sinks
