#include "settings/public_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "settings/schema.h"

namespace vigia::settings {
namespace {

constexpr const char* kSecret = "hunter2-hunter2-hunter2";

TEST(PublicJsonTest, HoldsEveryKeyAndNoSecret) {
  Settings settings;
  settings.cameras.emplace_back();
  settings.cameras[0].spec = {"gate", std::string("rtsp://admin:") + kSecret + "@10.0.0.5/s?token=" + kSecret,
                              7, kSecret};
  settings.cameras[0].source.ffmpeg_params = {std::string("headers=Authorization: Basic ") + kSecret,
                                              "rtsp_transport=udp"};
  settings.findface.user = settings.findface.password = settings.findface.uuid = kSecret;
  settings.mqtt.user = settings.mqtt.password = settings.webhook.secret = kSecret;
  // Every secret of the table, whichever there are.
  for (const ProgramKey& key : program_keys()) {
    if (key.rule.secret) *std::get<std::string*>(key.slot(settings)) = kSecret;
  }
  for (const CameraKey& key : camera_keys()) {
    if (!key.rule.secret) continue;
    *std::get<std::string*>(key.slot(settings.cameras[0])) = kSecret;
    *std::get<std::string*>(key.slot(settings.defaults)) = kSecret;
  }
  const std::string text = public_json(settings);
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json.at("web").at("token"), "***");
  EXPECT_EQ(json.at("cameras").at(0).at("token"), "***");
  EXPECT_EQ(json.at("cameras").at(0).at("url"), "rtsp://***@10.0.0.5/s?token=***");
  EXPECT_EQ(json.at("cameras").at(0).at("id"), 7);
  EXPECT_EQ(json.at("cameras").at(0).at("ffmpeg_params").at(1), "rtsp_transport=udp");
  EXPECT_EQ(json.at("memory").at("gc_interval"), 5);
  for (const ProgramKey& key : program_keys()) {
    nlohmann::json::json_pointer path;
    std::string rest(key.name);
    for (std::size_t dot = rest.find('.'); dot != std::string::npos; dot = rest.find('.')) {
      path /= rest.substr(0, dot);
      rest.erase(0, dot + 1);
    }
    EXPECT_TRUE(json.contains(path / rest)) << key.name;
  }
  for (const CameraKey& key : camera_keys())
    EXPECT_TRUE(json.at("defaults").contains(std::string(key.name))) << key.name;
}

TEST(PublicJsonTest, AnUnsetSecretIsEmpty) {
  const auto json = nlohmann::json::parse(public_json({}));
  EXPECT_EQ(json.at("web").at("token"), "");
  EXPECT_TRUE(json.at("cameras").empty());
}

}  // namespace
}  // namespace vigia::settings
