#include "sinks/mqtt_topics.h"

#include <fmt/format.h>
#include <mosquitto.h>

#include <cctype>
#include <nlohmann/json.hpp>

#include "delivery/safe_name.h"
#include "delivery/shot_json.h"

namespace vigia::sinks {
namespace {

using Json = nlohmann::ordered_json;

bool plain_byte(unsigned char byte, bool) {
  return byte < 0x80 && (std::isalnum(byte) != 0 || byte == '-' || byte == '_');
}

bool text_byte(unsigned char byte, bool) {
  return byte >= 0x80 || (byte >= 0x20 && byte != 0x7f && byte != '/' && byte != '+' && byte != '#');
}

// Home Assistant takes letters, digits, '-' and '_' in ids.
std::string device_id(const MqttOptions& options, const std::string& camera) {
  return delivery::safe_name(options.topic_prefix, plain_byte) + "_" +
         delivery::safe_name(camera, plain_byte);
}

std::string state_topic(const MqttOptions& options, const std::string& camera) {
  return fmt::format("{}/{}/state", options.topic_prefix, topic_level(camera));
}

std::string availability_topic(const MqttOptions& options, const std::string& camera) {
  return fmt::format("{}/{}/availability", options.topic_prefix, topic_level(camera));
}

struct Entity {
  std::string_view component;
  std::string_view id;
  Json config;
  bool needs_video = true;  // else it is available as long as Vigia runs
};

MqttMessage discovery_message(const MqttOptions& options, const std::string& camera, Entity entity) {
  const std::string device = device_id(options, camera);
  Json config = std::move(entity.config);
  config["unique_id"] = fmt::format("{}_{}", device, entity.id);
  config["availability"] = Json::array({{{"topic", status_topic(options)}}});
  if (entity.needs_video) config["availability"].push_back({{"topic", availability_topic(options, camera)}});
  config["availability_mode"] = "all";
  config["device"] = {
      {"identifiers", {device}}, {"name", camera}, {"manufacturer", "Vigia"}, {"model", "camera"}};
  config["origin"] = {{"name", "Vigia"}};
  return {fmt::format("{}/{}/{}/{}/config", options.discovery_prefix, entity.component, device, entity.id),
          delivery::dump_json(config), true};
}

}  // namespace

std::string topic_level(std::string_view camera) {
  std::string level = delivery::safe_name(camera, text_byte);
  if (mosquitto_validate_utf8(level.data(), static_cast<int>(level.size())) == MOSQ_ERR_SUCCESS) return level;
  return delivery::safe_name(camera, plain_byte);
}

std::string status_topic(const MqttOptions& options) {
  return options.topic_prefix + "/status";
}
std::string face_topic(const MqttOptions& options, const std::string& camera) {
  return fmt::format("{}/{}/face", options.topic_prefix, topic_level(camera));
}
std::string condition_topic(const MqttOptions& options, const std::string& camera) {
  return fmt::format("{}/{}/condition", options.topic_prefix, topic_level(camera));
}
std::string image_topic(const MqttOptions& options, const std::string& camera) {
  return face_topic(options, camera) + "/image";
}

MqttMessage state_message(const MqttOptions& options, const std::string& camera,
                          const MqttCameraState& state) {
  Json json;
  const auto& health = state.health;
  json["online"] = health ? Json(health->online) : Json();
  json["faces"] = state.faces;
  json["last_face"] = state.last_face ? Json(format_utc(*state.last_face)) : Json();
  json["state"] = health ? Json(health->state) : Json();
  json["reason"] = health && !health->reason.empty() ? Json(health->reason) : Json();
  json["since"] = health && health->since != UtcTime() ? Json(format_utc(health->since)) : Json();
  json["conditions"] = health ? Json(health->conditions) : Json::array();
  return {state_topic(options, camera), delivery::dump_json(json), true};
}

MqttMessage availability_message(const MqttOptions& options, const std::string& camera, bool online) {
  return {availability_topic(options, camera), online ? "online" : "offline", true};
}

std::string birth_topic(const MqttOptions& options) {
  return options.discovery_prefix.empty() ? "" : options.discovery_prefix + "/status";
}

std::vector<MqttMessage> discovery_messages(const MqttOptions& options, const std::string& camera) {
  if (options.discovery_prefix.empty()) return {};
  const std::string state = state_topic(options, camera);
  std::vector<MqttMessage> messages{
      discovery_message(options, camera,
                        {"sensor",
                         "last_face",
                         {{"name", "Last face"},
                          {"state_topic", state},
                          {"value_template", "{{ value_json.last_face }}"},
                          {"device_class", "timestamp"},
                          {"json_attributes_topic", face_topic(options, camera)}}}),
      discovery_message(options, camera,
                        {"sensor",
                         "faces",
                         {{"name", "Faces"},
                          {"state_topic", state},
                          {"value_template", "{{ value_json.faces }}"},
                          {"state_class", "total_increasing"},
                          {"icon", "mdi:face-recognition"}}}),
      discovery_message(options, camera,
                        {"binary_sensor",
                         "online",
                         {{"name", "Video"},
                          {"state_topic", state},
                          {"value_template", "{{ value_json.online }}"},
                          {"payload_on", "True"},
                          {"payload_off", "False"},
                          {"device_class", "connectivity"}},
                         false})};
  if (options.images) {
    messages.push_back(discovery_message(
        options, camera,
        {"image",
         "face",
         {{"name", "Face"}, {"image_topic", image_topic(options, camera)}, {"content_type", "image/jpeg"}}}));
  }
  return messages;
}

}  // namespace vigia::sinks
