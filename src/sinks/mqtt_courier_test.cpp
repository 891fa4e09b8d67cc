#include "sinks/mqtt_courier.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "delivery/camera_notice.h"
#include "delivery/shot_json.h"
#include "sinks/mqtt_test_support.h"
#include "testing/dead_name_server.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vigia::sinks {
namespace {

using delivery::DeliveryResult;
using std::chrono_literals::operator""s;
using ::testing::HasSubstr;
using testing::MqttListener;
using testing::MqttReceived;
using ::testing::Not;
using testing::sample_shot;

class MqttCourierTest : public MqttTest {};

std::string text_of(const domain::Shot& shot) {
  return {reinterpret_cast<const char*>(shot.jpeg->bytes.data()), shot.jpeg->bytes.size()};
}

// The retained messages below `prefix`, as a later subscriber gets them.
std::map<std::string, std::string> retained(int port, const std::string& prefix) {
  MqttListener late(port, prefix + "#");
  late.publish(prefix + "marker", "after what was retained");
  EXPECT_TRUE(late.wait_for(prefix + "marker"));
  std::map<std::string, std::string> found;
  for (const MqttReceived& one : late.all()) {
    if (one.retained) found[one.topic] = one.payload;
  }
  return found;
}

TEST_F(MqttCourierTest, PublishesTheImageAndThenTheEvent) {
  start();
  MqttListener listener(broker_->port(), "vigia/#");
  const DeliveryResult delivery = deliver(sample_shot(4));
  ASSERT_EQ(delivery.outcome, DeliveryResult::Outcome::delivered) << delivery.text;
  ASSERT_TRUE(listener.wait_for("vigia/gate/face"));
  const auto events = listener.of("vigia/gate/face");
  const auto images = listener.of("vigia/gate/face/image");
  ASSERT_EQ(events.size(), 1U);
  ASSERT_EQ(images.size(), 1U);
  EXPECT_EQ(parse(events[0].payload), nlohmann::json(delivery::shot_json(sample_shot(4))));
  EXPECT_EQ(images[0].payload, text_of(sample_shot(4)));
  const auto all = listener.all();
  const auto at = [&](const std::string& topic) {
    return std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.topic == topic; });
  };
  EXPECT_LT(at("vigia/gate/face/image"), at("vigia/gate/face"));
}

TEST_F(MqttCourierTest, ALaterSubscriberFindsTheStateAndTheLastImageButNoOldEvent) {
  start();
  options_.retain_images = true;
  courier().camera_state("gate", {.online = true});
  domain::Shot newest = sample_shot(2);
  newest.captured_corrected = newest.captured + std::chrono::hours(1);
  ASSERT_EQ(deliver(newest).outcome, DeliveryResult::Outcome::delivered);
  ASSERT_EQ(deliver(sample_shot(1)).outcome,
            DeliveryResult::Outcome::delivered);  // an older one, after an outage
  MqttListener listener(broker_->port(), "vigia/gate/state");
  ASSERT_TRUE(listener.wait_until(
      [&](const auto& all) { return !all.empty() && parse(all.back().payload)["faces"] == 2; }));
  const auto found = retained(broker_->port(), "vigia/");
  EXPECT_EQ(found.at("vigia/status"), "online");
  EXPECT_EQ(found.at("vigia/gate/face/image"), text_of(sample_shot(1)));
  const auto state = parse(found.at("vigia/gate/state"));
  EXPECT_EQ(state["last_face"], "2026-11-23T14:00:02.123456Z");
  EXPECT_EQ(state["online"], true);
  EXPECT_EQ(found.count("vigia/gate/face"), 0U);
}

