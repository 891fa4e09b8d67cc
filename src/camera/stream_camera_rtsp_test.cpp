// StreamCamera against a real RTSP server, and against one that never answers.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "camera/stream_camera.h"
#include "camera/test_support.h"
#include "testing/loopback_listener.h"
#include "testing/rtsp_server.h"

namespace vigia::camera {
namespace {

using testing::RtspServer;

class StreamCameraRtspTest : public ::testing::Test {
 protected:
  StreamCameraRtspTest() { memory_.start(); }
  std::unique_ptr<RtspServer> serve(int port = 0, bool loop = true) {
    auto server = RtspServer::start({.port = port, .streams = {{"gate", clip_}}, .loop = loop});
    EXPECT_TRUE(server.ok()) << server.error().text;
    return server.ok() ? std::move(*server) : nullptr;
  }
  StreamCamera camera(const std::string& url, CameraOptions options = {}) {
    options.rtsp_reconnect_delay = 0.1;
    return {{"gate", url, {}, ""}, options, memory_, system_clock()};
  }

  testing::TempDir folder_;
  const std::string clip_ = make_h264(folder_, "clip.mp4", 30);
  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 256_MiB}};
  SeeingSink sink_;
};

// Listens, accepts connections into its backlog, and never sends anything.
class SilentServer {
 public:
  [[nodiscard]] std::string url() const {
    return "rtsp://viewer:hidden@127.0.0.1:" + std::to_string(listener_.port()) + "/gate";
  }

 private:
  testing::LoopbackListener listener_;
};

TEST_F(StreamCameraRtspTest, FramesArriveOverTcpAndOverUdp) {
  const auto server = serve();
  const std::vector<std::string> expected = decode_plainly(clip_);
  for (const std::vector<std::string>& params : {std::vector<std::string>{}, {"rtsp_transport=udp"}}) {
    SeeingSink sink;
    StreamCamera gate = camera(server->url("gate"), {.ffmpeg_params = params});
    {
      RunningCamera running(gate, sink);
      ASSERT_TRUE(sink.wait_for(40)) << gate.stats().message;  // more than the clip holds: it loops
      EXPECT_EQ(gate.stats().state, CameraState::inprogress);
    }
    EXPECT_EQ(gate.stats().job_starts, 1U);
    const std::vector<Observation> seen = sink.seen();
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_TRUE(std::find(expected.begin(), expected.end(), seen[i].pixels) != expected.end()) << i;
      EXPECT_TRUE(seen[i].inside_lease);
      if (i == 0) continue;
      EXPECT_GE(seen[i].stream_time, seen[i - 1].stream_time);
      EXPECT_GE(seen[i].read_at, seen[i - 1].read_at);
    }
  }
}

TEST_F(StreamCameraRtspTest, AServerThatDiesAndComesBackIsFoundAgain) {
  auto server = serve();
  const int port = server->port();
  StreamCamera gate = camera(server->url("gate"), {.source_timeout = 5});
  RunningCamera running(gate, sink_);
  ASSERT_TRUE(sink_.wait_for(10));
  for (int death = 1; death <= 4; ++death) {  // more often than three times
    server.reset();
    ASSERT_TRUE(running.wait_until([](const CameraStats& s) { return s.state == CameraState::interrupted; }));
    EXPECT_NE(gate.stats().message, "");
    const std::size_t before = sink_.seen().size();
    server = serve(port);
    ASSERT_NE(server, nullptr);
    ASSERT_TRUE(sink_.wait_for(before + 10)) << gate.stats().message;
    EXPECT_EQ(gate.stats().state, CameraState::inprogress);
    EXPECT_GE(gate.stats().job_starts, static_cast<std::uint64_t>(death) + 1);
  }
  running.stop();
  const std::vector<Observation> seen = sink_.seen();
  for (std::size_t i = 1; i < seen.size(); ++i) {
    EXPECT_GE(seen[i].stream_time, seen[i - 1].stream_time);
    EXPECT_GT(seen[i].sequence, seen[i - 1].sequence);
  }
}

