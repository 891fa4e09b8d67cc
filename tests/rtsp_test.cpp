// The main job over RTSP: a real server that goes away and comes back.
#include <csignal>

#include "testing/rtsp_server.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using testing::RtspServer;

class RtspTest : public VigiaProgram {
 protected:
  void SetUp() override { make_clip(clip()); }
  [[nodiscard]] std::string clip() const { return folder_ / "clip.mp4"; }
  std::unique_ptr<RtspServer> serve(int port = 0) {
    auto server = RtspServer::start({.port = port,
                                     .streams = {{"gate", clip()}},
                                     .loop = true,
                                     .user = "admin",
                                     .password = "rtsp-secret"});
    EXPECT_TRUE(server.ok());
    return *std::move(server);
  }
  std::string url(const RtspServer& server, const std::string& password) {
    return "rtsp://admin:" + password + "@127.0.0.1:" + std::to_string(server.port()) + "/gate";
  }
};

TEST_F(RtspTest, ACameraThatGoesAwayIsFoundAgain) {
  auto server = serve();
  const int port = server->port();
  testing::Program program(vigia({"run", "--set", "cameras.gate.url=" + url(*server, "rtsp-secret"), "--set",
                                  "cameras.gate.rtsp_reconnect_delay=0.2", "--set",
                                  "cameras.gate.source_timeout=2", "--summary", "summary.json"}));
  ASSERT_TRUE(program.wait_for_text("640x360")) << program.err();
  server.reset();
  server = serve(port);
  ASSERT_TRUE(program.wait_for_text("frames come again")) << program.err();
  program.signal(SIGINT);
  const auto finished = program.wait();
  EXPECT_EQ(finished.exit_status, 0);
  EXPECT_GE(summary()["cameras"][0]["job_starts"], 2);
  EXPECT_EQ(summary()["cameras"][0]["state"], "INPROGRESS");
  EXPECT_EQ((finished.out + finished.err).find("rtsp-secret"), std::string::npos) << finished.err;
}

TEST_F(RtspTest, CheckSaysWhichCameraIsWrongAndWhy) {
  const auto server = serve();
  write("vigia.yaml", "cameras:\n  - {name: good, url: \"" + url(*server, "rtsp-secret") +
                          "\"}\n  - {name: bad, url: \"" + url(*server, "wrong-secret") + "\"}\n");
  const auto finished = run({"check", "-c", "vigia.yaml"});
  EXPECT_EQ(finished.exit_status, 2);
  EXPECT_NE(finished.out.find("ok    camera good: 640x360"), std::string::npos) << finished.out;
  EXPECT_NE(finished.out.find("WRONG camera bad: "), std::string::npos) << finished.out;
  EXPECT_NE(finished.out.find("401"), std::string::npos) << finished.out;
  EXPECT_EQ((finished.out + finished.err).find("secret"), std::string::npos) << finished.out << finished.err;
  EXPECT_FALSE(std::filesystem::exists(folder() / "vigia.db")) << "a check leaves nothing behind";
  EXPECT_FALSE(std::filesystem::exists(folder() / "vigia-events.db"));
}

}  // namespace
}  // namespace vigia::tests