TEST_F(MqttCourierTest, StatesOfCamerasArePublishedWithoutAFace) {
  start();
  MqttListener listener(broker_->port(), "vigia/+/state");
  courier().camera_state("gate", {.online = true});
  courier().camera_state("yard", {.online = false});
  ASSERT_TRUE(listener.wait_for("vigia/gate/state"));
  ASSERT_TRUE(listener.wait_for("vigia/yard/state"));
  EXPECT_EQ(parse(listener.of("vigia/gate/state").back().payload),
            nlohmann::json({{"online", true},
                            {"faces", 0},
                            {"last_face", nullptr},
                            {"state", ""},
                            {"reason", nullptr},
                            {"since", nullptr},
                            {"conditions", nlohmann::json::array()}}));
  EXPECT_EQ(parse(listener.of("vigia/yard/state").back().payload)["online"], false);
  courier().camera_state("gate", {.online = true});  // nothing new: nothing is said
  courier().camera_state("gate", {.online = false});
  ASSERT_TRUE(listener.wait_for("vigia/gate/state", 2));
  EXPECT_EQ(parse(listener.of("vigia/gate/state")[1].payload)["online"], false);
}

TEST_F(MqttCourierTest, AStateSaysWhyThereIsNoVideoAndSinceWhenAndEachTryIsNoNews) {
  start();
  MqttListener listener(broker_->port(), "vigia/+/state");
  const UtcTime since(std::chrono::seconds(1'800'000'000));
  delivery::ShownCamera health{.state = "INTERRUPTED", .reason = "refused", .since = since};
  courier().camera_state("gate", health);
  ASSERT_TRUE(listener.wait_for("vigia/gate/state"));
  const auto told = parse(listener.of("vigia/gate/state").back().payload);
  EXPECT_EQ(told["online"], false);
  EXPECT_EQ(told["state"], "INTERRUPTED");
  EXPECT_EQ(told["reason"], "refused");
  EXPECT_EQ(told["since"], "2027-01-15T08:00:00.000000Z");
  for (const char* const state : {"STARTING", "INTERRUPTED", "STARTING"}) {
    health.state = state;
    courier().camera_state("gate", health);
  }
  courier().camera_state("gate", {.online = true, .state = "INPROGRESS"});
  ASSERT_TRUE(listener.wait_for("vigia/gate/state", 2));
  EXPECT_EQ(parse(listener.of("vigia/gate/state")[1].payload)["state"], "INPROGRESS");
}

TEST_F(MqttCourierTest, WhatIsWrongWithACameraIsInItsStateAndANoticeAsItBegins) {
  start();
  MqttListener listener(broker_->port(), "vigia/gate/#");
  courier().camera_state("gate", {.online = true});
  ASSERT_TRUE(listener.wait_for("vigia/gate/state"));
  const DeliveryResult told = courier().tell({.camera = "gate",
                                              .condition = "frozen",
                                              .holds = true,
                                              .text = "the picture has not changed for 60 s",
                                              .remedy = "restart the camera",
                                              .at = from_unix_us(1'795'438'801'123'456)},
                                             {});
  EXPECT_EQ(told.outcome, DeliveryResult::Outcome::delivered) << told.text;
  ASSERT_TRUE(listener.wait_for("vigia/gate/condition"));
  EXPECT_EQ(parse(listener.of("vigia/gate/condition").back().payload)["condition"], "frozen");
  courier().camera_state("gate", {.online = true, .conditions = {"frozen"}});
  ASSERT_TRUE(listener.wait_for("vigia/gate/state", 2));
  EXPECT_EQ(parse(listener.of("vigia/gate/state")[1].payload)["conditions"], nlohmann::json({"frozen"}));
}

TEST_F(MqttCourierTest, WithoutImagesThereIsNone) {
  start();
  options_.images = false;
  MqttListener listener(broker_->port(), "#");
  ASSERT_EQ(deliver().outcome, DeliveryResult::Outcome::delivered);
  ASSERT_TRUE(listener.wait_for("vigia/gate/face"));
  for (const MqttReceived& one : listener.all()) EXPECT_THAT(one.topic, Not(HasSubstr("image")));
}

// As Home Assistant reads a discovery message: what it needs is there, and leads to something.
void expect_entity(const nlohmann::json& config, const std::map<std::string, std::string>& found) {
  ASSERT_TRUE(config.is_object());
  EXPECT_EQ(config.at("availability_mode"), "all");
  for (const auto& availability : config.at("availability")) {
    EXPECT_EQ(found.at(availability.at("topic")), "online");
  }
  EXPECT_EQ(config.at("device").at("identifiers").at(0), "vigia_gate");
  EXPECT_EQ(config.at("device").at("name"), "gate");
  if (config.contains("image_topic")) {
    EXPECT_EQ(config.at("content_type"), "image/jpeg");
    EXPECT_EQ(found.count(config.at("image_topic")), 1U);
    return;
  }
  const auto state = nlohmann::json::parse(found.at(config.at("state_topic")));
  const std::string prefix = "{{ value_json.";
  const std::string value = config.at("value_template");
  ASSERT_EQ(value.rfind(prefix, 0), 0U);
  EXPECT_TRUE(state.contains(value.substr(prefix.size(), value.size() - prefix.size() - 3))) << value;
}

TEST_F(MqttCourierTest, HomeAssistantFindsACameraWithAllItsEntities) {
  start();
  options_.retain_images = true;
  courier().camera_state("gate", {.online = true});
  ASSERT_EQ(deliver().outcome, DeliveryResult::Outcome::delivered);
  MqttListener listener(broker_->port(), "vigia/gate/state");
  ASSERT_TRUE(listener.wait_until(
      [&](const auto& all) { return !all.empty() && parse(all.back().payload)["faces"] == 1; }));
  const auto found = retained(broker_->port(), "");
  std::set<std::string> ids;
  for (const char* topic : {"sensor/vigia_gate/last_face", "sensor/vigia_gate/faces",
                            "binary_sensor/vigia_gate/online", "image/vigia_gate/face"}) {
    SCOPED_TRACE(topic);
    const auto config = parse(found.at(std::string("homeassistant/") + topic + "/config"));
    EXPECT_TRUE(ids.insert(config.at("unique_id")).second);
    expect_entity(config, found);
  }
}

TEST_F(MqttCourierTest, HomeAssistantIsToldAgainWhenItAnnouncesItself) {
  start();
  courier().camera_state("gate", {.online = true});
  MqttListener listener(broker_->port(), "#");
  const std::string config = "homeassistant/image/vigia_gate/face/config";
  ASSERT_TRUE(listener.wait_for(config));
  ASSERT_TRUE(listener.wait_for("vigia/status"));
  // The courier listens once it has been answered; the announcement may come before that.
  listener.forget();
  ASSERT_TRUE(listener.wait_until([&](const auto& all) {
    listener.publish("homeassistant/status", "online");
    return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.topic == config; });
  }));
  EXPECT_TRUE(listener.wait_for("vigia/gate/state"));
  EXPECT_TRUE(listener.wait_for("vigia/status"));
}

TEST_F(MqttCourierTest, WithoutDiscoveryPrefixHomeAssistantIsToldNothing) {
  start();
  options_.discovery_prefix = "";
  MqttListener listener(broker_->port(), "#");
  courier().camera_state("gate", {.online = true});
  ASSERT_EQ(deliver().outcome, DeliveryResult::Outcome::delivered);
  ASSERT_TRUE(listener.wait_for("vigia/gate/state"));
  for (const MqttReceived& one : listener.all()) EXPECT_THAT(one.topic, ::testing::StartsWith("vigia/"));
}

TEST_F(MqttCourierTest, ACameraThatIsGoneIsForgottenEverywhere) {
  start();
  options_.retain_images = true;
  courier().camera_state("gate", {.online = true});
  ASSERT_EQ(deliver().outcome, DeliveryResult::Outcome::delivered);
  MqttListener listener(broker_->port(), "#");
  ASSERT_TRUE(listener.wait_for("vigia/gate/state"));
  listener.forget();
  courier().camera_gone("gate");
  for (const char* topic :
       {"homeassistant/sensor/vigia_gate/last_face/config", "homeassistant/sensor/vigia_gate/faces/config",
        "homeassistant/binary_sensor/vigia_gate/online/config", "homeassistant/image/vigia_gate/face/config",
        "vigia/gate/state", "vigia/gate/availability", "vigia/gate/face/image"}) {
    // What was published before may still be on its way.
    EXPECT_TRUE(listener.wait_until([&](const auto& all) {
      return std::any_of(all.begin(), all.end(),
                         [&](const auto& one) { return one.topic == topic && one.payload.empty(); });
    })) << topic;
  }
  const auto found = retained(broker_->port(), "");
  EXPECT_EQ(found.size(), 1U);
  // It may come back.
  listener.forget();
  courier().camera_state("gate", {.online = true});
  ASSERT_TRUE(listener.wait_for("homeassistant/image/vigia_gate/face/config"));
  EXPECT_NE(listener.of("homeassistant/image/vigia_gate/face/config").front().payload, "");
}

TEST_F(MqttCourierTest, TheLastShotsOfACameraThatIsGoneLeaveNothingAtTheBroker) {
  start();
  options_.retain_images = true;
  MqttListener listener(broker_->port(), "vigia/gate/face");
  courier().camera_state("gate", {.online = true});
  ASSERT_EQ(deliver(sample_shot(1)).outcome, DeliveryResult::Outcome::delivered);
  courier().camera_gone("gate");
  ASSERT_EQ(deliver(sample_shot(2)).outcome, DeliveryResult::Outcome::delivered);
  ASSERT_TRUE(listener.wait_for("vigia/gate/face", 2)) << "the events themselves are published";
  // What was to be forgotten went before the second shot, whose acknowledgement came.
  const auto found = retained(broker_->port(), "");
  EXPECT_EQ(found.size(), 1U) << "the status alone";
  EXPECT_EQ(found.count("vigia/status"), 1U);
}

TEST_F(MqttCourierTest, AnImageThatArrivesAfterItsDeletionIsDeletedToo) {
  start();
  options_.retain_images = true;
  courier().camera_state("gate", {.online = true});
  ASSERT_EQ(deliver(sample_shot(1)).outcome, DeliveryResult::Outcome::delivered);
  broker_->suspend(true);
  DeliveryResult delivery;
  {
    const std::jthread sender([&] { delivery = deliver(sample_shot(2)); });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // or it goes before: the outcome is the same
    courier().camera_gone("gate");
    broker_->suspend(false);
  }
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::delivered);
  MqttListener listener(broker_->port(), "vigia/gate/face");
  ASSERT_EQ(deliver(sample_shot(3)).outcome, DeliveryResult::Outcome::delivered);
  EXPECT_EQ(retained(broker_->port(), "vigia/gate/").size(), 0U);
}

TEST_F(MqttCourierTest, ABrokerThatWasKilledGetsAllAgainOnceItIsBack) {
  start();
  courier().camera_state("gate", {.online = true});
  courier().camera_state("yard", {.online = true});
  ASSERT_EQ(deliver(sample_shot(1)).outcome, DeliveryResult::Outcome::delivered);
  broker_->kill();
  const DeliveryResult away = deliver(sample_shot(2));
  EXPECT_EQ(away.outcome, DeliveryResult::Outcome::retry);
  EXPECT_FALSE(away.maybe_delivered);
  EXPECT_FALSE(away.text.empty());
  ASSERT_TRUE(broker_->come_up().ok());  // with nothing remembered
  MqttListener listener(broker_->port(), "#");
  ASSERT_TRUE(listener.wait_for("vigia/yard/state"));  // without any face
  EXPECT_TRUE(listener.wait_for("vigia/status"));
  EXPECT_TRUE(listener.wait_for("homeassistant/image/vigia_yard/face/config"));
  EXPECT_TRUE(deliver_in_the_end(sample_shot(2)));
  ASSERT_TRUE(listener.wait_for("vigia/gate/face"));
  EXPECT_EQ(parse(listener.of("vigia/gate/face").back().payload)["track"], 2);
  ASSERT_TRUE(listener.wait_until([&](const auto& all) {
    return std::any_of(all.begin(), all.end(), [&](const auto& one) {
      return one.topic == "vigia/gate/state" && parse(one.payload)["faces"] == 2;
    });
  }));
}

TEST_F(MqttCourierTest, ABrokerThatDiesBeforeItAcknowledgesIsTriedAgain) {
  start();
  ASSERT_EQ(deliver(sample_shot(1)).outcome, DeliveryResult::Outcome::delivered);
  broker_->suspend(true);
  DeliveryResult delivery{.outcome = DeliveryResult::Outcome::delivered};
  std::jthread sender([&] { delivery = deliver(sample_shot(2)); });
  std::this_thread::sleep_for(
      std::chrono::milliseconds(50));  // or it is killed before: the outcome is the same
  broker_->kill();
  sender.join();
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::retry);
  EXPECT_FALSE(delivery.maybe_delivered);
}

