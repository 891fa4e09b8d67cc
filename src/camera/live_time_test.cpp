// The time of live sources, from real servers to frames, on a clock that moves only when the test moves it: a
// frame's times do not depend on how fast this test runs.
#include <gtest/gtest.h>
#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <functional>

#include "camera/live_pacer.h"
#include "camera/stream_camera.h"
#include "camera/test_support.h"
#include "testing/data.h"
#include "testing/http_loop.h"
#include "testing/odd_server.h"
#include "testing/rtsp_server.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;
using testing::OddServer;
using testing::RtspServer;

class LiveTimeTest : public ::testing::Test {
 protected:
  LiveTimeTest() { memory_.start(); }

  // Until so many frames came.
  std::vector<Observation> watch(
      const std::string& url, std::size_t frames,
      const std::function<void(std::size_t)>& on_frame = [](std::size_t) {}) {
    StreamCamera camera({"gate", url, {}, ""}, {}, memory_, clock_);
    std::stop_source stop;
    std::vector<Observation> seen;
    CallingSink sink([&](const domain::Frame& frame) {
      seen.push_back(look_at(frame));
      on_frame(seen.size());
      if (seen.size() == frames) stop.request_stop();
    });
    camera.run(stop.get_token(), sink);
    stats_ = camera.stats();
    return seen;
  }
  std::unique_ptr<RtspServer> serve(const std::string& clip) {
    auto server = RtspServer::start({.streams = {{"gate", clip}}, .loop = true});
    EXPECT_TRUE(server.ok()) << server.error().text;
    return server.ok() ? std::move(*server) : nullptr;
  }

  testing::TempDir folder_;
  ReadyClock clock_;
  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 256_MiB}};
  CameraStats stats_;
};

TEST_F(LiveTimeTest, APauseInTheNetworkIsNoPauseInTheScene) {
  for (const char* const order : {"-bf 0", "-bf 2"}) {
    const auto server = serve(make_h264(folder_, "clip.mp4", 30, order));
    const auto seen = watch(server->url("gate"), 50, [this](std::size_t frames) {
      if (frames % 15 == 0) clock_.advance(1500ms);
    });
    ASSERT_GE(seen.size(), 50U);
    for (std::size_t i = 1; i < seen.size(); ++i) {  // the first has no stamp, and this test no time
      EXPECT_NEAR(to_seconds(seen[i].stream_time), static_cast<double>(i - 1) / 30, 0.002)
          << order << ", " << i;
    }
    EXPECT_EQ(stats_.stamps_corrected, 0U);
  }
}

// FFmpeg returns a picture only with the first bytes of the next one: at 5 pictures a second that is 0.2 s
// late.
TEST_F(LiveTimeTest, CapturedIsWhenThePictureItselfCame) {
  const auto server =
      serve(make_clip(folder_, "slow.mp4",
                      "-f lavfi -i testsrc2=size=320x180:rate=5 -frames:v 10 -c:v libx264 -bf 0 "
                      "-g 5 -pix_fmt yuv420p"));
  const UtcTime start = clock_.utc_now();
  const auto seen = watch(server->url("gate"), 12, [this](std::size_t) { clock_.advance(200ms); });
  for (std::size_t i = 1; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].captured - start, (i - 1) * 200ms) << i;
    EXPECT_EQ(seen[i].read_at, SteadyTime(1h) + i * 200ms) << i;
  }
}

// A camera whose clock began at 1970-01-01T00:00:00 with its first picture, two pictures a second, so that
// picture n tells n/2 seconds: FFmpeg hands out that time with the picture before. Its reports come each
// second.
class SenderTimeTest : public LiveTimeTest {
 protected:
  static constexpr auto kStep = 500ms;
  // Time passes on our clock as the pictures say.
  std::vector<Observation> watch_pictures(std::size_t frames, const std::string& quirks = "") {
    auto server = OddServer::rtsp("--file " + testing::field_file("made_walk_idr50.h264") +
                                  " --fps 2 --sr 1970" + quirks);
    EXPECT_TRUE(server.ok()) << server.error().text;
    if (!server) return {};
    return watch((*server)->url(), frames, [this](std::size_t) { clock_.advance(kStep); });
  }
};

