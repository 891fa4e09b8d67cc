// What the user sets about receivers beside FindFace. Keys: delivery.webhook.*, delivery.mqtt.*; the secrets
// come from the environment (VIGIA_WEBHOOK_SECRET, MQTT_USER, MQTT_PASSWORD) or the secrets file.
#pragma once

#include <string>

namespace vigia::sinks {

struct WebhookOptions {
  std::string url;  // http[s]://...; empty: no webhook. Its path may be a secret: never logged
  std::string format = "multipart";  // or "json": the image inside it, in base64
  bool camera_conditions = true;     // post what is wrong with cameras, too: delivery/camera_notice.h
  std::string ca_file;               // these three: see http/tls_options.h
  std::string tls_pin;
  bool tls_insecure = false;

  // Never in the settings file.
  std::string secret;  // posts are signed with it; empty: they are not signed

  [[nodiscard]] bool enabled() const { return !url.empty(); }
  bool operator==(const WebhookOptions&) const = default;
};

struct MqttOptions {
  std::string url;                     // mqtt://host[:1883] or mqtts://host[:8883]; empty: no MQTT
  std::string topic_prefix = "vigia";  // of all topics; two Vigias at one broker need two prefixes
  std::string client_id;               // unique at the broker; empty: made up at each start
  std::string ca_file;         // PEM that the broker's certificate is verified with; empty: the system's
  bool images = true;          // publish the image of each face, too
  bool retain_images = false;  // the broker keeps each camera's last image for later subscribers
  std::string discovery_prefix = "homeassistant";  // of Home Assistant's discovery; empty: no messages

  // Never in the settings file.
  std::string user;
  std::string password;

  [[nodiscard]] bool enabled() const { return !url.empty(); }
  bool operator==(const MqttOptions&) const = default;
};

}  // namespace vigia::sinks
