// Cameras of this machine: what is said where there is none, and the raw pictures that they send.
// device_camera_test.cpp has one that sends.
#include "camera/device_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "camera/source_factory.h"
#include "camera/test_support.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class DeviceTest : public ::testing::Test {
 protected:
  DeviceTest() { memory_.start(); }

  CameraStats fail(const std::string& url, const CameraOptions& options = {}) {
    StreamCamera camera({"usb", url, {}, ""}, options, memory_, system_clock());
    SeeingSink sink;
    RunningCamera running(camera, sink);
    EXPECT_TRUE(running.wait_until([](const CameraStats& stats) {
      return stats.state == CameraState::interrupted || stats.state == CameraState::misconfigured;
    }));
    return camera.stats();
  }

  testing::TempDir folder_;
  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 64_MiB}};
};

TEST_F(DeviceTest, WhatIsThereIsSaidInOneLine) {
  const CameraStats absent = fail("v4l2:/dev/video199");
  EXPECT_EQ(absent.reason, Condition::offline);
  EXPECT_EQ(absent.message,
            "cannot open v4l2:/dev/video199: there is no /dev/video199: plug the camera in, or look for its "
            "name in "
            "/dev");
  EXPECT_THAT(fail("v4l2:/dev/null").message, HasSubstr("/dev/null is no camera"));
  EXPECT_THAT(fail("v4l2:/dev/../etc/hostname").message, HasSubstr("is no camera"));
  const std::string pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(fail("v4l2:/dev/.." + pipe).message, HasSubstr("is no camera")) << "and it was not waited for";
}

TEST_F(DeviceTest, ItsOptionsAreThoseOfV4l2) {
  EXPECT_EQ(fail("v4l2:/dev/null", {.ffmpeg_format = "mjpeg"}).state, CameraState::misconfigured);
  EXPECT_THAT(fail("v4l2:/dev/null", {.ffmpeg_params = {"input_fromat=mjpeg"}}).message,
              HasSubstr("FFmpeg knows no option 'input_fromat'"));
  EXPECT_EQ(fail("v4l2:/dev/null", {.ffmpeg_params = {"fflags=nobuffer"}}).state, CameraState::misconfigured);
  const CameraStats known = fail(
      "v4l2:/dev/null", {.ffmpeg_params = {"video_size=1280x720", "framerate=15", "input_format=mjpeg"}});
  EXPECT_EQ(known.state, CameraState::interrupted) << known.message;
}

TEST(DeviceUrlTest, NamesADeviceOfDev) {
  const auto source = parse_source_url("v4l2:/dev/v4l/by-id/usb-Cam-index0");
  ASSERT_TRUE(source.ok());
  EXPECT_EQ(source->kind, SourceKind::device);
  EXPECT_EQ(source->path, "/dev/v4l/by-id/usb-Cam-index0");
  EXPECT_TRUE(is_live_url("v4l2:/dev/video0"));
  for (const char* const wrong : {"v4l2:", "v4l2:video0", "v4l2:/etc/passwd", "v4l2://host/dev/video0"}) {
    EXPECT_FALSE(parse_source_url(wrong).ok()) << wrong;
  }
}

TEST(ExplainDeviceTest, EachErrorSaysWhatCanBeDone) {
  EXPECT_THAT(explain_device(AVERROR(EACCES), "/dev/video0").text, HasSubstr("group video"));
  EXPECT_EQ(explain_device(AVERROR(EBUSY), "/dev/video0").code, ErrorCode::unavailable);
  EXPECT_THAT(explain_device(AVERROR(EBUSY), "/dev/video0").text,
              HasSubstr("another program uses /dev/video0"));
  EXPECT_THAT(explain_device(AVERROR(ENODEV), "/dev/video0").text, HasSubstr("was unplugged"));
  EXPECT_THAT(explain_device(AVERROR(EINVAL), "/dev/video0").text, HasSubstr("--list-formats-ext"));
  EXPECT_EQ(ServerNotes{.is_taken = true}.condition(), Condition::busy);
}

// As a USB camera sends them, out of a file.
TEST_F(DeviceTest, RawPicturesOfEachKindAreShown) {
  const std::string scene = "-f lavfi -i testsrc2=size=320x180:rate=10 -frames:v 5 -pix_fmt ";
  for (const char* const format : {"yuyv422", "uyvy422", "nv12", "yuv420p", "bgr24", "gray"}) {
    const std::string clip = make_clip(folder_, "raw.nut", scene + format + " -c:v rawvideo");
    StreamCamera camera({"usb", "file:" + clip, {}, ""}, {.single_pass = true, .play_speed = -1}, memory_,
                        system_clock());
    SeeingSink sink;
    camera.run({}, sink);
    const auto seen = sink.seen();
    ASSERT_EQ(seen.size(), 5U) << format << camera.stats().message;
    EXPECT_EQ(seen[0].size, (domain::Size{320, 180}));
    EXPECT_TRUE(seen[0].inside_lease);
    EXPECT_EQ(camera.stats().decoding_soft_errors, 0U);
    if (std::string(format) == "yuv420p") {
      EXPECT_TRUE(seen[4].pixels == decode_plainly(clip)[4]);
    }
  }
}

}  // namespace
}  // namespace vigia::camera
