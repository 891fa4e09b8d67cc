#include "sinks/mqtt_topics.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace vigia::sinks {
namespace {

TEST(TopicLevelTest, KeepsWhatABrokerTakesAndTellsTheRestApart) {
  EXPECT_EQ(topic_level("gate 1"), "gate 1");
  EXPECT_EQ(topic_level("c\xc3\xa2mera"), "c\xc3\xa2mera");
  std::set<std::string> levels{"a_b"};
  for (const char* name : {"a/b", "a+b", "a#b", "", "x\xff", "x\xfe", "a\nb",
                           "a\x7f"
                           "b",
                           "\xc2\x80"}) {
    const std::string level = topic_level(name);
    EXPECT_TRUE(levels.insert(level).second) << level;
    EXPECT_FALSE(level.empty());
    EXPECT_EQ(level.find_first_of("/+#\n\x7f"), std::string::npos) << level;
  }
  EXPECT_LE(topic_level(std::string(5000, 'x')).size(), 100U);
  // Cut in the middle of a letter it is none any more.
  std::string long_name = "x";
  for (int i = 0; i < 50; ++i) long_name += "\xc3\xa2";
  const nlohmann::json json = topic_level(long_name);
  EXPECT_NO_THROW(static_cast<void>(json.dump()));
}

TEST(DiscoveryTest, TwoPrefixesAreTwoDevices) {
  MqttOptions other;
  other.topic_prefix = "site2/vigia";
  const auto here = discovery_messages({}, "gate");
  const auto there = discovery_messages(other, "gate");
  ASSERT_EQ(here.size(), there.size());
  std::set<std::string> topics;
  for (const auto* messages : {&here, &there}) {
    for (const MqttMessage& message : *messages) {
      EXPECT_TRUE(topics.insert(message.topic).second) << message.topic;
      EXPECT_TRUE(message.retain);
      // Home Assistant's rule for the levels of a discovery topic.
      const std::string_view node = std::string_view(message.topic).substr(message.topic.find('/') + 1);
      EXPECT_EQ(node.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/"),
                std::string_view::npos);
      EXPECT_EQ(std::count(message.topic.begin(), message.topic.end(), '/'), 4) << message.topic;
    }
  }
}

TEST(StateMessageTest, HoldsNullForWhatIsNotKnown) {
  const MqttMessage message = state_message({}, "gate", {.faces = 3});
  EXPECT_EQ(message.topic, "vigia/gate/state");
  EXPECT_EQ(
      message.payload,
      R"({"online":null,"faces":3,"last_face":null,"state":null,"reason":null,"since":null,"conditions":[]})");
  EXPECT_TRUE(message.retain);
}

}  // namespace
}  // namespace vigia::sinks
