// The camera's faults, as the program's own camera meets them: a live HTTP source from end to end.
#include "soak/camera_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "camera/source_factory.h"
#include "camera/test_support.h"

namespace vigia::soak {
namespace {

using camera::CameraState;
using camera::CameraStats;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

// No faces and small pictures: only the way of the bytes matters.
const CameraShow& small_show() {
  static const CameraShow show{.main = *record_scene("sim:faces=0&size=320x180&fps=10&seed=3&seconds=10", 4),
                               .other = *record_scene("sim:faces=0&size=480x360&fps=10&seed=3&seconds=10", 4),
                               .offset = 0s};
  return show;
}

class CameraServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = CameraServer::start(small_show());
    ASSERT_TRUE(started.ok()) << started.error().text;
    server_ = *std::move(started);
    camera::CameraOptions options;
    options.source_timeout = 3;  // a key frame comes every two seconds
    options.rtsp_reconnect_delay = 0.1;
    memory_.start();
    sockets_before_ = sockets();
    camera_.emplace(domain::CameraSpec{.name = "gate", .url = server_->url()}, options, memory_,
                    system_clock());
    running_.emplace(*camera_, sink_);
    ASSERT_TRUE(sink_.wait_for(5));
  }
  void TearDown() override {
    running_.reset();
    camera_.reset();
    memory_.stop();
    EXPECT_EQ(memory_.stats().in_use_bytes, 0);
  }
  // Sockets that this process has open: the server's and the viewer's ends.
  static int sockets() {
    int count = 0;
    for (const auto& descriptor : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      const auto target = std::filesystem::read_symlink(descriptor.path(), gone);
      count += static_cast<int>(!gone && target.string().starts_with("socket:"));
    }
    return count;
  }
  void begin(CameraFault kind) { EXPECT_TRUE(server_->begin(kind).ok()); }
  void end() { EXPECT_TRUE(server_->end().ok()); }
  [[nodiscard]] bool wait_until(const std::function<bool(const CameraStats&)>& wanted) const {
    return running_->wait_until(wanted);
  }
  // Frames come that were not there yet.
  [[nodiscard]] bool more_come(int width) {
    const std::uint64_t before = camera_->stats().frames_decoded;
    return wait_until([&](const CameraStats& stats) {
      return stats.frames_decoded > before + 5 && stats.frame_width == width &&
             stats.state == CameraState::inprogress;
    });
  }

  memory::MemoryManager memory_{{.gc_interval = 0.1, .budget_bytes = 64'000'000}};
  std::unique_ptr<CameraServer> server_;
  int sockets_before_ = 0;  // the camera came
  camera::SeeingSink sink_;
  std::optional<camera::StreamCamera> camera_;
  std::optional<camera::RunningCamera> running_;
};

TEST_F(CameraServerTest, IsALiveSourceAtItsOwnPace) {
  auto source = camera::open_source(server_->url(), {}, {});
  ASSERT_TRUE(source.ok()) << source.error().text;
  EXPECT_TRUE((*source)->live());
  EXPECT_TRUE(more_come(320));
  EXPECT_EQ(camera_->stats().job_starts, 1U);
  EXPECT_TRUE(server_->is_watched());
  const auto seen = sink_.seen();
  // Nothing waits for missed frames: stream time is the time of arrival.
  EXPECT_GT(seen.back().stream_time, seen.front().stream_time);
}

TEST_F(CameraServerTest, Kill) {
  begin(CameraFault::kill);
  ASSERT_TRUE(wait_until([](const CameraStats& stats) {
    return stats.state == CameraState::interrupted && stats.message.find("refused") != std::string::npos;
  })) << camera_->stats().message;
  const auto starts = camera_->stats().job_starts;
  ASSERT_TRUE(wait_until([&](const CameraStats& stats) { return stats.job_starts > starts; }));
  end();
  EXPECT_TRUE(more_come(320)) << camera_->stats().message;
}

TEST_F(CameraServerTest, Freeze) {
  begin(CameraFault::freeze);
  ASSERT_TRUE(wait_until([](const CameraStats& stats) {
    return stats.state == CameraState::interrupted && stats.message.find("no data") != std::string::npos;
  })) << camera_->stats().message;
  ASSERT_TRUE(wait_until([](const CameraStats& stats) { return stats.job_starts >= 3; }));
  end();
  EXPECT_TRUE(more_come(320)) << camera_->stats().message;
}

TEST_F(CameraServerTest, ResizeAfterAReconnect) {
  begin(CameraFault::resize);
  EXPECT_TRUE(more_come(480)) << camera_->stats().message;
  EXPECT_GE(camera_->stats().job_starts, 2U);
  end();
  EXPECT_TRUE(more_come(320)) << camera_->stats().message;
}

TEST_F(CameraServerTest, ResizeInMidStream) {
  begin(CameraFault::resize_live);
  EXPECT_TRUE(more_come(480)) << camera_->stats().message;
  end();
  EXPECT_TRUE(more_come(320)) << camera_->stats().message;
  EXPECT_EQ(camera_->stats().job_starts, 1U) << "the connection stayed";
}

TEST_F(CameraServerTest, Garbage) {
  begin(CameraFault::garbage);
  ASSERT_TRUE(wait_until([](const CameraStats& stats) { return stats.job_starts >= 2; }));
  end();
  EXPECT_TRUE(more_come(320)) << camera_->stats().message;
}

TEST_F(CameraServerTest, Cut) {
  begin(CameraFault::cut);
  ASSERT_TRUE(wait_until(
      [](const CameraStats& stats) { return stats.decoding_soft_errors >= 3 || stats.job_starts >= 2; }));
  end();
  EXPECT_TRUE(more_come(320)) << camera_->stats().message;
}

TEST_F(CameraServerTest, Slow) {
  const auto before = sink_.seen().size();
  begin(CameraFault::slow);
  EXPECT_TRUE(sink_.wait_for(before + 3)) << "slowly, but they come";
  end();
  EXPECT_TRUE(more_come(320)) << camera_->stats().message;
}

TEST_F(CameraServerTest, AViewerThatGoesAwayWhileItIsFrozenIsForgotten) {
  begin(CameraFault::freeze);
  ASSERT_TRUE(wait_until([](const CameraStats& stats) { return stats.state == CameraState::interrupted; }));
  running_.reset();
  camera_.reset();
  const auto give_up = std::chrono::steady_clock::now() + 1min;
  bool forgotten = false;
  while (!forgotten && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(5ms);
    forgotten = sockets() <= sockets_before_;
  }
  EXPECT_TRUE(forgotten) << sockets() << " sockets are open, " << sockets_before_ << " before it came";
}

TEST(CameraServerEndTest, DoesNotWaitForViewers) {
  auto server = CameraServer::start(small_show());
  ASSERT_TRUE(server.ok());
  auto source = camera::open_source((*server)->url(), {}, {});
  ASSERT_TRUE(source.ok());
  server->reset();
  camera::AvHandle<AVPacket> packet(av_packet_alloc());
  Status read = ok_status();
  for (int i = 0; i < 100 && read; ++i) {
    read = (*source)->read(*packet, {});
    av_packet_unref(packet.get());
  }
  EXPECT_FALSE(read.ok());
}

}  // namespace
}  // namespace vigia::soak
