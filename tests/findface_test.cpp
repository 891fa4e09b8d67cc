// The main job with FindFace as receiver: a real server on loopback.
#include <csignal>
#include <set>

#include "testing/fake_findface.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using testing::FakeFindFace;
using testing::Fault;

constexpr auto kScene = "sim:faces=3&size=1280x720&fps=10&seed=4&seconds=20&cycles=1";
constexpr auto kEvents = "/events/faces/add/";

class FindfaceTest : public VigiaProgram {
 protected:
  void SetUp() override {
    auto started = FakeFindFace::start({});
    ASSERT_TRUE(started.ok());
    server_ = *std::move(started);
    add_gate(*server_);
    use_findface(*server_);
  }
  testing::Finished watch(const std::string& url, const std::string& stop_timeout = "10") {
    write_settings("cameras:\n  - {name: gate, url: \"" + url +
                   "\", single_pass: true, play_speed: -1, id: 7, token: gate-token}\n"
                   "delivery: {stop_timeout: " +
                   stop_timeout + "}\n");
    return run({"run", "-c", "vigia.yaml", "--summary", "summary.json"});
  }

  std::unique_ptr<FakeFindFace> server_;
};

TEST_F(FindfaceTest, EveryPersonArrivesOnce) {
  const auto finished = watch(kScene);
  ASSERT_EQ(finished.exit_status, 0) << finished.err;
  EXPECT_EQ(server_->events().size(), 3U);
  EXPECT_EQ(summary()["faces_posted"], 3);
  EXPECT_TRUE(server_->violations().empty()) << server_->violations().front();
  EXPECT_EQ(server_->requests("/auth/logout/"), 1);
  std::set<std::string> timestamps;
  for (const auto& event : server_->events()) {
    EXPECT_EQ(event.camera, 7);
    EXPECT_TRUE(timestamps.insert(event.timestamp).second);
    EXPECT_EQ(event.timestamp.back(), 'Z');
  }
}

TEST_F(FindfaceTest, WhatIsUnsentAtTheStopIsSentByTheNextStart) {
  server_->inject(kEvents, {.kind = Fault::Kind::answer, .status = 503}, -1);
  auto finished = watch(kScene, "1");
  ASSERT_EQ(finished.exit_status, 0) << finished.err;
  EXPECT_EQ(summary()["faces_posted"], 0);
  EXPECT_EQ(summary()["faces_pending"], 3);
  expect_every_track_accounted_for(summary());
  server_->clear_faults();
  finished = watch("sim:faces=0&size=640x360&fps=10&seconds=10&cycles=1");
  ASSERT_EQ(finished.exit_status, 0) << finished.err;
  EXPECT_EQ(server_->events().size(), 3U) << finished.err;
  EXPECT_EQ(summary()["faces_pending"], 0);
}

TEST_F(FindfaceTest, WhatTheServerRefusesIsCountedWithItsReason) {
  server_->inject(
      kEvents,
      {.kind = Fault::Kind::answer,
       .status = 400,
       .body = R"({"code":"BAD_PARAM","param":"fullframe","desc":"Zero objects(type=\"face\") detected"})"},
      1);
  const auto finished = watch(kScene);
  ASSERT_EQ(finished.exit_status, 0) << finished.err;
  EXPECT_EQ(summary()["faces_posted"], 2);
  EXPECT_EQ(summary()["cameras"][0]["faces_not_posted"]["no_face"], 1);
  expect_every_track_accounted_for(summary());
}

TEST_F(FindfaceTest, CamerasComeFromTheServerAlsoWhenItIsLate) {
  server_->inject("/camera-groups/", {.kind = Fault::Kind::answer, .status = 502}, 1);
  write("vigia.yaml", "defaults: {rtsp_reconnect_delay: 0.5}\n");
  testing::Program program(vigia({"run", "-c", "vigia.yaml", "--summary", "summary.json"}));
  EXPECT_TRUE(program.wait_for_text("1 cameras from http"));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().exit_status, 0);
  EXPECT_EQ(summary()["cameras"][0]["name"], "gate");
}

TEST_F(FindfaceTest, NoSecretIsPrinted) {
  environment_["FINDFACE_PASSWORD"] = "wrong-secret";
  server_->add_camera(
      {.id = 8, .name = "hall", .comment = "rtsp://u:rtsp-secret@127.0.0.1:1/x", .token = "t8"});
  write("vigia.yaml",
        "cameras:\n  - {name: hall, url: \"rtsp://u:rtsp-secret@127.0.0.1:1/x\", id: 8, "
        "token: token-secret}\n");
  auto finished = run({"check", "-c", "vigia.yaml", "--verbose"});
  EXPECT_EQ(finished.exit_status, 2);
  std::string all = finished.out + finished.err;
  finished = run({"run", "-c", "vigia.yaml", "--seconds", "2", "--verbose", "--summary", "summary.json"});
  all += finished.out + finished.err + summary().dump();
  EXPECT_EQ(all.find("secret"), std::string::npos) << all;
}

}  // namespace
}  // namespace vigia::tests
