// StreamCamera and what gets lost on the way: servers that leave out, renumber or spoil RTP packets. All
// pictures that are shown must be among those of the undamaged file.
#include <gtest/gtest.h>

#include <algorithm>

#include "camera/stream_camera.h"
#include "camera/test_support.h"
#include "testing/data.h"
#include "testing/odd_server.h"

namespace vigia::camera {
namespace {

using testing::field_file;
using testing::OddServer;

class DamageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    NEED_DATA();
    memory_.start();
  }
  std::unique_ptr<OddServer> serve(const std::string& file, const std::string& quirks) {
    expected_ = decode_plainly(field_file(file));
    auto server = OddServer::rtsp("--file " + field_file(file) + " " + quirks);
    EXPECT_TRUE(server.ok()) << server.error().text;
    return server.ok() ? *std::move(server) : nullptr;
  }
  // With a time-out of an hour: only what is tested goes on after a stall.
  StreamCamera camera(const OddServer& server, std::vector<std::string> params = {}) {
    return {{"gate", server.url(), {}, ""},
            {.ffmpeg_params = std::move(params), .rtsp_reconnect_delay = 3600, .source_timeout = 3600},
            memory_,
            system_clock()};
  }
  void expect_only_whole_pictures(const SeeingSink& sink) const {
    const std::vector<Observation> seen = sink.seen();
    std::size_t smeared = 0;
    for (const Observation& picture : seen) {
      smeared += std::find(expected_.begin(), expected_.end(), picture.pixels) == expected_.end() ? 1U : 0U;
    }
    EXPECT_EQ(smeared, 0U) << "of " << seen.size();
  }

  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 256_MiB}};
  std::vector<std::string> expected_;
  SeeingSink sink_;
};

TEST_F(DamageTest, PiecesLostInsidePicturesShowNoSmear) {
  for (const char* const file : {"made_walk_idr50.hevc", "made_walk_idr50.h264"}) {
    for (const std::vector<std::string>& params : {std::vector<std::string>{}, {"rtsp_transport=udp"}}) {
      const auto server = serve(file, "--fps 100 --drop-fragment 13 --mtu 200");
      StreamCamera gate = camera(*server, params);
      SeeingSink sink;
      {
        RunningCamera running(gate, sink);
        ASSERT_TRUE(running.wait_until([](const CameraStats& stats) { return stats.packets_lost >= 8; }));
      }
      EXPECT_FALSE(sink.seen().empty()) << file;
      EXPECT_GE(gate.stats().decoding_soft_errors, 1U) << file;
      EXPECT_GE(gate.stats().frames_dropped_damaged, 1U) << file;
      expect_only_whole_pictures(sink);
    }
  }
}

TEST_F(DamageTest, NothingIsShownBeforeTheFirstKeyFrame) {
  for (const char* const file : {"made_walk_idr50.hevc", "made_walk_idr50.h264"}) {
    // Pictures 10 to 49 need what came before them, then there are 39 from a key frame on, and it ends.
    const auto server = serve(file, "--fps 100 --start 10 --no-loop");
    StreamCamera gate = camera(*server);
    SeeingSink sink;
    RunningCamera running(gate, sink);
    ASSERT_TRUE(
        running.wait_until([](const CameraStats& stats) { return stats.frames_dropped_damaged >= 5; }));
    EXPECT_EQ(gate.stats().state, CameraState::starting);
    EXPECT_TRUE(gate.stats().no_picture_since.has_value());
    ASSERT_TRUE(sink.wait_for(38));  // the last one waits for the next, which does not come
    EXPECT_EQ(gate.stats().frames_dropped_damaged, 40U) << file;
    EXPECT_EQ(sink.seen().front().pixels, expected_[50]) << file;
    EXPECT_FALSE(gate.stats().no_picture_since.has_value());
  }
}

// Were a missing packet waited for, it would be until 128 more have come, which this server does not send.
TEST_F(DamageTest, OverTcpAMissingNumberHoldsNothingUp) {
  const auto server = serve("made_walk_idr50.h264", "--fps 50 --seq-jump 0.7:1 --no-loop");
  StreamCamera gate = camera(*server);
  RunningCamera running(gate, sink_);
  ASSERT_TRUE(running.wait_until([](const CameraStats& stats) {
    return stats.packets_lost == 2 && stats.frames_decoded + stats.frames_dropped_damaged >= 84;
  }));
  EXPECT_GE(gate.stats().frames_decoded, 50U);  // 0 to 33, and 50 to 68
  EXPECT_EQ(gate.stats().reopened, 0U);
  expect_only_whole_pictures(sink_);
}

TEST_F(DamageTest, NumbersThatGoBackLeadToANewConnectionAtOnce) {
  const auto server = serve("made_walk_idr50.h264", "--fps 50 --seq-jump 1.2:-20000");
  StreamCamera gate = camera(*server);
  RunningCamera running(gate, sink_);
  ASSERT_TRUE(running.wait_until([](const CameraStats& stats) { return stats.reopened >= 2; }));
  const std::size_t before = sink_.seen().size();
  EXPECT_TRUE(sink_.wait_for(before + 10));
  EXPECT_EQ(gate.stats().message, "");
  expect_only_whole_pictures(sink_);
}

TEST_F(DamageTest, RubbishBetweenPacketsLeadsToANewConnectionAtOnce) {
  const auto server = serve("made_loop25.h264", "--fps 50 --junk 0.01");
  StreamCamera gate = camera(*server);
  RunningCamera running(gate, sink_);
  ASSERT_TRUE(running.wait_until([](const CameraStats& stats) { return stats.reopened >= 2; }));
  const std::size_t before = sink_.seen().size();
  EXPECT_TRUE(sink_.wait_for(before + 5));
  expect_only_whole_pictures(sink_);
}

// One key frame in 28 s, and the server begins with it each time.
TEST_F(DamageTest, ALossInALongGroupLeadsToANewConnection) {
  const auto server = serve("made_longgop_28s.h264", "--fps 50 --drop-fragment 200 --mtu 300");
  StreamCamera gate = camera(*server);
  RunningCamera running(gate, sink_);
  ASSERT_TRUE(running.wait_until([](const CameraStats& stats) { return stats.reopened >= 1; }));
  const std::size_t before = sink_.seen().size();
  EXPECT_TRUE(sink_.wait_for(before + 50));
  expect_only_whole_pictures(sink_);
}

}  // namespace
}  // namespace vigia::camera
