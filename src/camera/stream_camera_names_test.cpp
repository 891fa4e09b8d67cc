// A name server that is away holds up neither a camera's stop nor its source_timeout.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "camera/stream_camera.h"
#include "camera/test_support.h"
#include "testing/dead_name_server.h"
#include "testing/http_loop.h"
#include "testing/rtsp_server.h"

namespace vigia::camera {
namespace {

using testing::DeadNameServer;
using ::testing::HasSubstr;

class StreamCameraNamesTest : public ::testing::Test {
 protected:
  StreamCameraNamesTest() { memory_.start(); }
  StreamCamera camera(const std::string& url, double timeout) {
    return {{"gate", url, {}, ""}, {.source_timeout = timeout}, memory_, system_clock()};
  }
  void expect_prompt_stop(const std::string& url) {
    DeadNameServer dead;
    StreamCamera gate = camera(url, 3600);
    {
      RunningCamera running(gate, sink_);
      dead.wait_until_asked();
      running.stop();
    }
    EXPECT_FALSE(dead.was_released()) << url;
  }

  testing::TempDir folder_;
  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 256_MiB}};
  SeeingSink sink_;
};

TEST_F(StreamCameraNamesTest, AStopEndsACameraWhoseNameIsStillLookedUp) {
  for (const char* scheme : {"rtsp", "rtsps", "http", "https"}) {
    expect_prompt_stop(std::string(scheme) + "://gate.dead.test/stream");
  }
}

TEST_F(StreamCameraNamesTest, ACameraWhoseNameIsNotFoundInTimeSaysSo) {
  for (const char* scheme : {"rtsp", "rtsps", "http", "https"}) {
    DeadNameServer dead;
    StreamCamera gate = camera(std::string(scheme) + "://gate.dead.test/stream", 0.5);
    RunningCamera running(gate, sink_);
    ASSERT_TRUE(running.wait_until([](const auto& s) { return s.state == CameraState::interrupted; }));
    EXPECT_FALSE(dead.was_released()) << scheme;
    EXPECT_THAT(gate.stats().message, HasSubstr("gate.dead.test")) << scheme;
    EXPECT_THAT(gate.stats().message, HasSubstr("is the name server away?")) << scheme;
  }
}

TEST_F(StreamCameraNamesTest, AStopEndsACameraWhosePlaylistNamesALostServer) {
  httplib::Server server;
  server.Get("/live.m3u8", [](const httplib::Request&, httplib::Response& answer) {
    answer.set_content(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:1\n#EXTINF:1.0,\n"
        "http://segments.dead.test/1.ts\n",
        "application/vnd.apple.mpegurl");
  });
  testing::HttpLoop loop(server);
  ASSERT_TRUE(loop.open().ok());
  expect_prompt_stop("http://127.0.0.1:" + std::to_string(loop.port()) + "/live.m3u8");
}

TEST_F(StreamCameraNamesTest, ANameThatIsFoundLeadsToItsServer) {
  const std::string clip = make_h264(folder_, "clip.mp4", 30);
  const auto server = testing::RtspServer::start({.streams = {{"gate", clip}}, .loop = true});
  ASSERT_TRUE(server.ok());
  StreamCamera gate = camera("rtsp://localhost:" + std::to_string((*server)->port()) + "/gate", 10);
  RunningCamera running(gate, sink_);
  EXPECT_TRUE(sink_.wait_for(5)) << gate.stats().message;
}

}  // namespace
}  // namespace vigia::camera
