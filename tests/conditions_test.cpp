// What is wrong with a camera, from real servers to the log, the summary and a webhook. The cameras beside
// the odd one are well: nothing may be said of them.
#include <csignal>

#include <httplib.h>

#include "base/mutex.h"
#include "testing/http_loop.h"
#include "testing/odd_server.h"
#include "testing/rtsp_server.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using testing::OddServer;
using testing::RtspServer;

class ConditionsTest : public VigiaProgram {
 protected:
  ConditionsTest() {
    receiver_.Post("/hook", [this](const httplib::Request& request, httplib::Response&) {
      MutexLock lock(mutex_);
      posts_.push_back(nlohmann::json::parse(request.body, nullptr, false));
    });
  }
  void SetUp() override { ASSERT_TRUE(loop_.open().ok()); }
  // Two seconds of that picture, in a loop.
  std::string clip(const std::string& name, const std::string& source) {
    const std::string command =
        "ffmpeg -v error -nostdin -f lavfi -i " + source +
        " -t 2 -c:v libx264 -preset ultrafast -tune zerolatency -g 25 -bf 0 -pix_fmt yuv420p " +
        (folder_ / name) + " </dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return folder_ / name;
  }
  testing::Program start(const std::map<std::string, std::string>& cameras) {
    std::string text = "cameras:\n";
    for (const auto& [name, url] : cameras) text += "  - {name: " + name + ", url: \"" + url + "\"}\n";
    text += "delivery: {webhook: {url: \"http://127.0.0.1:" + std::to_string(loop_.port()) +
            "/hook\", format: json}}\n";
    write("vigia.yaml", text);
    return testing::Program(vigia({"run", "-c", "vigia.yaml", "--summary", "summary.json"}));
  }
  // Whether the machine keeps up is not what these tests are about.
  static bool is_of_machine(const nlohmann::json& condition) {
    return condition.at("condition") == "slow_decoder";
  }
  // "dark dark": the camera and its condition, of the summary.
  [[nodiscard]] std::vector<std::string> conditions() const {
    std::vector<std::string> all;
    const nlohmann::json now = summary();
    for (const auto& camera : now.at("cameras")) {
      const nlohmann::json holding = camera.value("conditions", nlohmann::json::array());
      for (const auto& condition : holding) {
        if (is_of_machine(condition)) continue;
        all.push_back(camera["name"].get<std::string>() + " " + condition["condition"].get<std::string>());
      }
    }
    return all;
  }
  // The same, of what the webhook was told: "black +dark".
  [[nodiscard]] std::vector<std::string> told() const {
    MutexLock lock(mutex_);
    std::vector<std::string> all;
    for (const auto& post : posts_) {
      if (post.value("event", "") != "camera_condition" || is_of_machine(post)) continue;
      all.push_back(post["camera"].get<std::string>() + (post["holds"] ? " +" : " -") +
                    post["condition"].get<std::string>());
    }
    return all;
  }

  mutable Mutex mutex_;
  std::vector<nlohmann::json> posts_ GUARDED_BY(mutex_);
  httplib::Server receiver_;
  testing::HttpLoop loop_{receiver_};  // last: its threads use the rest
};

TEST_F(ConditionsTest, ABlackCameraIsDarkAndOneThatIsWellIsNot) {
  auto server =
      RtspServer::start({.streams = {{"black", clip("black.mp4", "color=black:size=640x360:rate=25")},
                                     {"street", clip("street.mp4", "testsrc2=size=640x360:rate=25")}},
                         .loop = true});
  ASSERT_TRUE(server.ok());
  auto program = start({{"black", (*server)->url("black")}, {"street", (*server)->url("street")}});
  ASSERT_TRUE(program.wait_for_text("camera 'black': dark: the picture is black; clean its lens"))
      << program.err();
  program.signal(SIGINT);
  ASSERT_EQ(program.wait().exit_status, 0);
  EXPECT_EQ(conditions(), std::vector<std::string>{"black dark"});
  EXPECT_EQ(told(), std::vector<std::string>{"black +dark"});
}

TEST_F(ConditionsTest, AWrongClockAndKeyFramesFarApartAreTold) {
  NEED_DATA();
  auto past = OddServer::rtsp("--file " + testing::field_file("made_loop25.h264") + " --sr 1970");
  auto sparse = OddServer::rtsp("--file " + testing::field_file("made_longgop_28s.h264"));
  ASSERT_TRUE(past.ok() && sparse.ok());
  auto program = start({{"past", (*past)->url()}, {"sparse", (*sparse)->url()}});
  ASSERT_TRUE(program.wait_for_text("camera 'past': clock_skew: its clock is")) << program.err();
  ASSERT_TRUE(program.wait_for_text("camera 'sparse': sparse_key_frames: its key frames are"))
      << program.err();
  program.signal(SIGINT);
  ASSERT_EQ(program.wait().exit_status, 0);
  EXPECT_EQ(conditions(), (std::vector<std::string>{"past clock_skew", "sparse sparse_key_frames"}));
}

TEST_F(ConditionsTest, ACameraThatIsAwayIsOfflineAndThenNoMore) {
  auto server = RtspServer::start(
      {.streams = {{"gate", clip("gate.mp4", "testsrc2=size=640x360:rate=25")}}, .loop = true});
  ASSERT_TRUE(server.ok());
  const int port = (*server)->port();
  auto program = start({{"gate", (*server)->url("gate")}});
  ASSERT_TRUE(program.wait_for_text("640x360")) << program.err();
  server->reset();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  const auto wait_until_told = [&](std::size_t notices) {
    while (told().size() < notices && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  };
  wait_until_told(1);
  server = RtspServer::start({.port = port, .streams = {{"gate", folder_ / "gate.mp4"}}, .loop = true});
  wait_until_told(2);
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().exit_status, 0);
  EXPECT_EQ(told(), (std::vector<std::string>{"gate +offline", "gate -offline"}));
}

}  // namespace
}  // namespace vigia::tests
