// The main job over RTSP: a real server that goes away and comes back.
#include <csignal>

#include "testing/certificate.h"
#include "testing/rtsp_server.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using testing::RtspServer;

class RtspTest : public VigiaProgram {
 protected:
  void SetUp() override { make_clip(clip()); }
  [[nodiscard]] std::string clip() const { return folder_ / "clip.mp4"; }
  std::unique_ptr<RtspServer> serve(int port = 0, const testing::Certificate& certificate = {}) {
    auto server = RtspServer::start({.port = port,
                                     .streams = {{"gate", clip()}},
                                     .loop = true,
                                     .user = "admin",
                                     .password = "rtsp-secret",
                                     .cert_file = certificate.cert_file,
                                     .key_file = certificate.key_file});
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

TEST_F(RtspTest, CheckSaysWhichSettingACameraOverTlsNeeds) {
  const auto certificate = *testing::make_certificate(folder(), "camera");
  const auto server = serve(0, certificate);
  const std::string tls_url = "rtsps" + url(*server, "rtsp-secret").substr(4);
  write("vigia.yaml", "cameras:\n  - {name: unknown, url: \"" + tls_url + "\"}\n" +
                          "  - {name: known, url: \"" + tls_url + "\", ca_file: camera.cert.pem}\n" +
                          "  - {name: pinned, url: \"" + tls_url + "\", tls_pin: first_use}\n" +
                          "  - {name: blind, url: \"" + tls_url + "\", tls_insecure: true}\n");
  const auto finished = run({"check", "-c", "vigia.yaml"});
  EXPECT_EQ(finished.exit_status, 2);
  const auto expect_line = [&finished](const std::string& text) {
    EXPECT_NE((finished.out + finished.err).find(text), std::string::npos) << finished.out << finished.err;
  };
  expect_line("WRONG camera unknown: ");
  expect_line("set ca_file to the PEM file");
  expect_line("or tls_pin to first_use");
  expect_line("ok    camera known: 640x360");
  expect_line("ok    camera pinned: 640x360");
  expect_line("ok    camera blind: 640x360");
  expect_line("camera 'blind': tls_insecure is true: its certificate is NOT verified");
  EXPECT_EQ((finished.out + finished.err).find("secret"), std::string::npos) << finished.out << finished.err;
  EXPECT_FALSE(std::filesystem::exists(folder() / "vigia.db.pins")) << "a check keeps no key";
}

TEST_F(RtspTest, ARunKeepsTheKeyOfACamerasFirstUse) {
  const auto server = serve(0, *testing::make_certificate(folder(), "camera"));
  write("vigia.yaml", "cameras:\n  - {name: gate, url: \"rtsps" + url(*server, "rtsp-secret").substr(4) +
                          "\", tls_pin: first_use}\n");
  testing::Program program(vigia({"run", "-c", "vigia.yaml"}));
  ASSERT_TRUE(program.wait_for_text("640x360")) << program.err();
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().exit_status, 0);
  EXPECT_TRUE(std::filesystem::exists(folder() / "vigia.db.pins"));
}

}  // namespace
}  // namespace vigia::tests
