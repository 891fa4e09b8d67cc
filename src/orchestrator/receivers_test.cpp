#include "orchestrator/receivers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace vigia::orchestrator {
namespace {

using ::testing::ElementsAre;

TEST(ReceiversTest, AreAllThatAreSetAndTheFirstIsThePrimary) {
  settings::Settings settings;
  EXPECT_THAT(receivers(settings), ElementsAre("directory"));
  settings.mqtt.url = "mqtt://broker";
  EXPECT_THAT(receivers(settings), ElementsAre("mqtt"));
  settings.webhook.url = "https://hook";
  EXPECT_THAT(receivers(settings), ElementsAre("webhook", "mqtt"));
  settings.delivery.directory = "somewhere";
  EXPECT_THAT(receivers(settings), ElementsAre("directory", "webhook", "mqtt"));
  settings.findface.url = "https://findface.local";
  EXPECT_THAT(receivers(settings), ElementsAre("findface", "directory", "webhook", "mqtt"));
}

TEST(ReceiversTest, EachHasItsCourier) {
  testing::FakeClock clock;
  settings::Settings settings;
  EXPECT_EQ(make_receiver("directory", settings, clock)->name(), "directory ./faces");
  settings.delivery.directory = "somewhere";
  EXPECT_EQ(make_receiver("directory", settings, clock)->name(), "directory somewhere");
  settings.mqtt.url = "mqtt://broker";
  EXPECT_EQ(make_receiver("mqtt", settings, clock)->name(), "MQTT mqtt://broker:1883");
  settings.webhook.url = "https://hook/path";
  EXPECT_EQ(make_receiver("webhook", settings, clock)->name(), "webhook https://hook");
}

}  // namespace
}  // namespace vigia::orchestrator
