// A camera that is down, breaks off, changes its size or sends garbage holds no more than its quota, and
// gives everything back. These are the most frequent causes of memory growth in the field.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <random>

#include "camera/av_setup.h"
#include "camera/stream_camera.h"
#include "camera/test_support.h"
#include "memory/allocator.h"
#include "memory/system_memory.h"
#include "testing/fake_clock.h"
#include "testing/sanitized.h"

namespace vigia::camera {
namespace {

Bytes allocated() {
  const struct mallinfo2 info = ::mallinfo2();
  return static_cast<Bytes>(info.uordblks + info.hblkhd);
}

const CameraOptions kOnceAsFastAsPossible{.single_pass = true, .play_speed = -1};

class BoundedCameraTest : public ::testing::Test {
 protected:
  BoundedCameraTest() {
    memory::prepare_allocator();
    memory_.start();
  }

  Bytes held(memory::Kind kind) {
    Bytes bytes = 0;
    for (const auto& use : memory_.stats().owners) bytes += use.kind == kind ? use.bytes : 0;
    return bytes;
  }

  testing::TempDir folder_;
  testing::FakeClock clock_;
  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 256_MiB, .camera_quota_bytes = 40_MiB}};
};

TEST_F(BoundedCameraTest, DownForAThousandTriesItHoldsNothing) {
  StreamCamera camera({"test", "file:" + (folder_ / "none.mp4"), {}, ""}, kOnceAsFastAsPossible, memory_,
                      clock_);
  CallingSink sink([](const domain::Frame&) {});
  for (int i = 0; i < 50; ++i) camera.run({}, sink);
  const Bytes before = memory::anonymous_memory();
  for (int i = 0; i < 1000; ++i) camera.run({}, sink);
  EXPECT_EQ(camera.stats().job_starts, 1050U);
  memory_.collect();
  EXPECT_EQ(memory_.stats().in_use_bytes, 0);
  if (!testing::kSanitized) {
    EXPECT_LT(memory::anonymous_memory() - before, 2_MiB);
  }
}

TEST_F(BoundedCameraTest, TornDownAndOpenedAgainItHoldsWhatItHeld) {
  if (testing::kSanitized) GTEST_SKIP() << "a sanitizer replaces the allocator, and looks for leaks itself";
  if (memory::allocator_name() != "glibc") GTEST_SKIP() << "only glibc can be asked what is allocated";
  const std::string clip = make_h264(folder_, "clip.mp4", 20);
  StreamCamera camera({"test", "file:" + clip, {}, ""}, kOnceAsFastAsPossible, memory_, clock_);
  CallingSink sink([](const domain::Frame&) {});
  const auto tries = [&](int count) {
    for (int i = 0; i < count; ++i) camera.run({}, sink);
    memory_.collect();
    return allocated();
  };
  const Bytes before = tries(10);
  const Bytes in_use = memory_.stats().in_use_bytes;
  EXPECT_LT(tries(200) - before, 100_KiB);
  EXPECT_EQ(memory_.stats().in_use_bytes, in_use);
}

TEST_F(BoundedCameraTest, ASizeThatChangesAllTheTimeStaysWithinTheQuota) {
  const std::string codec = " -frames:v 6 -c:v libx264 -preset ultrafast -bf 0 -pix_fmt yuv420p";
  make_clip(folder_, "a.h264", "-f lavfi -i testsrc2=size=1280x720:rate=25" + codec);
  make_clip(folder_, "b.h264", "-f lavfi -i testsrc2=size=960x540:rate=25" + codec);
  std::ofstream both(folder_ / "both.h264", std::ios::binary);
  for (int i = 0; i < 40; ++i) {
    both << std::ifstream(folder_ / (i % 2 == 0 ? "a.h264" : "b.h264"), std::ios::binary).rdbuf();
  }
  both.close();
  Bytes most = 0;
  std::uint64_t frames = 0;
  CallingSink sink([&](const domain::Frame&) {
    ++frames;
    most = std::max(most, memory_.budget().in_use());
  });
  StreamCamera camera({"test", "file:" + (folder_ / "both.h264"), {}, ""}, kOnceAsFastAsPossible, memory_,
                      clock_);
  camera.run({}, sink);
  // Beside leases the account holds charges that cannot be refused: FFmpeg's own memory, also that of
  // decoders which wait for the collector.
  EXPECT_LE(most, 40_MiB + 16_MiB);
  const CameraStats stats = camera.stats();
  EXPECT_EQ(frames + stats.frames_dropped_no_buffer + stats.frames_dropped_damaged, 240U)
      << "what is not shown is counted";
  EXPECT_GT(frames, 0U);
  memory_.collect();
  EXPECT_LE(held(memory::Kind::frames), 20_MiB) << "the pools of sizes that are over are gone";
}