TEST_F(StreamCameraRtspTest, AStreamThatEndsIsStartedAgain) {
  const auto server = serve(0, false);
  StreamCamera gate = camera(server->url("gate"), {.source_timeout = 1});
  RunningCamera running(gate, sink_);
  ASSERT_TRUE(sink_.wait_for(35)) << gate.stats().message;
  EXPECT_GE(gate.stats().job_starts, 2U);
}

TEST_F(StreamCameraRtspTest, AWrongPasswordIsReportedAndNotShown) {
  auto server =
      RtspServer::start({.streams = {{"gate", clip_}}, .loop = true, .user = "viewer", .password = "right"});
  ASSERT_TRUE(server.ok());
  const std::string rest = "@127.0.0.1:" + std::to_string((*server)->port()) + "/gate";
  {
    StreamCamera gate = camera("rtsp://viewer:wrong" + rest);
    RunningCamera running(gate, sink_);
    ASSERT_TRUE(running.wait_until([](const CameraStats& s) { return s.state == CameraState::interrupted; }));
    const std::string message = gate.stats().message;
    EXPECT_NE(message.find("401"), std::string::npos) << message;
    EXPECT_NE(message.find("password"), std::string::npos) << message;
    EXPECT_EQ(message.find("wrong"), std::string::npos) << message;
  }
  StreamCamera gate = camera("rtsp://viewer:right" + rest);
  RunningCamera running(gate, sink_);
  EXPECT_TRUE(sink_.wait_for(5)) << gate.stats().message;
}

TEST_F(StreamCameraRtspTest, AnUnknownPathIsReported) {
  const auto server = serve();
  StreamCamera gate = camera(server->url("nowhere"));
  RunningCamera running(gate, sink_);
  ASSERT_TRUE(running.wait_until([](const CameraStats& s) { return s.state == CameraState::interrupted; }));
  EXPECT_NE(gate.stats().message.find("404"), std::string::npos) << gate.stats().message;
}

TEST_F(StreamCameraRtspTest, ASilentServerIsGivenUpAfterSourceTimeout) {
  const SilentServer silent;
  StreamCamera gate = camera(silent.url(), {.source_timeout = 0.2});
  RunningCamera running(gate, sink_);
  ASSERT_TRUE(running.wait_until([](const CameraStats& s) { return s.job_starts >= 3; }));
  ASSERT_TRUE(running.wait_until([](const CameraStats& s) { return s.state == CameraState::interrupted; }));
  const std::string message = gate.stats().message;
  EXPECT_NE(message.find("source_timeout"), std::string::npos) << message;
  EXPECT_EQ(message.find("hidden"), std::string::npos) << message;
}

// With a time-out of an hour, only the stop can end this test before ctest does.
TEST_F(StreamCameraRtspTest, AStopEndsAConnectThatIsUnderWay) {
  const SilentServer silent;
  StreamCamera gate = camera(silent.url(), {.source_timeout = 3600});
  RunningCamera running(gate, sink_);
  ASSERT_TRUE(running.wait_until([](const CameraStats& s) { return s.state == CameraState::starting; }));
  running.stop();
  EXPECT_EQ(gate.stats().job_starts, 1U);
}

TEST_F(StreamCameraRtspTest, OneBadCameraDoesNotHoldUpAnother) {
  const SilentServer silent;
  const auto server = serve();
  StreamCamera bad = camera(silent.url(), {.source_timeout = 3600});
  StreamCamera good = camera(server->url("gate"));
  SeeingSink nothing;
  RunningCamera bad_running(bad, nothing);
  RunningCamera good_running(good, sink_);
  EXPECT_TRUE(sink_.wait_for(20));
  EXPECT_TRUE(nothing.seen().empty());
}

}  // namespace
}  // namespace vigia::camera
