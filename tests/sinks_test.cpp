// The main job with receivers of the user's own: a real MQTT broker, a real web server.
#include <httplib.h>

#include <atomic>
#include <mutex>
#include <set>

#include "testing/http_loop.h"
#include "testing/mosquitto_broker.h"
#include "testing/mqtt_listener.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using testing::MosquittoBroker;
using testing::MqttListener;

constexpr auto kScene = "sim:faces=3&size=1280x720&fps=10&seed=4&seconds=20&cycles=1";
constexpr std::size_t kPeople = 3;

class SinksTest : public VigiaProgram {
 protected:
  void SetUp() override {
    server_.Post("/faces", [this](const httplib::Request& request, httplib::Response&) {
      const std::lock_guard lock(mutex_);
      posted_.insert(nlohmann::json::parse(request.get_file_value("event").content)["event_id"]);
      images_ += request.get_file_value("image").content_type == "image/jpeg" ? 1U : 0U;
      signed_ += request.has_header("X-Vigia-Signature") ? 1U : 0U;
    });
    server_.set_default_headers({{"Connection", "close"}});
    ASSERT_TRUE(loop_.open().ok());
    auto broker = MosquittoBroker::start({.user = "vigia", .password = "broker-secret"});
    ASSERT_TRUE(broker.ok()) << broker.error().text;
    broker_ = *std::move(broker);
    environment_.insert({{"MQTT_USER", "vigia"},
                         {"MQTT_PASSWORD", "broker-secret"},
                         {"VIGIA_WEBHOOK_SECRET", "hmac-secret"}});
    write("vigia.yaml", "cameras:\n  - {name: gate, url: \"" + std::string(kScene) +
                            "\", single_pass: true, play_speed: -1}\n"
                            "delivery:\n  stop_timeout: 10\n  webhook: {url: \"http://127.0.0.1:" +
                            std::to_string(loop_.port()) + "/faces\"}\n  mqtt: {url: \"" + broker_->url() +
                            "\"}\n");
  }
  std::set<std::string> posted() {
    const std::lock_guard lock(mutex_);
    return posted_;
  }
  static std::set<std::string> event_ids(const MqttListener& listener) {
    std::set<std::string> ids;
    for (const auto& event : listener.of("vigia/gate/face")) {
      ids.insert(nlohmann::json::parse(event.payload)["event_id"]);
    }
    return ids;
  }

  std::mutex mutex_;
  std::set<std::string> posted_;
  std::atomic<std::size_t> images_{0}, signed_{0};
  httplib::Server server_;
  testing::HttpLoop loop_{server_};
  std::unique_ptr<MosquittoBroker> broker_;
};

TEST_F(SinksTest, EachReceiverGetsEveryPersonOnce) {
  const testing::MqttLogin login{.user = "vigia", .password = "broker-secret"};
  MqttListener listener(broker_->port(), "#", login);
  const auto finished = run({"run", "-c", "vigia.yaml", "--summary", "summary.json"});
  ASSERT_EQ(finished.exit_status, 0) << finished.err;
  EXPECT_EQ(summary()["faces_posted"], kPeople);
  ASSERT_TRUE(listener.wait_for("vigia/gate/face", kPeople));
  ASSERT_TRUE(listener.wait_for("vigia/status", 2));
  EXPECT_EQ(listener.of("vigia/gate/face").size(), kPeople);
  EXPECT_EQ(event_ids(listener), posted());
  EXPECT_EQ(posted().size(), kPeople);
  EXPECT_EQ(images_, kPeople);
  EXPECT_EQ(signed_, kPeople);
  EXPECT_EQ(listener.of("vigia/status").front().payload, "online");
  EXPECT_EQ(listener.of("vigia/status").back().payload, "offline");
  const auto states = listener.of("vigia/gate/state");
  ASSERT_FALSE(states.empty());
  EXPECT_EQ(nlohmann::json::parse(states.back().payload)["faces"], kPeople) << "from the first face on";
  EXPECT_FALSE(std::filesystem::exists(folder() / "faces"));
  for (const char* secret : {"hmac-secret", "broker-secret"}) {
    EXPECT_EQ(finished.err.find(secret), std::string::npos);
  }
}

TEST_F(SinksTest, ABrokerThatIsAwayHoldsUpNoWebhookAndGetsAllAtTheNextStart) {
  broker_->kill();
  environment_["VIGIA_DELIVERY_STOP_TIMEOUT"] = "1";
  auto finished = run({"run", "-c", "vigia.yaml", "--summary", "summary.json"});
  ASSERT_EQ(finished.exit_status, 0) << finished.err;
  EXPECT_EQ(posted().size(), kPeople);
  ASSERT_TRUE(broker_->come_up().ok());
  const testing::MqttLogin login{.user = "vigia", .password = "broker-secret"};
  MqttListener listener(broker_->port(), "#", login);
  environment_["VIGIA_DELIVERY_STOP_TIMEOUT"] = "10";
  // A start that sees nobody sends only shots that waited.
  write("empty.yaml",
        "cameras:\n  - {name: gate, url: \"sim:faces=0&seconds=10&cycles=1\", single_pass: true, play_speed: "
        "-1}\n"
        "delivery: {stop_timeout: 10, mqtt: {url: \"" +
            broker_->url() + "\"}}\n");
  finished = run({"run", "-c", "empty.yaml"});
  ASSERT_EQ(finished.exit_status, 0) << finished.err;
  ASSERT_TRUE(listener.wait_for("vigia/gate/face", kPeople));
  EXPECT_EQ(event_ids(listener), posted());
}

TEST_F(SinksTest, CheckConnectsToEachAndSendsNothing) {
  const testing::MqttLogin login{.user = "vigia", .password = "broker-secret"};
  MqttListener listener(broker_->port(), "#", login);
  auto finished = run({"check", "-c", "vigia.yaml"});
  EXPECT_EQ(finished.exit_status, 0) << finished.out << finished.err;
  EXPECT_NE(finished.out.find("ok    webhook: http://127.0.0.1:"), std::string::npos) << finished.out;
  EXPECT_NE(finished.out.find("ok    MQTT: login at " + broker_->url()), std::string::npos) << finished.out;
  EXPECT_TRUE(posted().empty());
  EXPECT_TRUE(listener.all().empty());

  broker_->kill();
  loop_.close();
  finished = run({"check", "-c", "vigia.yaml"});
  EXPECT_EQ(finished.exit_status, 2);
  EXPECT_NE(finished.out.find("WRONG webhook: http://127.0.0.1:"), std::string::npos) << finished.out;
  EXPECT_NE(finished.out.find("WRONG MQTT: " + broker_->url()), std::string::npos) << finished.out;
}

}  // namespace
}  // namespace vigia::tests
