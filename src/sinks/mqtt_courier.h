// MqttCourier: publishes each shot to an MQTT broker, and the messages that Home Assistant needs to show the
// cameras. Topics and payloads: mqtt_topics.h. The connection: mqtt_link.h.
//
// Outcome of a shot: it is delivered when the broker acknowledges the event (QoS 1). The image is sent before
// it on the same connection, so a subscriber that gets the event finds the image. Without a broker, without
// an acknowledgement, or after a broken connection the shot is tried again; the broker may then get it twice,
// with the same event_id. If the broker refuses it (no right to publish there: may_be_alone) it is tried
// again after a minute, with a log line; some brokers end the connection instead, so that may_be_alone, too.
// An image that the broker does not take (larger than its limit, no right, a quota) is left out, counted and
// logged. Camera states and discovery are published when they change, and again after each new connection.
//
// Threads: thread-safe. deliver() waits for a connection that is being made (up to 10 s for the host's name
// and 10 s for the broker) and up to 30 s for the acknowledgement; a stop ends it at once. The link's thread
// runs from the first call to finish().
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "delivery/courier.h"
#include "sinks/mqtt_link.h"
#include "sinks/mqtt_topics.h"
#include "sinks/sinks_options.h"

namespace vigia::sinks {

class MqttCourier final : public delivery::Courier {
 public:
  // retained_file: records which topics the broker retains, so that a later run can clear them; "": none.
  // clock: must outlive it. Nothing is connected yet.
  // old_protocol: 3.1.1 from the start.
  MqttCourier(MqttOptions options, std::string retained_file, Clock& clock, bool old_protocol = false);

  [[nodiscard]] std::string name() const override;
  delivery::DeliveryResult deliver(const domain::Shot& shot, const std::stop_token& stop) override;
  // Tests whether there is a connection that the broker has accepted; waits for one that is being made. Sends
  // nothing.
  [[nodiscard]] std::optional<delivery::DeliveryResult> probe(const std::stop_token& stop) override;
  // The first call connects, as deliver() does, and announces the camera to the broker. For a camera that was
  // not announced (removed, or known only to an earlier run) events are published, but no retained messages.
  // Nothing is sent on the calling thread.
  void camera_state(const std::string& camera, const delivery::ShownCamera& health) override;
  // Deletes the camera's retained messages, so that Home Assistant removes it.
  [[nodiscard]] bool takes_notices() const override { return true; }
  delivery::DeliveryResult tell(const delivery::CameraNotice& notice, const std::stop_token& stop) override;
  void camera_gone(const std::string& camera) override;
  [[nodiscard]] std::uint64_t unheard() const override { return unheard_; }
  void finish() override;

 private:
  MqttCameraState& known(const std::string& camera) REQUIRES(mutex_);
  [[nodiscard]] bool retains_images() const { return options_.images && options_.retain_images; }
  void count(const domain::Shot& shot);
  [[nodiscard]] bool is_known(const std::string& camera);

  // Constant after construction.
  const MqttOptions options_;
  const bool is_first_run_;  // there is no retained_file of an earlier run

  std::atomic<std::uint64_t> images_left_out_{0}, unheard_{0};

  // State below is protected by mutex_.
  Mutex mutex_;
  std::map<std::string, MqttCameraState> cameras_ GUARDED_BY(mutex_);

  MqttLink link_;  // thread-safe
};

// For `vigia check`: connects, logs in, publishes nothing. Returns a description for people.
Result<std::string> try_mqtt(const MqttOptions& options, Clock& clock, const std::stop_token& stop);

}  // namespace vigia::sinks