TEST_F(MqttCourierTest, AShotWhoseDeadlineHasPassedWhenThereIsAConnectionIsNotPublished) {
  start();
  MqttListener listener(broker_->port(), "vigia/+/face");
  domain::Shot late = sample_shot(1);
  late.deadline = system_clock().now();
  const DeliveryResult delivery = deliver(late);
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::retry);
  EXPECT_TRUE(delivery.tells_nothing) << "the broker is not to blame";
  domain::Shot timely = sample_shot(2);
  timely.deadline = system_clock().now() + std::chrono::hours(1);
  ASSERT_EQ(deliver(timely).outcome, DeliveryResult::Outcome::delivered);
  ASSERT_TRUE(listener.wait_for("vigia/gate/face"));
  EXPECT_EQ(parse(listener.of("vigia/gate/face").front().payload)["track"], 2);
}

TEST_F(MqttCourierTest, AStopEndsADeliveryAtOnce) {
  start();
  ASSERT_EQ(deliver(sample_shot(1)).outcome, DeliveryResult::Outcome::delivered);
  broker_->suspend(true);
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    stop.request_stop();
  });
  EXPECT_EQ(courier().deliver(sample_shot(2), stop.get_token()).outcome, DeliveryResult::Outcome::retry);
  courier_.reset();  // nor does the broker hold up the end
  broker_->suspend(false);
}

