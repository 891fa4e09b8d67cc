// A camera of this machine that sends, through FFmpeg's libavdevice; its driver is made up
// (testing/fake_v4l2.h).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "camera/test_support.h"
#include "testing/fake_v4l2.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;
using testing::FakeV4l2;
using ::testing::HasSubstr;
using State = FakeV4l2::State;

class DeviceCameraTest : public ::testing::Test {
 protected:
  DeviceCameraTest() { memory_.start(); }

  static bool is_interrupted(const CameraStats& stats) { return stats.state == CameraState::interrupted; }

  FakeV4l2 device_;
  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 64_MiB}};
  StreamCamera camera_{{"usb", std::string("v4l2:") + FakeV4l2::kPath, {}, ""},
                       {.rtsp_reconnect_delay = 0.1, .source_timeout = 0.5},
                       memory_,
                       system_clock()};
  SeeingSink sink_;
};

TEST_F(DeviceCameraTest, ItsRawPicturesComeAtItsOwnPace) {
  RunningCamera running(camera_, sink_);
  ASSERT_TRUE(sink_.wait_for(20));
  const std::vector<Observation> seen = sink_.seen();
  for (std::size_t i = 1; i < 20; ++i) {
    EXPECT_EQ(seen[i].size, (domain::Size{FakeV4l2::kWidth, FakeV4l2::kHeight}));
    EXPECT_NE(seen[i].pixels, seen[i - 1].pixels);
    EXPECT_GT(seen[i].stream_time, seen[i - 1].stream_time);
    EXPECT_TRUE(seen[i].inside_lease);
  }
  EXPECT_GE(seen[19].stream_time - seen[0].stream_time, 18 * 40ms);
  EXPECT_TRUE(camera_.stats().signal.is_live);
  EXPECT_EQ(camera_.stats().decoding_soft_errors, 0U);
  EXPECT_FALSE(device_.has_blocked());
}

TEST_F(DeviceCameraTest, WhereAnotherProgramHasItItIsBusy) {
  device_.set(State::taken);
  const RunningCamera running(camera_, sink_);
  ASSERT_TRUE(running.wait_until(is_interrupted));
  EXPECT_EQ(camera_.stats().reason, Condition::busy);
  EXPECT_THAT(camera_.stats().message, HasSubstr("another program uses /dev/full"));
  EXPECT_THAT(camera_.stats().message, HasSubstr("next try in 1 min"));
}

TEST_F(DeviceCameraTest, UnpluggedItIsOfflineAndComesBack) {
  RunningCamera running(camera_, sink_);
  ASSERT_TRUE(sink_.wait_for(3));
  device_.set(State::unplugged);
  ASSERT_TRUE(running.wait_until(is_interrupted));
  EXPECT_EQ(camera_.stats().reason, Condition::offline);
  EXPECT_THAT(camera_.stats().message, HasSubstr("was unplugged"));
  const std::size_t before = sink_.seen().size();
  device_.set(State::sends);
  EXPECT_TRUE(sink_.wait_for(before + 3));
}

TEST_F(DeviceCameraTest, AFrozenOneMeetsItsTimeOutAndAStopDoesNotWait) {
  RunningCamera running(camera_, sink_);
  ASSERT_TRUE(sink_.wait_for(3));
  device_.set(State::frozen);
  ASSERT_TRUE(running.wait_until(is_interrupted));
  EXPECT_THAT(camera_.stats().message, HasSubstr("no data from /dev/full for 500 ms (source_timeout)"));
  ASSERT_TRUE(running.wait_until([](const CameraStats& stats) { return stats.job_starts >= 2; }));
  running.stop();
  EXPECT_FALSE(device_.has_blocked());
}

TEST_F(DeviceCameraTest, PicturesThatItsDriverCallsBrokenAreLeftOut) {
  device_.set(State::spoils);
  RunningCamera running(camera_, sink_);
  ASSERT_TRUE(sink_.wait_for(10));
  EXPECT_EQ(camera_.stats().job_starts, 1U);
}

}  // namespace
}  // namespace vigia::camera
