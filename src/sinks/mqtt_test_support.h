// For this folder's tests: a broker, a courier for it, and a subscriber in the place of Home Assistant.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "sinks/mqtt_courier.h"
#include "testing/mosquitto_broker.h"
#include "testing/mqtt_listener.h"
#include "testing/sample_shot.h"

namespace vigia::sinks {

class MqttTest : public ::testing::Test {
 protected:
  void start(testing::MosquittoOptions options = {}) {
    auto started = testing::MosquittoBroker::start(std::move(options));
    ASSERT_TRUE(started.ok()) << started.error().text;
    broker_ = *std::move(started);
    options_.url = broker_->url();
  }
  MqttCourier& courier() {
    if (!courier_) courier_ = std::make_unique<MqttCourier>(options_, retained_file_, system_clock());
    return *courier_;
  }
  delivery::DeliveryResult deliver(const domain::Shot& shot = testing::sample_shot()) {
    return courier().deliver(shot, {});
  }
  // Tries again as the outbox's senders do, only more often.
  ::testing::AssertionResult deliver_in_the_end(const domain::Shot& shot) {
    std::string said;
    for (int tries = 0; tries < 400; ++tries) {
      const delivery::DeliveryResult delivery = deliver(shot);
      if (delivery.outcome == delivery::DeliveryResult::Outcome::delivered)
        return ::testing::AssertionSuccess();
      said = delivery.text;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return ::testing::AssertionFailure() << said;
  }
  static nlohmann::json parse(const std::string& text) { return nlohmann::json::parse(text, nullptr, false); }

  std::unique_ptr<testing::MosquittoBroker> broker_;
  MqttOptions options_;
  std::string retained_file_;
  std::unique_ptr<MqttCourier> courier_;
};

}  // namespace vigia::sinks