TEST_F(SenderTimeTest, CapturedIsTheCamerasTimeWhereItsClockIsRight) {
  NEED_DATA();
  // Ours says 0.8 s more when a picture is there: it took that long.
  clock_.set_utc_start(UtcTime(kStep + 800ms));
  const auto seen = watch_pictures(6);
  for (std::size_t i = 2; i < seen.size(); ++i) {  // the first report may come after the first picture
    EXPECT_NEAR(std::chrono::duration<double>(seen[i].captured.time_since_epoch()).count(),
                0.5 * static_cast<double>(i), 0.2);
  }
}

TEST_F(SenderTimeTest, ACamerasClockThatIsWrongIsToldAndNotUsed) {
  NEED_DATA();
  clock_.set_utc_start(UtcTime(kStep + 1h));
  const auto seen = watch_pictures(6);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back().captured, UtcTime(kStep + 1h) + (seen.size() - 2) * kStep);
  ASSERT_TRUE(stats_.clock_skew.has_value());
  EXPECT_NEAR(to_seconds(*stats_.clock_skew), -3600, 0.2);
}

// The stamps of this camera wrap after three seconds. FFmpeg's times are 13 hours off from there to the next
// report.
TEST_F(SenderTimeTest, AWrapOfTheStampsDoesNotShowInTheTimeOfCapture) {
  NEED_DATA();
  clock_.set_utc_start(UtcTime(kStep + 800ms));
  const auto seen = watch_pictures(12, " --stamps wrap");
  for (std::size_t i = 2; i < seen.size(); ++i) {
    EXPECT_NEAR(std::chrono::duration<double>(seen[i].captured.time_since_epoch()).count(),
                0.5 * static_cast<double>(i), 0.2)
        << i;
  }
}

// A live HLS stream: each request for the playlist finds one more segment of a second.
class HlsServer {
 public:
  explicit HlsServer(const testing::TempDir& folder) {
    make_clip(
        folder, "all.m3u8",
        "-f lavfi -i testsrc2=size=320x180:rate=25 -t 8 -c:v libx264 -g 25 -keyint_min 25 -sc_threshold 0 "
        "-pix_fmt yuv420p -f hls -hls_time 1 -hls_list_size 0");
    server_.set_mount_point("/", folder / "");
    server_.Get("/live.m3u8", [this](const httplib::Request&, httplib::Response& answer) {
      const int newest = std::min(asked_++, 7);
      std::string list = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n";
      for (int i = 0; i <= newest; ++i) list += "#EXTINF:1.0,\nall" + std::to_string(i) + ".ts\n";
      answer.set_content(list, "application/vnd.apple.mpegurl");
    });
    EXPECT_TRUE(loop_.open().ok());
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(loop_.port()) + "/live.m3u8";
  }

 private:
  std::atomic<int> asked_ = 0;
  httplib::Server server_;
  testing::HttpLoop loop_{server_};
};

TEST_F(LiveTimeTest, SegmentsThatComeAtOnceAreLetOutEvenly) {
  const HlsServer server(folder_);
  const UtcTime start = clock_.utc_now();
  const auto seen = watch(server.url(), 100);
  ASSERT_GE(seen.size(), 100U);
  for (std::size_t i = 1; i < 100; ++i) {
    EXPECT_NEAR(to_seconds(seen[i].stream_time), static_cast<double>(i) / 25, 0.001) << i;
    EXPECT_GE(seen[i].read_at - seen[i - 1].read_at, 40ms / 2) << i;
    EXPECT_GE(seen[i].captured, seen[i - 1].captured) << i;
    EXPECT_EQ(seen[i].read_utc - start, seen[i].read_at - SteadyTime(1h)) << i;
  }
  EXPECT_GE(seen[99].captured - seen[9].captured, 90 * 40ms / 2);
  EXPECT_EQ(stats_.stamps_corrected, 0U);
  EXPECT_EQ(stats_.job_starts, 1U);
}