// A transport stream, followed by packets of a picture that never ends.
void write_endless_picture(const std::string& clip, const std::string& to, Bytes bytes) {
  constexpr std::size_t kPacket = 188;
  std::ifstream in(clip, std::ios::binary);
  std::ofstream out(to, std::ios::binary);
  std::array<char, kPacket> packet{};
  std::array<char, kPacket> video{};
  while (in.read(packet.data(), packet.size())) {
    out.write(packet.data(), packet.size());
    const int pid = (packet[1] & 0x1F) << 8 | static_cast<unsigned char>(packet[2]);
    if (pid == 0x100) video = packet;  // where FFmpeg's muxer puts the first stream
  }
  video[1] = static_cast<char>(video[1] & ~0x40);  // no beginning of anything
  for (Bytes written = 0; written < bytes; written += kPacket) {
    const int counter = (video[3] + 1) & 0x0F;
    video[3] = static_cast<char>(0x10 | counter);  // payload only, in sequence
    std::fill(video.begin() + 4, video.end(), static_cast<char>(0xA5));
    out.write(video.data(), video.size());
  }
}

TEST_F(BoundedCameraTest, APictureThatNeverEndsEndsAtTheLargestBlock) {
  if (testing::kSanitized) GTEST_SKIP() << "a sanitizer keeps freed memory";
  const std::string clip = make_h264(folder_, "clip.ts", 30);
  write_endless_picture(clip, folder_ / "endless.ts", 200_MiB);
  StreamCamera camera({"test", "file:" + (folder_ / "endless.ts"), {}, ""}, kOnceAsFastAsPossible, memory_,
                      clock_);
  std::uint64_t frames = 0;
  CallingSink sink([&](const domain::Frame&) { ++frames; });
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak begins anew
  const Bytes before = memory::process_memory().rss;
  camera.run({}, sink);
  EXPECT_GE(frames, 20U) << "what came before it is shown";
  EXPECT_LT(memory::process_memory().rss_peak - before, 3 * static_cast<Bytes>(kLargestBlock));
}

TEST_F(BoundedCameraTest, NoiseHoldsNothing) {
  std::mt19937 random(1);
  std::ofstream noise(folder_ / "noise.ts", std::ios::binary);
  for (int i = 0; i < 8 << 20; i += 4) {
    const auto word = random();
    noise.write(reinterpret_cast<const char*>(&word), 4);
  }
  noise.close();
  for (const char* const format : {"mpegts", "h264", "mjpeg", ""}) {
    CameraOptions options = kOnceAsFastAsPossible;
    options.ffmpeg_format = format;
    StreamCamera camera({"test", "file:" + (folder_ / "noise.ts"), {}, ""}, options, memory_, clock_);
    CallingSink sink([](const domain::Frame&) {});
    for (int i = 0; i < 3; ++i) camera.run({}, sink);
    EXPECT_LE(memory_.budget().in_use(), 41_MiB) << format;
  }
  memory_.collect();
  EXPECT_EQ(memory_.stats().in_use_bytes, 0);
}

TEST_F(BoundedCameraTest, FfmpegsOwnMemoryIsChargedToTheCamera) {
  if (testing::kSanitized) GTEST_SKIP() << "a sanitizer replaces the allocator";
  if (memory::allocator_name() != "glibc") GTEST_SKIP() << "only glibc can be asked what is allocated";
  for (const char* const codec :
       {"libx264 -preset medium", "libx264 -preset slow", "libx265 -x265-params log-level=none"}) {
    const std::string clip = make_clip(folder_, "clip.mp4",
                                       "-f lavfi -i testsrc2=size=1280x720:rate=30 -frames:v 40 -pix_fmt "
                                       "yuv420p -c:v " +
                                           std::string(codec));
    StreamCamera camera({"test", "file:" + clip, {}, ""}, kOnceAsFastAsPossible, memory_, clock_);
    const Bytes before = allocated();
    Bytes most = 0;
    Bytes charged = 0;
    CallingSink sink([&](const domain::Frame&) {
      most = std::max(most, allocated() - before);
      charged = std::max(charged, held(memory::Kind::packets));
    });
    camera.run({}, sink);
    memory_.collect();
    EXPECT_GT(most, 1_MiB) << codec;
    EXPECT_LE(most, charged + charged / 4) << codec;
    EXPECT_LE(charged, 3 * most) << codec << ": the estimate would refuse what there is room for";
  }
}

}  // namespace
}  // namespace vigia::camera