TEST_F(MqttCourierTest, AStopIsNotHeldUpByANameServerThatIsAway) {
  testing::DeadNameServer dead;
  options_.url = "mqtt://broker.dead.test";
  std::stop_source stop;
  DeliveryResult delivery;
  {
    const std::jthread sender([&] { delivery = courier().deliver(sample_shot(), stop.get_token()); });
    dead.wait_until_asked();
    stop.request_stop();
  }
  courier().finish();
  courier_.reset();
  EXPECT_FALSE(dead.was_released());
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::retry);
  EXPECT_TRUE(delivery.tells_nothing);
}

TEST_F(MqttCourierTest, TheLastStatusIsOffline) {
  start();
  MqttListener listener(broker_->port(), "vigia/status");
  courier().camera_state("gate", {.online = true});
  ASSERT_TRUE(listener.wait_for("vigia/status", 1));
  courier_.reset();  // as when the program crashes: the broker says it
  ASSERT_TRUE(listener.wait_for("vigia/status", 2));
  EXPECT_EQ(listener.all()[1].payload, "offline");
  courier().camera_state("gate", {.online = true});
  ASSERT_TRUE(listener.wait_for("vigia/status", 3));
  EXPECT_EQ(listener.all()[2].payload, "online");
  courier().finish();
  ASSERT_TRUE(listener.wait_for("vigia/status", 4));
  courier_.reset();
  EXPECT_EQ(listener.all()[3].payload, "offline");
  EXPECT_EQ(retained(broker_->port(), "vigia/").at("vigia/status"), "offline");
  EXPECT_EQ(listener.all().size(), 4U);
}

