#include "settings/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/settings_test_support.h"

namespace vigia::settings {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

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
  EXPECT_THAT(warnings("{name: a, url: \"rtsp://h/s\", username: u, password: hunter2}", 0640), warned);
  EXPECT_THAT(warnings("{name: a, url: \"rtsp://u:hunter2@h/s\"}", 0600), IsEmpty());
  EXPECT_THAT(warnings("{name: a, url: \"rtsp://h/s\"}", 0644), IsEmpty());
}

TEST_F(SecretsTest, SoIsAWebhooksAddress) {
  const auto warnings = [this](mode_t mode) {
    const auto file =
        write("open.yaml", "delivery: {webhook: {url: \"https://hooks.example/hunter2\"}}\n", mode);
    std::vector<std::string> lines = load({file, {}, {}}).warnings;
    for (std::string& line : lines) line = without_folder(line);
    return lines;
  };
  EXPECT_THAT(warnings(0644),
              ElementsAre("open.yaml: delivery.webhook.url: may hold a secret, and other users can "
                          "read it; fix it with: chmod 600 open.yaml"));
  EXPECT_THAT(warnings(0600), IsEmpty());
}

TEST_F(SecretsTest, OnTheCommandLineEachIsWarnedOfOnceAndNotShown) {
  const auto outcome = load_text(
      "cameras: [{name: gate, url: \"sim:\", id: 7}]\n", {},
      {"cameras.gate.token=hunter2", "cameras.gate.token=hunter3", "cameras.hall.url=rtsp://u:hunter4@h/s",
       "memory.gc_interval=2", "delivery.webhook.url=https://hooks.example/hunter5"});
  EXPECT_THAT(
      outcome.warnings,
      ElementsAre(AllOf(HasSubstr("--set: delivery.webhook.url: "), HasSubstr("(ps)"), HasSubstr("chmod 600"),
                        HasSubstr("VIGIA_DELIVERY_WEBHOOK_URL")),
                  AllOf(HasSubstr("--set: cameras.gate.token: "), HasSubstr("VIGIA_CAMERAS_GATE_TOKEN")),
                  AllOf(HasSubstr("--set: cameras.hall.url: "), HasSubstr("VIGIA_CAMERAS_HALL_URL"))));
  for (const std::string& line : outcome.warnings) EXPECT_THAT(line, Not(HasSubstr("hunter")));
  EXPECT_THAT(load_text("", {}, {"cameras.hall.url=rtsp://h/s"}).warnings, IsEmpty());
}

TEST_F(SecretsTest, WhatGoesUnencryptedIsWarnedOfAtEachStart) {
  const auto warnings = [this](std::vector<std::string> sets,
                               std::map<std::string, std::string> environment = {}) {
    return warnings_for_run(*load_text("", std::move(environment), std::move(sets)).settings);
  };
  EXPECT_THAT(
      warnings({"delivery.findface.url=http://f", "delivery.webhook.url=http://h/x"}),
      ElementsAre(HasSubstr("delivery.findface.url: http://"), HasSubstr("delivery.webhook.url: http://")));
  EXPECT_THAT(warnings({"delivery.mqtt.url=mqtt://b"}, {{"MQTT_PASSWORD", "hunter2"}}),
              ElementsAre(HasSubstr("delivery.mqtt.url: mqtt://")));
  EXPECT_THAT(warnings({"delivery.mqtt.url=mqtt://b"}), IsEmpty()) << "no password";
  EXPECT_THAT(warnings({"delivery.findface.url=https://f", "delivery.webhook.url=https://h/x",
                        "delivery.mqtt.url=mqtts://b"},
                       {{"MQTT_PASSWORD", "hunter2"}}),
              IsEmpty());
}

TEST_F(SecretsTest, AuthoritiesThatNobodyAsksAreRefused) {
  const auto errors = load_text(
                          "delivery:\n"
                          "  findface: {url: \"https://f\", tls_pin: first_use,\n"
                          "    ca_file: ca.pem}\n"
                          "  webhook: {url: \"https://h/x\", tls_insecure: true,\n"
                          "    ca_file: ca.pem}\n")
                          .errors;
  EXPECT_THAT(errors,
              ElementsAre("vigia.yaml:3: delivery.findface.ca_file: has no effect beside tls_pin; allowed: "
                          "only without tls_pin",
                          "vigia.yaml:5: delivery.webhook.ca_file: has no effect beside tls_insecure; "
                          "allowed: only without tls_insecure"));
}

TEST_F(SecretsTest, KeysForTlsWithoutTlsAreRefused) {
  const auto errors = load_text(
                          "delivery:\n"
                          "  findface:\n"
                          "    tls_pin: first_use\n"
                          "    tls_insecure: true\n"
                          "  webhook: {url: \"http://h/x\",\n"
                          "    ca_file: ca.pem}\n"
                          "  mqtt: {url: \"mqtt://b\",\n"
                          "    ca_file: ca.pem}\n",
                          {{"FINDFACE_URL", "http://f"}})
                          .errors;
  EXPECT_THAT(errors,
              ElementsAre("vigia.yaml:3: delivery.findface.tls_pin: has no effect: http:// is not encrypted; "
                          "allowed: only with an address of https://",
                          HasSubstr("vigia.yaml:4: delivery.findface.tls_insecure: has no effect"),
                          HasSubstr("vigia.yaml:6: delivery.webhook.ca_file: has no effect"),
                          HasSubstr("vigia.yaml:8: delivery.mqtt.ca_file: has no effect: mqtt://")));
  EXPECT_THAT(load_text("delivery: {findface: {url: \"https://f\", tls_pin: first_use}}").errors, IsEmpty());
  EXPECT_THAT(load_text("delivery: {findface: {tls_pin: first_use}}").errors, IsEmpty()) << "no receiver";
  const auto by_secrets = load_text("delivery: {findface: {tls_pin: first_use, secrets_file: \"" +
                                    write("secrets.env", "FINDFACE_URL=http://f\n").string() + "\"}}");
  EXPECT_THAT(by_secrets.errors,
              ElementsAre(HasSubstr("vigia.yaml:1: delivery.findface.tls_pin: has no effect")));
}

}  // namespace
}  // namespace vigia::settings
