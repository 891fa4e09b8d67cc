#include "discover/cameras_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "discover/plain_text.h"

namespace vigia::discover {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

VideoSource source(const std::string& token, const std::string& url) {
  const StreamProfile main{.token = "m",
                           .name = "main",
                           .source = token,
                           .codec = "H264",
                           .width = 1920,
                           .height = 1080,
                           .fps = 25};
  const StreamProfile sub{.token = "s",
                          .name = "sub",
                          .source = token,
                          .codec = "H264",
                          .width = 640,
                          .height = 360,
                          .fps = 12.5};
  return {.token = token,
          .profiles = {main, sub},
          .main = Stream{.profile = main, .url = url},
          .sub = Stream{.profile = sub, .url = url + "2"}};
}

Device camera(const std::string& host) {
  Device device;
  device.host = host;
  device.sources = {source("0", "rtsp://" + host + "/x")};
  return device;
}

std::vector<std::string> names(const std::vector<Device>& devices) {
  std::vector<std::string> all;
  for (const NamedSource& one : name_sources(devices)) all.push_back(one.name);
  return all;
}

TEST(CamerasYamlTest, NamesComeFromAddressesAndAreNeverOneVariable) {
  Device recorder = camera("10.0.0.6");
  recorder.sources = {source("0", "rtsp://r/1"), {.token = "dark"}, source("2", "rtsp://r/3")};
  EXPECT_THAT(
      names({camera("10.0.0.5"), recorder, camera("fe80::1"), camera("10-0-0-5"), camera("10.0.0.5")}),
      ElementsAre("cam-10.0.0.5", "cam-10.0.0.6-ch1", "cam-10.0.0.6-ch3", "cam-fe80--1", "cam-10-0-0-5-2",
                  "cam-10.0.0.5-3"));
  EXPECT_LE(names({camera(std::string(200, 'x'))}).front().size(), 60U);
}

TEST(CamerasYamlTest, ACameraIsAnEntryWithAComment) {
  Device device = camera("10.0.0.5");
  device.information = {"HIKVISION", "DS-2CD", "V5", "1234", "88"};
  device.name = "Front door";
  device.user = "admin";
  EXPECT_EQ(cameras_yaml(std::vector{device}, UtcTime{}),
            "# Found by vigia discover at 1970-01-01 00:00 UTC.\n"
            "# No password is written here. Vigia takes it from the environment: VIGIA_DEFAULTS_PASSWORD for "
            "all, or\n"
            "# for the camera cam-10.0.0.5 alone VIGIA_CAMERAS_CAM_10_0_0_5_PASSWORD.\n"
            "cameras:\n"
            "  # 10.0.0.5: HIKVISION DS-2CD, \"Front door\", firmware V5, serial 1234\n"
            "  #   main: H264 1920x1080, 25 fps   (the url below)\n"
            "  #   sub: H264 640x360, 12.5 fps   (the detect_url below)\n"
            "  - name: \"cam-10.0.0.5\"\n"
            "    url: \"rtsp://10.0.0.5/x\"\n"
            "    detect_url: \"rtsp://10.0.0.5/x2\"\n"
            "    username: \"admin\"\n");
}

TEST(CamerasYamlTest, ASmallStreamThatIsTooNarrowForFacesIsInTheCommentOnly) {
  Device device = camera("10.0.0.5");
  device.sources[0].sub->profile.width = 352;
  const std::string text = cameras_yaml(std::vector{device}, UtcTime{});
  EXPECT_THAT(text, HasSubstr("sub stream: rtsp://10.0.0.5/x2"));
  EXPECT_EQ(text.find("detect_url:"), std::string::npos);
}

TEST(CamerasYamlTest, NoDeviceWritesASettingOrControlsATerminal) {
  Device device = camera("10.0.0.5");
  device.information.make = "a\n  - name: evil\x1B[2J\xC2\x9B\xE2\x80\xAE\xFF";
  device.sources[0].profiles[0].name = "b\r\nmemory: {}";
  device.user = "x\"\nevil 1";
  const std::string text = cameras_yaml(std::vector{device}, UtcTime{});
  EXPECT_THAT(text, AllOf(HasSubstr("# 10.0.0.5: a - name: evil [2J\n"), HasSubstr("#   b memory: {}: H264"),
                          HasSubstr("username: \"x\\\"\\x0Aevil 1\"\n")));
  EXPECT_THAT(text, Not(HasSubstr("\x1B")));
}

TEST(CamerasYamlTest, AJsonLineHasAllOfADevice) {
  Device device = camera("10.0.0.5");
  device.login = LoginKind::http_digest;
  device.clock_ahead = std::chrono::seconds(-90);
  device.notes = {"odd"};
  const std::vector<Device> devices{device};
  const std::string line = device_json(devices.front(), name_sources(devices));
  EXPECT_THAT(line, Not(HasSubstr("\n")));
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["cameras"][0]["main"]["url"], "rtsp://10.0.0.5/x");
  EXPECT_EQ(json["cameras"][0]["sub"]["width"], 640);
  EXPECT_EQ(json["login"], "http_digest");
  EXPECT_EQ(json["clock_ahead"], -90.0);
  EXPECT_TRUE(json["failure"].is_null());
}

TEST(PlainTextTest, KeepsLettersAndCutsWhatIsLong) {
  EXPECT_EQ(plain("  Tür 1\t\n門 "), "Tür 1 門");
  EXPECT_EQ(plain(std::string(100, 'x'), 5), "xxxxx...");
  EXPECT_EQ(plain("\xC0\x80\xED\xA0\x80\xF4\x90\x80\x80", 50), "") << "no UTF-8";
  EXPECT_EQ(plain("門門", 4), "門...") << "characters stay whole";
}

}  // namespace
}  // namespace vigia::discover
