// For this folder's tests: a FakeFindFace with one camera, a client for it, and all that was logged.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "findface/send_to_findface.h"
#include "testing/fake_clock.h"
#include "testing/fake_findface.h"
#include "testing/log_capture.h"
#include "testing/sample_shot.h"

namespace vigia::findface {

inline constexpr const char* kPassword = "pass-word-secret";
inline constexpr const char* kCameraToken = "camera-token-secret";
inline constexpr const char* kAddPath = "/events/faces/add/";

class FindfaceTest : public ::testing::Test {
 protected:
  // Checks that no secret was logged, and that every request follows FindFace's API description.
  void TearDown() override {
    for (const char* secret : {kPassword, kCameraToken, "session-token-", "YWRtaW46"}) {
      EXPECT_EQ(log_.text().find(secret), std::string::npos) << log_.text();
    }
    if (server_) {
      EXPECT_THAT(server_->violations(), ::testing::IsEmpty());
    }
  }

  void start(testing::FakeFindFaceOptions options = {}) {
    options.password = kPassword;
    auto started = testing::FakeFindFace::start(std::move(options));
    ASSERT_TRUE(started.ok()) << started.error().text;
    server_ = std::move(*started);
    server_->add_camera({.id = 7, .name = "gate", .comment = "rtsp://host/1", .token = kCameraToken});
    connect(server_->url());
  }
  void connect(const std::string& url, const std::string& password = kPassword,
               const http::TlsOptions& tls = {}) {
    courier_.reset();
    session_.reset();
    http_ = std::make_unique<Http>(tls);
    FindfaceOptions options;
    options.url = url;
    options.user = "admin";
    options.password = password;
    options.uuid = "test";
    session_ = std::make_unique<Session>(options, *http_, clock_);
    tokens_.set(7, kCameraToken);
    courier_ = std::make_unique<SendToFindface>(*session_, tokens_, clock_, halved, limits_);
  }
  delivery::DeliveryResult deliver(const domain::Shot& shot = testing::sample_shot()) {
    return courier_->deliver(shot, {});
  }

  // Replaces shot/smaller_shot.h, which needs pictures that can be decoded.
  static std::optional<domain::Shot> halved(const domain::Shot& shot) {
    const domain::Size size{shot.jpeg->size.width / 2, shot.jpeg->size.height / 2};
    if (size.width == 0 || size.height == 0) return std::nullopt;
    domain::Shot smaller = shot;
    smaller.roi = {shot.roi.left / 2, shot.roi.top / 2, shot.roi.width / 2, shot.roi.height / 2};
    smaller.jpeg = testing::sample_jpeg(size, std::string(shot.jpeg->bytes.size() / 8, 's'));
    return smaller;
  }

  // What the server answers instead, for the next `times` posts.
  void answer_posts_with(int status, const std::string& body = "", int times = 1) {
    server_->inject(kAddPath, {.kind = testing::Fault::Kind::answer, .status = status, .body = body}, times);
  }

  testing::FakeClock clock_;
  std::unique_ptr<testing::FakeFindFace> server_;
  std::unique_ptr<Http> http_;
  std::unique_ptr<Session> session_;
  CameraTokens tokens_;
  PostLimits limits_;  // for the next connect()
  std::unique_ptr<SendToFindface> courier_;
  testing::LogCapture log_{log::LogLevel::trace};
};

}  // namespace vigia::findface