TEST_F(MqttCourierTest, AWrongPasswordIsReportedAndNotShown) {
  start({.user = "vigia", .password = "right"});
  options_.user = "vigia";
  options_.password = "wrong-secret";
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::retry);
  EXPECT_GE(delivery.after.value_or(Nanoseconds(0)), Nanoseconds(60s));
  EXPECT_THAT(delivery.text, HasSubstr("MQTT_PASSWORD"));
  EXPECT_THAT(delivery.text, Not(HasSubstr("wrong-secret")));
  const auto tried = try_mqtt(options_, system_clock(), {});
  ASSERT_FALSE(tried.ok());
  EXPECT_THAT(tried.error().text, HasSubstr("MQTT_PASSWORD"));
}

TEST_F(MqttCourierTest, TheRightPasswordIsAccepted) {
  start({.user = "vigia", .password = "right"});
  options_.user = "vigia";
  options_.password = "right";
  EXPECT_EQ(deliver().outcome, DeliveryResult::Outcome::delivered);
  const auto tried = try_mqtt(options_, system_clock(), {});
  ASSERT_TRUE(tried.ok()) << tried.error().text;
  EXPECT_THAT(*tried, HasSubstr(broker_->url()));
}

TEST_F(MqttCourierTest, ACheckOfABrokerThatIsNotThereSaysSo) {
  start();
  broker_->kill();
  const auto tried = try_mqtt(options_, system_clock(), {});
  ASSERT_FALSE(tried.ok());
  EXPECT_THAT(tried.error().text, HasSubstr(broker_->url()));
  EXPECT_THAT(tried.error().text, HasSubstr("refused"));
}

