#include "camera/stream_camera.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include "camera/test_support.h"
#include "testing/data.h"
#include "testing/fake_clock.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

const CameraOptions kOnceAsFastAsPossible{.single_pass = true, .play_speed = -1};

class StreamCameraTest : public ::testing::Test {
 protected:
  StreamCameraTest() { memory_.start(); }

  // Runs to the end on this thread.
  CameraStats run(const std::string& url, const CameraOptions& options, FrameSink& sink) {
    StreamCamera camera({"test", url, {}, ""}, options, memory_, clock_);
    camera.run({}, sink);
    return camera.stats();
  }
  CameraStats run(const std::string& url, const CameraOptions& options = kOnceAsFastAsPossible) {
    return run(url, options, sink_);
  }

  testing::TempDir folder_;
  testing::FakeClock clock_;
  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 256_MiB}};
  SeeingSink sink_;
};

TEST_F(StreamCameraTest, AFileOnceGivesEveryFrameOnceInOrderUncopied) {
  for (const char* const extra : {"-bf 0", "-bf 3", "-bf 2 -refs 8"}) {
    SeeingSink sink;
    const std::string clip = make_h264(folder_, "clip.mp4", 60, extra);
    const CameraStats stats = run("file:" + clip, kOnceAsFastAsPossible, sink);
    EXPECT_EQ(stats.state, CameraState::completed);
    EXPECT_EQ(stats.frames_decoded, 60U);
    EXPECT_EQ(stats.job_starts, 1U);
    EXPECT_EQ(stats.decoding_soft_errors + stats.frames_dropped_no_buffer + stats.frames_dropped_damaged, 0U);
    EXPECT_EQ(stats.frame_width, 320);
    EXPECT_EQ(stats.frame_height, 180);
    const std::vector<std::string> expected = decode_plainly(clip);
    const std::vector<Observation> seen = sink.seen();
    ASSERT_EQ(seen.size(), expected.size()) << extra;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_TRUE(seen[i].pixels == expected[i]) << extra << ", frame " << i;
      EXPECT_EQ(seen[i].sequence, i);
      EXPECT_NEAR(to_seconds(seen[i].stream_time), static_cast<double>(i) / 30, 0.001);
      EXPECT_TRUE(seen[i].inside_lease);
      EXPECT_EQ(seen[i].captured, clock_.utc_now());
    }
  }
}

TEST_F(StreamCameraTest, ALoopedFileGoesOnWithoutGoingBack) {
  const std::string clip = make_h264(folder_, "clip.mp4", 20, "-bf 2");
  std::stop_source stop;
  std::vector<Observation> seen;
  CallingSink sink([&](const domain::Frame& frame) {
    seen.push_back(look_at(frame));
    if (seen.size() == 70) stop.request_stop();
  });
  StreamCamera camera({"test", "file:" + clip, {}, ""}, {.play_speed = -1}, memory_, clock_);
  camera.run(stop.get_token(), sink);
  EXPECT_EQ(camera.stats().state, CameraState::inprogress);  // as it was when it was stopped
  EXPECT_EQ(camera.stats().job_starts, 1U);
  ASSERT_GE(seen.size(), 70U);
  for (std::size_t i = 0; i < 70; ++i) {
    EXPECT_NEAR(to_seconds(seen[i].stream_time), static_cast<double>(i) / 30, 0.002) << i;
    EXPECT_EQ(seen[i].sequence, i);
    EXPECT_TRUE(seen[i].pixels == seen[i % 20].pixels);
  }
}

TEST_F(StreamCameraTest, RealTimeMeansTheClocksTime) {
  const std::string clip = make_h264(folder_, "clip.mp4", 30);
  const SteadyTime start = clock_.now();
  const UtcTime start_utc = clock_.utc_now();
  StreamCamera camera({"test", "file:" + clip, {}, ""}, {.single_pass = true}, memory_, clock_);
  RunningCamera running(camera, sink_);
  while (camera.stats().state != CameraState::completed) {
    if (clock_.sleepers() > 0) clock_.advance(1ms);
    std::this_thread::yield();
  }
  const std::vector<Observation> seen = sink_.seen();
  ASSERT_EQ(seen.size(), 30U);
  for (const Observation& frame : seen) {
    EXPECT_LT(std::chrono::abs(frame.read_at - start - frame.stream_time), 1us);
    EXPECT_LT(std::chrono::abs(frame.captured - start_utc - frame.stream_time), 1us);
    EXPECT_EQ(frame.read_utc - start_utc, frame.read_at - start);
  }
  EXPECT_GE(clock_.now() - start, 960ms);
}

