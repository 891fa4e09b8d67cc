// What a broker refuses: an image only, or a camera's faces, also by ending the connection.
#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include "sinks/mqtt_test_support.h"
#include "testing/strict_broker.h"
#include "testing/temp_dir.h"

namespace vigia::sinks {
namespace {

using delivery::DeliveryResult;
using ::testing::HasSubstr;
using testing::sample_shot;

class MqttRefusalTest : public MqttTest {
 protected:
  static domain::Shot shot_of(const std::string& camera) {
    domain::Shot shot = sample_shot();
    shot.camera = camera;
    return shot;
  }
};

TEST_F(MqttRefusalTest, AnImageThatMayNotBePublishedIsReportedAsLeftOut) {
  testing::TempDir folder;
  std::ofstream(folder / "acl") << "topic read #\ntopic write vigia/status\ntopic write vigia/+/face\n";
  start({.more_lines = {"acl_file " + (folder / "acl")}});
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::delivered) << delivery.text;
  EXPECT_THAT(delivery.text, HasSubstr("without its image"));
}

TEST_F(MqttRefusalTest, AFaceAtWhichTheBrokerEndsTheConnectionMayBeAlone) {
  testing::StrictBroker broker("vigia/gate/");
  options_.url = broker.url();
  ASSERT_EQ(deliver(shot_of("hall")).outcome, DeliveryResult::Outcome::delivered);
  const DeliveryResult refused = deliver(shot_of("gate"));
  EXPECT_EQ(refused.outcome, DeliveryResult::Outcome::retry);
  EXPECT_TRUE(refused.may_be_alone) << refused.text;
  EXPECT_FALSE(courier().probe({})) << "it waits for the next connection";
  EXPECT_EQ(deliver(shot_of("hall")).outcome, DeliveryResult::Outcome::delivered);
  EXPECT_EQ(broker.ended(), 1);
}

TEST_F(MqttRefusalTest, TheFacesOfOthersGoOutOnTheNextConnection) {
  testing::StrictBroker broker("vigia/gate/");
  options_.url = broker.url();
  ASSERT_EQ(deliver(shot_of("hall")).outcome, DeliveryResult::Outcome::delivered);
  std::atomic<bool> over{false};
  {
    std::vector<std::jthread> others;
    for (int i = 0; i < 4; ++i) {
      others.emplace_back([&] {
        while (!over) {
          const DeliveryResult delivery = deliver(shot_of("hall"));
          EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::delivered) << delivery.text;
        }
      });
    }
    EXPECT_EQ(deliver(shot_of("gate")).outcome, DeliveryResult::Outcome::retry);
    EXPECT_FALSE(courier().probe({}));
    over = true;
  }
  EXPECT_EQ(broker.ended(), 1);
}

}  // namespace
}  // namespace vigia::sinks