TEST_F(MqttCourierTest, AnImageThatTheBrokerRefusesDoesNotHoldUpItsEvent) {
  start({.more_lines = {"max_packet_size 4000"}});
  MqttListener listener(broker_->port(), "vigia/#");
  domain::Shot large = sample_shot(1);
  large.jpeg = testing::sample_jpeg({.width = 640, .height = 360}, std::string(5000, 'x'));
  const DeliveryResult delivery = deliver(large);
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::delivered) << delivery.text;
  EXPECT_THAT(delivery.text, HasSubstr("without its image"));
  EXPECT_EQ(deliver(sample_shot(2)).text, "acknowledged");
  ASSERT_TRUE(listener.wait_for("vigia/gate/face", 2));
  ASSERT_TRUE(listener.wait_for("vigia/gate/face/image"));
  EXPECT_EQ(listener.of("vigia/gate/face/image")[0].payload, text_of(sample_shot(2)));
}

TEST_F(MqttCourierTest, WithoutTheRightToPublishAFaceIsKeptAndTheReasonReported) {
  testing::TempDir folder;
  std::ofstream(folder / "acl") << "topic read #\ntopic write vigia/status\n";
  start({.more_lines = {"acl_file " + (folder / "acl")}});
  const DeliveryResult delivery = deliver();
  EXPECT_EQ(delivery.outcome, DeliveryResult::Outcome::retry);
  EXPECT_GE(delivery.after.value_or(Nanoseconds(0)), Nanoseconds(60s));
  EXPECT_THAT(delivery.text, HasSubstr("uthorized"));
  EXPECT_TRUE(delivery.may_be_alone) << "another camera's topic may be allowed";
  EXPECT_FALSE(courier().probe({})) << "the broker has accepted the login";
}

TEST_F(MqttCourierTest, AProbeOfABrokerThatIsAwayOrRefusesTheLoginSaysSo) {
  start({.user = "vigia", .password = "right"});
  options_.user = "vigia";
  options_.password = "wrong-secret";
  const auto refused = courier().probe({});
  ASSERT_TRUE(refused);
  EXPECT_THAT(refused->text, HasSubstr("MQTT_PASSWORD"));
  EXPECT_FALSE(deliver().may_be_alone) << "it concerns everything";
}