TEST_F(StreamCameraTest, TheStreamsOwnTimeWhereItIsWanted) {
  const std::string clip = make_h264(folder_, "clip.mp4", 15);
  CameraOptions options = kOnceAsFastAsPossible;
  options.use_stream_timestamp = true;
  options.start_stream_timestamp = 1'600'000'000;
  run("file:" + clip, options);
  for (const Observation& frame : sink_.seen()) {
    EXPECT_LT(std::chrono::abs(frame.captured - UtcTime(1'600'000'000s) - frame.stream_time), 1us);
    EXPECT_EQ(frame.read_utc, clock_.utc_now());
  }
}

TEST_F(StreamCameraTest, OtherFormatsAreConverted) {
  struct Case {
    const char* name;
    const char* arguments;
    int luma;
    domain::ColorRange range;
  };
  const Case kCases[] = {
      {"red.gif", "-f lavfi -i color=red:size=161x91:rate=10 -frames:v 5", 81, domain::ColorRange::limited},
      {"white422.mp4", "-f lavfi -i color=white:size=162x90 -frames:v 5 -pix_fmt yuv422p -c:v libx264", 235,
       domain::ColorRange::limited},
      {"white10.mp4", "-f lavfi -i color=white:size=162x90 -frames:v 5 -pix_fmt yuv420p10le -c:v libx264",
       235, domain::ColorRange::limited},
      {"full444.avi", "-f lavfi -i color=white:size=161x91 -frames:v 5 -pix_fmt yuvj444p -c:v mjpeg -q:v 1",
       255, domain::ColorRange::full},
      {"full420.avi", "-f lavfi -i color=white:size=161x91 -frames:v 5 -pix_fmt yuvj420p -c:v mjpeg -q:v 1",
       255, domain::ColorRange::full}};
  for (const Case& c : kCases) {
    SeeingSink sink;
    const CameraStats stats =
        run("file:" + make_clip(folder_, c.name, c.arguments), kOnceAsFastAsPossible, sink);
    EXPECT_EQ(stats.state, CameraState::completed) << c.name << ": " << stats.message;
    const std::vector<Observation> seen = sink.seen();
    ASSERT_EQ(seen.size(), 5U) << c.name;
    for (const Observation& frame : seen) {
      EXPECT_EQ(frame.range, c.range) << c.name;
      EXPECT_TRUE(frame.inside_lease);
      const auto middle = static_cast<std::size_t>(frame.size.width * (frame.size.height / 2) + 80);
      EXPECT_NEAR(static_cast<unsigned char>(frame.pixels[middle]), c.luma, 2) << c.name;
    }
  }
}

TEST_F(StreamCameraTest, ColoursAreThoseThatTheStreamSignals) {
  using domain::ColorMatrix;
  using domain::ColorRange;
  struct Case {
    const char* name;
    const char* arguments;
    std::optional<ColorMatrix> matrix;
    ColorRange range;
  };
  const std::string red = "-f lavfi -i color=red:size=1280x720 -frames:v 3 ";
  const Case kCases[] = {
      {"sd.mp4", "-c:v libx264 -colorspace smpte170m -color_range tv", ColorMatrix::bt601,
       ColorRange::limited},
      {"hd.mp4", "-c:v libx264 -colorspace bt709 -color_range pc", ColorMatrix::bt709, ColorRange::full},
      {"uhd.mp4", "-c:v libx265 -x265-params log-level=error:colormatrix=bt2020nc", ColorMatrix::bt2020,
       ColorRange::limited},
      {"pal.mp4", "-pix_fmt yuv422p -c:v libx264 -colorspace bt470bg", ColorMatrix::bt601,
       ColorRange::limited},
      {"rgb.mkv", "-pix_fmt gbrp -c:v ffv1", ColorMatrix::bt601, ColorRange::limited},
      {"silent.mp4", "-c:v libx264", std::nullopt, ColorRange::limited}};
  for (const Case& c : kCases) {
    SeeingSink sink;
    run("file:" + make_clip(folder_, c.name, red + c.arguments), kOnceAsFastAsPossible, sink);
    const std::vector<Observation> seen = sink.seen();
    ASSERT_FALSE(seen.empty()) << c.name;
    EXPECT_EQ(seen.front().matrix, c.matrix) << c.name;
    EXPECT_EQ(seen.front().range, c.range) << c.name;
  }
  SeeingSink painted;
  run("sim:faces=0&size=1280x720&fps=1&seconds=10&cycles=1", kOnceAsFastAsPossible, painted);
  ASSERT_FALSE(painted.seen().empty());
  EXPECT_EQ(painted.seen().front().matrix, ColorMatrix::bt601) << "src/sim/colour.h";
}

TEST_F(StreamCameraTest, ReadsTheRealGif) {
  NEED_DATA();
  const std::string data = testing::data_folder();
  const CameraStats stats = run("file:" + data + "/clips/head-pose-face-detection-female-and-male.gif");
  EXPECT_EQ(stats.state, CameraState::completed) << stats.message;
  EXPECT_EQ(stats.frame_width, 480);
  EXPECT_GT(stats.frames_decoded, 10U);
}

TEST_F(StreamCameraTest, ANewSizeInMidStreamMakesANewPoolAndKeepsOldFrames) {
  make_clip(folder_, "a.h264", "-f lavfi -i testsrc2=size=320x180:rate=25 -frames:v 10 -c:v libx264 -bf 0");
  make_clip(folder_, "b.h264", "-f lavfi -i testsrc2=size=640x360:rate=25 -frames:v 10 -c:v libx264 -bf 0");
  std::ofstream both(folder_ / "both.h264", std::ios::binary);
  for (const char* const name : {"a.h264", "b.h264", "a.h264"}) {
    both << std::ifstream(folder_ / name, std::ios::binary).rdbuf();
  }
  both.close();
  std::optional<domain::Frame> kept;
  std::string kept_pixels;
  std::vector<int> widths;
  CallingSink sink([&](domain::Frame frame) {
    widths.push_back(frame.size.width);
    if (widths.size() != 5) return;
    kept_pixels = pixels(frame);
    kept = std::move(frame);
  });
  const CameraStats stats = run("file:" + (folder_ / "both.h264"), kOnceAsFastAsPossible, sink);
  EXPECT_EQ(stats.decoding_soft_errors, 0U);
  ASSERT_EQ(widths.size(), 30U);
  EXPECT_EQ(widths[9], 320);
  EXPECT_EQ(widths[10], 640);
  EXPECT_EQ(widths[20], 320);
  ASSERT_TRUE(kept.has_value());
  EXPECT_TRUE(pixels(*kept) == kept_pixels);
}

TEST_F(StreamCameraTest, ATruncatedFileGivesWhatIsThere) {
  const std::string clip = make_h264(folder_, "clip.mkv", 60);
  std::filesystem::resize_file(clip, std::filesystem::file_size(clip) * 6 / 10);
  const CameraStats stats = run("file:" + clip);
  EXPECT_TRUE(stats.state == CameraState::completed || stats.state == CameraState::interrupted);
  const std::vector<std::string> expected = decode_plainly(make_h264(folder_, "whole.mkv", 60));
  const std::vector<Observation> seen = sink_.seen();
  EXPECT_GT(seen.size(), 15U);
  EXPECT_LT(seen.size(), 60U);
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_TRUE(seen[i].pixels == expected[i]) << i;
}

TEST_F(StreamCameraTest, AMissingFileIsTriedAgainUntilItIsThere) {
  StreamCamera camera({"test", "file:" + (folder_ / "late.mp4"), {}, ""}, {.play_speed = -1}, memory_,
                      clock_);
  RunningCamera running(camera, sink_);
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  EXPECT_EQ(camera.stats().state, CameraState::interrupted);
  EXPECT_NE(camera.stats().message.find("No such file"), std::string::npos) << camera.stats().message;
  for (std::uint64_t tries = 1; tries < 20; ++tries) {  // far more than three: there is no last try
    ASSERT_TRUE(running.wait_until([&](const CameraStats& s) { return s.job_starts >= tries; }));
    ASSERT_TRUE(clock_.wait_for_sleepers(1));
    EXPECT_EQ(camera.stats().job_starts, tries);
    clock_.advance(30s);
  }
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  make_h264(folder_, "made.mp4", 15);
  std::filesystem::rename(folder_ / "made.mp4", folder_ / "late.mp4");
  clock_.advance(30s);
  ASSERT_TRUE(sink_.wait_for(20));
  EXPECT_EQ(camera.stats().state, CameraState::inprogress);
  EXPECT_EQ(camera.stats().message, "");
}

TEST_F(StreamCameraTest, TheBackOffGrowsAndAStopEndsItAtOnce) {
  StreamCamera camera({"test", "file:/no/such/file", {}, ""}, {.rtsp_reconnect_delay = 4}, memory_, clock_);
  RunningCamera running(camera, sink_);
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  clock_.advance(4s);
  ASSERT_TRUE(running.wait_until([](const CameraStats& s) { return s.job_starts == 2; }));
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  clock_.advance(4s);  // now at least 6.4 s must pass
  ASSERT_TRUE(clock_.wait_for_sleepers(1));
  EXPECT_EQ(camera.stats().job_starts, 2U);
  running.stop();
}

TEST_F(StreamCameraTest, WrongSettingsEndIt) {
  const std::string clip = make_h264(folder_, "clip.mp4", 15);
  const std::pair<std::string, CameraOptions> kCases[] = {
      {"data:video/mp4;base64,AAAA", {}},
      {"file:" + clip, {.ffmpeg_params = {"no_such_option=1"}}},
      {"file:" + clip, {.ffmpeg_params = {"rtsp_transport=tcp"}}},
      {"file:" + clip, {.ffmpeg_format = "nonsense"}},
      {"rtsp://127.0.0.1:9/x", {.ffmpeg_params = {"protocol_whitelist=file"}}}};
  for (const auto& [url, options] : kCases) {
    const CameraStats stats = run(url, options);
    EXPECT_EQ(stats.state, CameraState::misconfigured) << url;
    EXPECT_NE(stats.message, "") << url;
  }
}

TEST_F(StreamCameraTest, ADisabledCameraDoesNothing) {
  const CameraStats stats = run("file:/no/such/file", {.active = false});
  EXPECT_EQ(stats.state, CameraState::disabled);
  EXPECT_EQ(stats.job_starts, 0U);
}

TEST_F(StreamCameraTest, ABudgetTooSmallLosesFramesAndSaysSo) {
  const std::string clip = make_h264(folder_, "clip.mp4", 60);
  memory::MemoryManager tiny(memory::MemoryOptions{.budget_bytes = 50'000});
  StreamCamera camera({"test", "file:" + clip, {}, ""}, kOnceAsFastAsPossible, tiny, clock_);
  camera.run({}, sink_);
  EXPECT_EQ(camera.stats().state, CameraState::interrupted);
  EXPECT_NE(camera.stats().message.find("memory.budget_bytes"), std::string::npos) << camera.stats().message;
  EXPECT_EQ(camera.stats().frames_dropped_no_buffer, 60U);
  EXPECT_TRUE(sink_.seen().empty());
}

TEST_F(StreamCameraTest, KeepingTooManyFramesLosesNewOnesButNoReferences) {
  const std::string clip = make_h264(folder_, "clip.mp4", 120, "-bf 0 -g 600 -keyint_min 600");
  const std::vector<std::string> expected = decode_plainly(clip);
  std::vector<domain::Frame> hoard;
  std::vector<Observation> seen;
  CallingSink sink([&](domain::Frame frame) {
    seen.push_back(look_at(frame));
    hoard.push_back(std::move(frame));
    if (hoard.size() == 19) hoard.clear();
  });
  std::uint64_t lost = 0;
  {
    // All kept frames are released when the 19th comes; no sink may hold so many at once.
    CameraOptions options = kOnceAsFastAsPossible;
    options.frame_buffer_size = 1;
    const CameraStats stats = run("file:" + clip, options, sink);
    EXPECT_EQ(stats.state, CameraState::completed);
    EXPECT_EQ(stats.frames_decoded + stats.frames_dropped_no_buffer, 120U);
    EXPECT_EQ(stats.decoding_soft_errors, 0U);
    lost = stats.frames_dropped_no_buffer;
  }
  // There is only one key frame, so a lost reference would spoil all that follows.
  for (const Observation& frame : seen)
    EXPECT_TRUE(frame.pixels == expected[frame.sequence]) << frame.sequence;
  EXPECT_EQ(seen.back().sequence + 1 + lost >= 120U, true);
  EXPECT_GE(seen.size(), 15U);
}

TEST_F(StreamCameraTest, MemoryIsSmallAndFlatOverLoopsAndTries) {
  const std::string clip = make_clip(folder_, "clip.mp4",
                                     "-f lavfi -i testsrc2=size=1280x720:rate=30 -frames:v 20 -c:v libx264 "
                                     "-preset ultrafast -bf 0 -pix_fmt yuv420p");
  StreamCamera camera({"test", "file:" + clip, {}, ""}, kOnceAsFastAsPossible, memory_, clock_);
  CallingSink sink([](const domain::Frame&) {});
  camera.run({}, sink);
  const auto held = [this] {
    memory_.collect();  // decoders of tries that are over
    return memory_.stats().in_use_bytes;
  };
  const Bytes after_one = held();
  EXPECT_LE(after_one, 12_MiB);
  for (int i = 0; i < 5; ++i) camera.run({}, sink);
  EXPECT_EQ(camera.stats().frames_decoded, 120U);
  EXPECT_EQ(held(), after_one);
  // Everything that the camera may ever hold.
  PicturePool pool(memory_, "bound");
  ASSERT_TRUE(pool.fit({AV_PIX_FMT_YUV420P, 1280, 738}, {64, 64, 64, 64}, 4 + 3 + kInProcess + kBestShots));
  EXPECT_LE(lay_out({AV_PIX_FMT_YUV420P, 1280, 738}, {64, 64, 64, 64})->bytes * pool.max_buffers(),
            40'000'000);
}

TEST_F(StreamCameraTest, GiganticPicturesAreRefused) {
  EXPECT_FALSE(lay_out({AV_PIX_FMT_YUV420P, 1 << 20, 16}, {64, 64, 64, 64}).has_value());
  const std::string clip = make_clip(
      folder_, "wide.mkv", "-f lavfi -i color=black:size=8400x32 -frames:v 2 -c:v mjpeg -pix_fmt yuvj420p");
  const CameraStats stats = run("file:" + clip);
  EXPECT_EQ(stats.state, CameraState::interrupted);
  EXPECT_EQ(stats.frames_decoded, 0U);
  EXPECT_GE(stats.decoding_soft_errors, 1U);
}

TEST_F(StreamCameraTest, TheSyntheticCameraIsDecodedLikeAnyOther) {
  std::stop_source stop;
  std::vector<Observation> seen;
  CallingSink sink([&](const domain::Frame& frame) {
    seen.push_back(look_at(frame));
    if (seen.size() == 10) stop.request_stop();
  });
  StreamCamera camera({"test", "sim:faces=1&size=640x360", {}, ""}, {.play_speed = -1}, memory_, clock_);
  camera.run(stop.get_token(), sink);
  EXPECT_EQ(camera.stats().frame_width, 640);
  EXPECT_EQ(seen.size(), 10U);
  EXPECT_TRUE(seen.back().inside_lease);
}

}  // namespace
}  // namespace vigia::camera
