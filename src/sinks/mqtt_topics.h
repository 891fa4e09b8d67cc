// The topics of Vigia at an MQTT broker, and what Home Assistant is told about them.
//
//   <prefix>/status               "online" or "offline", retained; the broker's own doing when Vigia breaks
//   off <prefix>/<camera>/face        an event: outbox/shot_json.h <prefix>/<camera>/face/image  the JPEG of
//   the last one, retained <prefix>/<camera>/state       {"online": true, "faces": 12, "last_face":
//   "2026-11-23T13:00:01.123456Z"}, retained <discovery prefix>/<component>/<device>/<entity>/config     a
//   device a camera, for Home Assistant, retained
//
// `faces` counts from Vigia's start; `online` is null where nobody says; times are those of the capture, in
// UTC. Threads: thread-safe functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "sinks/mqtt_client.h"
#include "sinks/sinks_options.h"

namespace vigia::sinks {

// A camera's name as one level of a topic: without '/', '+', '#' and what is not UTF-8. Two never become one.
std::string topic_level(std::string_view camera);

struct CameraState {
  std::optional<bool> online;
  std::uint64_t faces = 0;
  std::optional<UtcTime> last_face;
};

std::string status_topic(const MqttOptions& options);
std::string face_topic(const MqttOptions& options, const std::string& camera);
std::string image_topic(const MqttOptions& options, const std::string& camera);
MqttMessage state_message(const MqttOptions& options, const std::string& camera, const CameraState& state);

// Where Home Assistant announces itself; empty where it is not to be told anything.
std::string birth_topic(const MqttOptions& options);
// A camera's entities: time of the last face (with the event as its attributes), faces counted, connected or
// not, and the image where images are published. Empty without discovery_prefix.
std::vector<MqttMessage> discovery_messages(const MqttOptions& options, const std::string& camera);

}  // namespace vigia::sinks