// Told of the source, and of one frame.
class FirstFrame final : public FrameSink {
 public:
  void opened(bool live) override { live_ = live; }
  void deliver(domain::Frame frame, const std::stop_token&) override {
    captured_ = frame.captured;
    enough_.request_stop();
  }

  bool live_ = false;
  UtcTime captured_;
  std::stop_source enough_;
};

// That an address of http: is live shows only once it is open.
TEST_F(LiveTimeTest, ALiveSourceDoesNotFollowTheOptionsOfRecordings) {
  const HlsServer server(folder_);
  CameraOptions options;
  options.disable_drops = true;
  options.use_stream_timestamp = true;
  const UtcTime start = clock_.utc_now();
  FirstFrame first;
  StreamCamera({"gate", server.url(), {}, ""}, options, memory_, clock_)
      .run(first.enough_.get_token(), first);
  EXPECT_TRUE(first.live_);
  EXPECT_GE(first.captured_, start);
}

class LivePacerTest : public ::testing::Test {
 protected:
  // When the picture is let out; it was read just now.
  SteadyTime let_out(Nanoseconds stream_time) {
    EXPECT_TRUE(pacer_.wait(stream_time, clock_.now(), {}).has_value());
    return clock_.now();
  }

  ReadyClock clock_;
  LivePacer pacer_{clock_};
  const SteadyTime start_ = clock_.now();
};

TEST_F(LivePacerTest, AnEvenSourceIsNotDelayed) {
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(pacer_.read(37ms));
    EXPECT_EQ(let_out(i * 40ms), start_ + i * 40ms);
    clock_.advance(40ms);
  }
}

TEST_F(LivePacerTest, ABurstIsSpreadOutAndOverBeforeTheNext) {
  for (int burst = 0; burst < 5; ++burst) {
    SteadyTime before = clock_.now() - 1s;
    const SteadyTime came = clock_.now();
    for (int i = 0; i < 50; ++i) {
      EXPECT_EQ(pacer_.read(i == 0 ? 300ms : 10us), i == 0);
      const SteadyTime at = let_out(burst * 2s + i * 40ms);
      EXPECT_GE(at - before, 25ms);
      before = at;
    }
    EXPECT_LT(before - came, 1900ms);
    clock_.advance(came + 2s - before);
  }
}

TEST_F(LivePacerTest, ABacklogOfTenSecondsIsGoneWithinHalfAMinute) {
  // All that was made up to now lies there, and what is made meanwhile.
  for (int i = 0; (i - 250) * 40ms < clock_.now() - start_; ++i) {
    pacer_.read(10us);
    let_out(i * 40ms);
    ASSERT_LT(clock_.now() - start_, 30s);
  }
}

TEST_F(LivePacerTest, AGapIsNotWaitedForToItsEndAndAStopEndsAnyWait) {
  let_out(0s);
  EXPECT_EQ(let_out(1h) - start_, LivePacer::kLongestHold);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(pacer_.wait(2h, clock_.now(), stop.get_token()), std::nullopt);
}

// The machine was busy with something else for three seconds, and the camera went on.
TEST_F(LivePacerTest, AfterAStandstillAnEvenSourceIsCaughtUpAgain) {
  clock_.advance(3s);
  int i = 0;
  for (; i * 40ms < clock_.now() - start_; ++i) {
    pacer_.read(10us);
    let_out(i * 40ms);
  }
  for (const int last = i + 50; i < last; ++i) {
    clock_.advance(37ms);
    pacer_.read(37ms);
    let_out(i * 40ms);
    clock_.advance(3ms);
  }
  EXPECT_LT(pacer_.busy_for(), 100ms);
}

TEST_F(LivePacerTest, AShortDelayOfTheReaderDoesNotCountAsCaughtUp) {
  for (int i = 0; i < 100; ++i) {
    pacer_.read(10us);
    let_out(i * 40ms);
  }
  EXPECT_FALSE(pacer_.read(30ms));
  EXPECT_TRUE(pacer_.read(500ms));
}

}  // namespace
}  // namespace vigia::camera
