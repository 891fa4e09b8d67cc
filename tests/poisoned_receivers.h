// Test receivers that take the faces of some cameras only, each with its courier: FindFace, a webhook and an
// MQTT broker. Cameras are numbered from 0; faces of `camera_name(n)` carry the id 100 + n.
#pragma once

#include <httplib.h>

#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "findface/findface_test_support.h"
#include "sinks/mqtt_courier.h"
#include "sinks/webhook_courier.h"
#include "testing/http_loop.h"
#include "testing/mosquitto_broker.h"
#include "testing/strict_broker.h"
#include "testing/temp_dir.h"

namespace vigia::delivery {

inline std::string camera_name(int number) {
  return "camera " + std::to_string(number);
}

struct PoisonedCameras {
  int all = 9;
  std::set<int> refused;  // of 0 ... all - 1

  [[nodiscard]] bool takes(int camera) const { return !refused.contains(camera); }
};

// The server has another token for a refused camera than its list says.
class PoisonedFindface {
 public:
  PoisonedFindface(const PoisonedCameras& cameras, Clock& clock) {
    auto started = testing::FakeFindFace::start({});
    if (!started) return;
    server_ = *std::move(started);
    for (int camera = 0; camera < cameras.all; ++camera) {
      tokens_.set(100 + camera, "t");
      if (cameras.takes(camera)) add_camera(camera, "t");
    }
    findface::FindfaceOptions options;
    options.url = server_->url();
    options.user = options.password = "admin";
    options.uuid = "test";
    session_ = std::make_unique<findface::Session>(options, http_, clock);
    courier_ = std::make_unique<findface::SendToFindface>(*session_, tokens_, clock,
                                                          [](const domain::Shot&) { return std::nullopt; });
  }

  void add_camera(int camera, const std::string& token) {
    server_->add_camera({.id = 100 + camera, .name = camera_name(camera), .comment = "", .token = token});
  }
  [[nodiscard]] Courier* courier() const { return courier_.get(); }  // null: the server did not start

 private:
  std::unique_ptr<testing::FakeFindFace> server_;
  http::Http http_;
  findface::CameraTokens tokens_;
  std::unique_ptr<findface::Session> session_;
  std::unique_ptr<findface::SendToFindface> courier_;
};

// A webhook that answers 403 for a refused camera.
class PoisonedWebhook {
 public:
  PoisonedWebhook(const PoisonedCameras& cameras, Clock& clock) : cameras_(cameras) {
    server_.Post("/", [this](const httplib::Request& request, httplib::Response& response) {
      const auto is_of = [&](int camera) {
        return request.body.find('"' + camera_name(camera) + '"') != std::string::npos;
      };
      MutexLock lock(mutex_);
      response.status = std::ranges::any_of(cameras_.refused, is_of) ? 403 : 200;
    });
    if (!loop_.open().ok()) return;
    sinks::WebhookOptions options;
    options.url = "http://127.0.0.1:" + std::to_string(loop_.port()) + "/";
    options.format = "json";
    courier_ = std::make_unique<sinks::WebhookCourier>(options, dir_ / "pins", clock,
                                                       [](const domain::Shot&) { return std::nullopt; });
  }

  // From now on it takes this camera's faces.
  void take(int camera) {
    MutexLock lock(mutex_);
    cameras_.refused.erase(camera);
  }
  [[nodiscard]] Courier* courier() const { return courier_.get(); }

 private:
  testing::TempDir dir_;
  Mutex mutex_;
  PoisonedCameras cameras_ GUARDED_BY(mutex_);
  httplib::Server server_;
  testing::HttpLoop loop_{server_};
  std::unique_ptr<sinks::WebhookCourier> courier_;
};

// A broker whose access list does not let us publish about a refused camera.
class PoisonedMqtt {
 public:
  explicit PoisonedMqtt(const PoisonedCameras& cameras) {
    std::ofstream acl(dir_ / "acl");
    acl << "topic read #\ntopic write vigia/status\n";
    for (int camera = 0; camera < cameras.all; ++camera) {
      if (cameras.takes(camera)) acl << "topic write vigia/" << camera_name(camera) << "/#\n";
    }
    acl.close();
    auto started = testing::MosquittoBroker::start({.more_lines = {"acl_file " + (dir_ / "acl")}});
    if (!started) return;
    broker_ = *std::move(started);
    sinks::MqttOptions options;
    options.url = broker_->url();
    courier_ = std::make_unique<sinks::MqttCourier>(options, "", system_clock());
  }

  [[nodiscard]] Courier* courier() const { return courier_.get(); }

 private:
  testing::TempDir dir_;
  std::unique_ptr<testing::MosquittoBroker> broker_;
  std::unique_ptr<sinks::MqttCourier> courier_;
};

// The same for camera 0, with a broker that ends the connection.
class PoisonedStrictMqtt {
 public:
  PoisonedStrictMqtt() {
    sinks::MqttOptions options;
    options.url = broker_.url();
    courier_ = std::make_unique<sinks::MqttCourier>(options, "", system_clock());
  }
  [[nodiscard]] Courier* courier() const { return courier_.get(); }
  [[nodiscard]] int ended() const { return broker_.ended(); }

 private:
  testing::StrictBroker broker_{"vigia/" + camera_name(0) + "/"};
  std::unique_ptr<sinks::MqttCourier> courier_;
};

}  // namespace vigia::delivery
