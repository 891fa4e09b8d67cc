#include "settings/public_json.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/text.h"
#include "settings/schema.h"

namespace vigia::settings {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kHidden = "***";

// Of a list of key=value, such as ffmpeg_params: "headers=Authorization: Basic ...".
std::string without_secret(const std::string& item) {
  constexpr std::array<std::string_view, 8> kWords{"pass",   "pwd",  "token",  "key",
                                                   "secret", "auth", "header", "cookie"};
  const std::size_t equals = item.find('=');
  const std::string key = lower(item.substr(0, equals));
  const bool is_secret = std::ranges::any_of(kWords, [&](auto word) { return key.find(word) != key.npos; });
  if (equals != std::string::npos && is_secret) return item.substr(0, equals + 1) + kHidden;
  return redact(item);
}

Json value_of(const Rule& rule, SettingRef slot) {
  if (auto** const yes = std::get_if<bool*>(&slot)) return **yes;
  if (auto** const whole = std::get_if<int*>(&slot)) return **whole;
  if (auto** const real = std::get_if<double*>(&slot)) return **real;
  if (auto** const number = std::get_if<std::optional<std::int64_t>*>(&slot))
    return **number ? Json(***number) : Json();
  if (auto** const text = std::get_if<std::string*>(&slot)) {
    return rule.secret && !(*text)->empty() ? Json(kHidden) : Json(redact(**text));
  }
  if (auto** const list = std::get_if<std::vector<std::string>*>(&slot)) {
    Json items = Json::array();
    for (const std::string& item : **list) items.push_back(without_secret(item));
    return items;
  }
  return format(slot);
}

Json& place_of(Json& root, std::string_view name) {
  Json* place = &root;
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    place = &(*place)[std::string(name.substr(0, dot))];
    name.remove_prefix(dot + 1);
  }
  return (*place)[std::string(name)];
}

Json camera_json(CameraSettings& camera, bool with_identity) {
  Json json = Json::object();
  if (with_identity) {
    for (const CameraKey& key : identity_keys())
      json[std::string(key.name)] = value_of(key.rule, key.slot(camera));
  }
  for (const CameraKey& key : camera_keys())
    json[std::string(key.name)] = value_of(key.rule, key.slot(camera));
  return json;
}

}  // namespace

std::string public_json(Settings settings) {
  Json json = {{"cameras", Json::array()}};
  for (CameraSettings& camera : settings.cameras) json["cameras"].push_back(camera_json(camera, true));
  json["defaults"] = camera_json(settings.defaults, false);
  for (const ProgramKey& key : program_keys())
    place_of(json, key.name) = value_of(key.rule, key.slot(settings));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace vigia::settings
