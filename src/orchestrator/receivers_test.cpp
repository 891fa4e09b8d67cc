#include "orchestrator/receivers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "findface/installation_uuid.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

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
  memory::MemoryManager memory{{}};
  settings::Settings settings;
  const auto names = [&] {
    std::vector<std::string> all;
    for (const auto& receiver : make_receivers(settings, nullptr, memory, clock)) {
      all.push_back(receiver.courier->name());
    }
    return all;
  };
  EXPECT_THAT(names(), ElementsAre("directory ./faces"));
  settings.delivery.directory = "somewhere";
  EXPECT_THAT(names(), ElementsAre("directory somewhere"));
  settings.mqtt.url = "mqtt://broker";
  settings.webhook.url = "https://hook/path";
  EXPECT_THAT(names(), ElementsAre("directory somewhere", "webhook https://hook", "MQTT mqtt://broker:1883"));
}

TEST(ReceiversTest, EachInstallationHasAUuidOfItsOwnBesideItsOutbox) {
  testing::FakeClock clock;
  const testing::TempDir folder;
  settings::Settings settings;
  settings.findface.url = "https://findface.local";
  std::set<std::string> uuids;
  for (const char* outbox : {"one.db", "two.db", "one.db"}) {
    settings.outbox.path = folder / outbox;
    ASSERT_TRUE(make_findface(settings, clock));
    uuids.insert(findface::known_uuid("", uuid_file(settings)));
  }
  EXPECT_EQ(uuids.size(), 2U);
  EXPECT_FALSE(uuids.contains(""));
}

}  // namespace
}  // namespace vigia::orchestrator