TEST_F(MqttCourierTest, FacesToWhichNobodyListensAreCountedApart) {
  start();
  ASSERT_EQ(deliver(sample_shot(1)).outcome, DeliveryResult::Outcome::delivered);
  ASSERT_EQ(deliver(sample_shot(2)).outcome, DeliveryResult::Outcome::delivered);
  EXPECT_EQ(courier().unheard(), 2U);
  MqttListener listener(broker_->port(), "vigia/+/face");
  ASSERT_EQ(deliver(sample_shot(3)).outcome, DeliveryResult::Outcome::delivered);
  EXPECT_EQ(courier().unheard(), 2U);
}

TEST_F(MqttCourierTest, NobodysFaceStaysAtTheBrokerUnlessTheSettingsAskForIt) {
  start();
  MqttListener listener(broker_->port(), "vigia/+/face/image");
  listener.publish("vigia/gate/face/image", "somebody", true);
  ASSERT_TRUE(listener.wait_for("vigia/gate/face/image", 1));
  courier().camera_state("gate", {.online = true});
  ASSERT_TRUE(listener.wait_for("vigia/gate/face/image", 2)) << "the earlier one is deleted";
  ASSERT_EQ(deliver().outcome, DeliveryResult::Outcome::delivered);
  ASSERT_TRUE(listener.wait_for("vigia/gate/face/image", 3));
  EXPECT_EQ(listener.all()[2].payload, text_of(sample_shot())) << "a subscriber gets it";
  EXPECT_EQ(retained(broker_->port(), "vigia/").count("vigia/gate/face/image"), 0U);
}

TEST_F(MqttCourierTest, EachCameraHasAnAvailabilityOfItsOwn) {
  start();
  MqttListener listener(broker_->port(), "#");
  courier().camera_state("gate", {.online = true});
  courier().camera_state("yard", {.online = false});
  ASSERT_TRUE(listener.wait_for("vigia/gate/availability"));
  ASSERT_TRUE(listener.wait_for("vigia/yard/availability"));
  EXPECT_EQ(listener.of("vigia/gate/availability").back().payload, "online");
  EXPECT_EQ(listener.of("vigia/yard/availability").back().payload, "offline");
  const std::string config = "homeassistant/sensor/vigia_yard/last_face/config";
  ASSERT_TRUE(listener.wait_for(config));
  EXPECT_EQ(parse(listener.of(config).back().payload)["availability"],
            nlohmann::json::parse(R"([{"topic": "vigia/status"}, {"topic": "vigia/yard/availability"}])"));
}

// Several runs of the program with the same retained_file.
class MqttRetainedTest : public MqttCourierTest {
 protected:
  MqttRetainedTest() { retained_file_ = folder_ / "vigia.db.mqtt"; }
  // A run with these cameras that lasts for two minutes after the last of them.
  void run(const std::vector<std::string>& cameras) {
    testing::FakeClock clock;
    MqttCourier courier(options_, retained_file_, clock);
    for (const std::string& camera : cameras) courier.camera_state(camera, {.online = true});
    for (const std::string& camera : cameras) {
      domain::Shot shot = sample_shot();
      shot.camera = camera;
      ASSERT_EQ(courier.deliver(shot, {}).outcome, DeliveryResult::Outcome::delivered);
    }
    clock.advance(120s);
    // The deletions go out before this shot, as the link checks the time first.
    ASSERT_EQ(courier.deliver(sample_shot(9), {}).outcome, DeliveryResult::Outcome::delivered);
    courier.finish();
  }
  testing::TempDir folder_;
};

