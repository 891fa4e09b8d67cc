// Vigia's topics at an MQTT broker, and the discovery messages for Home Assistant.
//
//   <prefix>/status               "online" or "offline", retained; "offline" by the broker if Vigia crashes
//   <prefix>/<camera>/face        an event: delivery/shot_json.h
//   <prefix>/<camera>/face/image  its JPEG; retained only if the settings ask for it
//   <prefix>/<camera>/condition   what is wrong with the camera, as it begins and ends:
//   delivery/camera_notice.h <prefix>/<camera>/availability  "online" while the camera delivers video, else
//   "offline", retained <prefix>/<camera>/state       {"online": true, "faces": 12,
//                                  "last_face": "2026-11-23T13:00:01.123456Z"}, retained
//   <discovery prefix>/<component>/<device>/<entity>/config
//                                 one device per camera, for Home Assistant, retained
//
// `faces` counts since Vigia's start; `online` is null if it is unknown; times are capture times in UTC.
// Threads: thread-safe functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "delivery/courier.h"
#include "sinks/mqtt_client.h"
#include "sinks/sinks_options.h"

namespace vigia::sinks {

// A camera's name as one level of a topic: without '/', '+', '#' and what is not UTF-8. Two never become one.
std::string topic_level(std::string_view camera);

struct MqttCameraState {
  std::optional<delivery::ShownCamera> health{};
  std::uint64_t faces = 0;
  std::optional<UtcTime> last_face;
};

std::string status_topic(const MqttOptions& options);
std::string face_topic(const MqttOptions& options, const std::string& camera);
std::string condition_topic(const MqttOptions& options, const std::string& camera);
std::string image_topic(const MqttOptions& options, const std::string& camera);
MqttMessage state_message(const MqttOptions& options, const std::string& camera,
                          const MqttCameraState& state);

MqttMessage availability_message(const MqttOptions& options, const std::string& camera, bool online);

// The topic on which Home Assistant announces itself; empty without discovery.
std::string birth_topic(const MqttOptions& options);
// A camera's entities: time of the last face (with the event as its attributes), number of faces, connected
// or not, and the image if images are published. Empty without discovery_prefix.
std::vector<MqttMessage> discovery_messages(const MqttOptions& options, const std::string& camera);

}  // namespace vigia::sinks
