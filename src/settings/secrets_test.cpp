#include "settings/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/settings_test_support.h"

namespace vigia::settings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SecretsTest : public SettingsTest {
 protected:
  LoadOutcome load_with(const std::string& secrets, std::map<std::string, std::string> environment = {},
                        mode_t mode = 0600) {
    const auto file = write("secrets.env", secrets, mode);
    return load_text("delivery:\n  findface:\n    secrets_file: \"" + file.string() + "\"\n",
                     std::move(environment));
  }
};

TEST_F(SecretsTest, ComeFromTheEnvironment) {
  const auto outcome = load_text("", {{"FINDFACE_URL", "https://findface.local"},
                                      {"FINDFACE_USER", "vigia"},
                                      {"FINDFACE_PASSWORD", "hunter2"},
                                      {"FINDFACE_UUID", "node-1"}});
  const findface::FindfaceOptions expected{.url = "https://findface.local",
                                           .camera_prefix = {},
                                           .ca_file = {},
                                           .tls_pin = {},
                                           .secrets_file = {},
                                           .user = "vigia",
                                           .password = "hunter2",
                                           .uuid = "node-1"};
  ASSERT_TRUE(outcome.settings);
  EXPECT_EQ(outcome.settings->findface, expected);
  EXPECT_THAT(outcome.warnings, IsEmpty());
}

TEST_F(SecretsTest, OrFromTheFileLineByLine) {
  const auto outcome = load_with(
      "# FindFace\n\nFINDFACE_USER=vigia\r\nexport FINDFACE_PASSWORD='hun = ter2'\n  FINDFACE_URL = "
      "\"https://findface.local\"");
  ASSERT_TRUE(outcome.settings) << outcome.errors.front();
  EXPECT_EQ(outcome.settings->findface.user, "vigia");
  EXPECT_EQ(outcome.settings->findface.password, "hun = ter2");
  EXPECT_EQ(outcome.settings->findface.url, "https://findface.local");
  EXPECT_THAT(outcome.warnings, IsEmpty());
}

TEST_F(SecretsTest, AreThoseOfWebhookAndMqttToo) {
  const auto outcome =
      load_with("VIGIA_WEBHOOK_SECRET=hunter2\nMQTT_USER=vigia\n",
                {{"MQTT_PASSWORD", "hunter3"}, {"MQTT_USER", "house"}, {"VIGIA_WEBHOOK_SECRET", ""}});
  ASSERT_TRUE(outcome.settings) << outcome.errors.front();
  EXPECT_EQ(outcome.settings->webhook.secret, "hunter2");
  EXPECT_EQ(outcome.settings->mqtt.user, "house");
  EXPECT_EQ(outcome.settings->mqtt.password, "hunter3");
  EXPECT_THAT(outcome.warnings, IsEmpty());
}

TEST_F(SecretsTest, TheEnvironmentGoesOverTheFile) {
  const auto outcome = load_with("FINDFACE_USER=a\nFINDFACE_PASSWORD=b\n",
                                 {{"FINDFACE_USER", "c"}, {"FINDFACE_PASSWORD", ""}});
  ASSERT_TRUE(outcome.settings);
  EXPECT_EQ(outcome.settings->findface.user, "c");
  EXPECT_EQ(outcome.settings->findface.password, "b");
}

TEST_F(SecretsTest, TheUrlIsTheLastThatSaysOne) {
  const std::string file = "delivery: {findface: {url: \"https://file\"}}\n";
  const auto url = [&](std::map<std::string, std::string> environment, std::vector<std::string> sets = {}) {
    return load_text(file, std::move(environment), std::move(sets)).settings->findface.url;
  };
  EXPECT_EQ(url({}), "https://file");
  EXPECT_EQ(url({{"FINDFACE_URL", "https://a"}}), "https://a");
  EXPECT_EQ(url({{"FINDFACE_URL", "https://a"}, {"VIGIA_DELIVERY_FINDFACE_URL", "https://b"}}), "https://b");
  EXPECT_EQ(url({{"FINDFACE_URL", "https://a"}}, {"delivery.findface.url=https://c"}), "https://c");
}

TEST_F(SecretsTest, WrongLinesAreRefusedWithoutShowingThem) {
  EXPECT_THAT(
      load_with("FINDFACE_USER=vigia\nhunter2\n").errors,
      ElementsAre("secrets.env:2: the line: is not KEY=VALUE; allowed: FINDFACE_URL, FINDFACE_USER, "
                  "FINDFACE_PASSWORD, FINDFACE_UUID, VIGIA_WEBHOOK_SECRET, MQTT_USER, MQTT_PASSWORD"));
  EXPECT_THAT(
      load_with("FINDFACE_PASWORD=hunter2\n").errors,
      ElementsAre("secrets.env:1: the line: sets something else; allowed: FINDFACE_URL, FINDFACE_USER, "
                  "FINDFACE_PASSWORD, FINDFACE_UUID, VIGIA_WEBHOOK_SECRET, MQTT_USER, MQTT_PASSWORD; did you "
                  "mean 'FINDFACE_PASSWORD'?"));
  EXPECT_THAT(
      load_with("FINDFACE_URL=https://u:hunter2@findface.local\n").errors,
      ElementsAre(HasSubstr("secrets.env: FINDFACE_URL: 'https://***@findface.local' holds a password")));
  EXPECT_THAT(load_with("FINDFACE_PASSWORD=hun\x01ter2\n").errors,
              ElementsAre("secrets.env:1: FINDFACE_PASSWORD: holds a control character"));
  EXPECT_THAT(
      load_text("", {{"FINDFACE_URL", "ftp://u:hunter2@findface.local"}}).errors,
      ElementsAre("FINDFACE_URL: delivery.findface.url: 'ftp://***@findface.local' does not begin with "
                  "https:// or http://; allowed: https://HOST[:PORT], or \"\" for none"));
}

TEST_F(SecretsTest, AFileThatOthersMayReadIsWarnedOf) {
  EXPECT_THAT(
      load_with("FINDFACE_PASSWORD=hunter2\n", {}, 0644).warnings,
      ElementsAre("secrets.env: secrets: other users can read them; fix it with: chmod 600 secrets.env"));
}

TEST_F(SecretsTest, SoAreSettingsWithPasswordsInThem) {
  const auto warnings = [this](const std::string& camera, mode_t mode) {
    const auto file = write("open.yaml", "cameras: [" + camera + "]\n", mode);
    std::vector<std::string> lines = load({file, {}, {}}).warnings;
    for (std::string& line : lines) line = without_folder(line);
    return lines;
  };
  const auto warned = ElementsAre(
      "open.yaml: cameras: hold a password or a token, and other users can read it; fix it with: chmod 600 "
      "open.yaml");
  EXPECT_THAT(warnings("{name: a, url: \"rtsp://u:hunter2@h/s\"}", 0644), warned);
  EXPECT_THAT(warnings("{name: a, url: \"rtsp://h/s\", id: 1, token: hunter2}", 0640), warned);
  EXPECT_THAT(warnings("{name: a, url: \"rtsp://u:hunter2@h/s\"}", 0600), IsEmpty());
  EXPECT_THAT(warnings("{name: a, url: \"rtsp://h/s\"}", 0644), IsEmpty());
}

}  // namespace
}  // namespace vigia::settings