TEST_F(MqttRetainedTest, WhatAnEarlierRunLeftAndThisOneHasNotIsDeleted) {
  start();
  options_.retain_images = true;
  run({"gate", "hall"});
  ASSERT_EQ(retained(broker_->port(), "").count("homeassistant/sensor/vigia_hall/faces/config"), 1U);
  ASSERT_EQ(retained(broker_->port(), "").count("vigia/hall/face/image"), 1U);
  options_.discovery_prefix = "";
  options_.images = false;
  run({"gate"});
  const auto found = retained(broker_->port(), "");
  std::set<std::string> topics;
  for (const auto& [topic, payload] : found) topics.insert(topic);
  EXPECT_EQ(topics, (std::set<std::string>{"vigia/status", "vigia/gate/state", "vigia/gate/availability"}));
}

TEST_F(MqttRetainedTest, WhatThisRunHasTooStays) {
  start();
  options_.retain_images = true;
  run({"gate", "hall"});
  const std::string image = retained(broker_->port(), "").at("vigia/hall/face/image");
  {
    testing::FakeClock clock;
    MqttCourier courier(options_, retained_file_, clock);
    courier.camera_state("gate", {.online = true});
    courier.camera_state("hall", {.online = true});
    clock.advance(120s);
    ASSERT_EQ(courier.deliver(sample_shot(9), {}).outcome, DeliveryResult::Outcome::delivered);
  }
  const auto found = retained(broker_->port(), "");
  EXPECT_EQ(found.at("vigia/hall/face/image"), image) << "although it had no new face";
  EXPECT_EQ(found.count("homeassistant/sensor/vigia_hall/faces/config"), 1U);
}

TEST_F(MqttRetainedTest, ARunThatKnowsNoCameraYetDeletesNothing) {
  start();
  run({"hall"});
  {
    testing::FakeClock clock;
    MqttCourier courier(options_, retained_file_, clock);
    ASSERT_EQ(courier.deliver(sample_shot(1), {}).outcome, DeliveryResult::Outcome::delivered);
    clock.advance(120s);
    ASSERT_EQ(courier.deliver(sample_shot(2), {}).outcome, DeliveryResult::Outcome::delivered);
  }
  EXPECT_EQ(retained(broker_->port(), "").count("vigia/hall/state"), 1U);
}

TEST_F(MqttCourierTest, AnyNameOfACameraIsOneLevelOfATopic) {
  start();
  MqttListener listener(broker_->port(), "vigia/+/face");
  int count = 0;
  for (const char* name : {"a/b", "a+b", "#", "", "x\xff\xfey", "c\xc3\xa2mera", "two words"}) {
    domain::Shot shot = sample_shot();
    shot.camera = name;
    ASSERT_EQ(deliver(shot).outcome, DeliveryResult::Outcome::delivered) << name;
    ++count;
  }
  ASSERT_TRUE(listener.wait_until([&](const auto& all) { return static_cast<int>(all.size()) == count; }));
  std::set<std::string> topics;
  for (const MqttReceived& one : listener.all()) topics.insert(one.topic);
  EXPECT_EQ(topics.size(), listener.all().size());
  EXPECT_EQ(topics.count("vigia/c\xc3\xa2mera/face"), 1U);
}

TEST_F(MqttCourierTest, SeveralSendersShareOneConnection) {
  start();
  MqttListener listener(broker_->port(), "vigia/gate/face");
  courier();
  {
    std::vector<std::jthread> senders;
    for (std::uint64_t sender = 0; sender < 8; ++sender) {
      senders.emplace_back([this, sender] {
        for (std::uint64_t i = 0; i < 10; ++i) {
          EXPECT_EQ(deliver(sample_shot(sender * 100 + i)).outcome, DeliveryResult::Outcome::delivered);
        }
      });
    }
  }
  ASSERT_TRUE(listener.wait_for("vigia/gate/face", 80));
  std::set<std::string> ids;
  for (const MqttReceived& one : listener.all()) ids.insert(parse(one.payload)["event_id"]);
  EXPECT_EQ(ids.size(), 80U);
}

}  // namespace
}  // namespace vigia::sinks
