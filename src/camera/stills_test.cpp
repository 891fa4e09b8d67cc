// Sources that are pictures rather than video: an address of one picture, picture files, folders of them; and
// JPEGs over HTTP as cameras send them. Mostly on a clock on which sleeping ends at once.
#include <gtest/gtest.h>
#include <httplib.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "camera/source_factory.h"
#include "camera/test_support.h"
#include "testing/child.h"
#include "testing/data.h"
#include "testing/http_loop.h"
#include "testing/loopback_listener.h"
#include "testing/odd_server.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;
using testing::OddServer;

class StillsTest : public ::testing::Test {
 protected:
  StillsTest() { memory_.start(); }

  // Until so many frames came, or the camera ended by itself.
  std::vector<Observation> watch(
      const std::string& url, std::size_t frames, const CameraOptions& options = {},
      const std::function<void(std::size_t)>& on_frame = [](std::size_t) {}) {
    StreamCamera camera({"gate", url, {}, ""}, options, memory_, clock_);
    std::stop_source stop;
    std::vector<Observation> seen;
    CallingSink sink([&](const domain::Frame& frame) {
      seen.push_back(look_at(frame));
      on_frame(seen.size());
      if (seen.size() == frames) stop.request_stop();
    });
    // A camera that never sends is tried for ever.
    const std::jthread safety([&stop](const std::stop_token& over) {
      if (system_clock().sleep_for(1min, over)) stop.request_stop();
    });
    camera.run(stop.get_token(), sink);
    stats_ = camera.stats();
    return seen;
  }
  // A grey picture. The file's name says how it is coded.
  std::string picture(const std::string& name, int grey) {
    const std::string level = std::to_string(grey);
    return make_clip(folder_, name,
                     "-f lavfi -i color=0x" + hex(grey) + hex(grey) + hex(grey) + ":size=64x48 -frames:v 1");
  }
  static std::string hex(int value) {
    constexpr const char* kDigits = "0123456789abcdef";
    return {kDigits[value / 16], kDigits[value % 16]};
  }
  static std::string bytes_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static int grey(const Observation& frame) { return static_cast<unsigned char>(frame.pixels[64 * 24 + 32]); }

  testing::TempDir folder_;
  ReadyClock clock_;
  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 64_MiB}};
  CameraStats stats_;
};

// A camera with an address of one picture, which becomes brighter.
class SnapshotTest : public StillsTest {
 protected:
  void SetUp() override {
    for (int i = 0; i < 8; ++i) pictures_.push_back(bytes_of(picture("snap.jpg", 20 * i + 20)));
    server_.Get("/snap.jpg", [this](const httplib::Request& request, httplib::Response& answer) {
      const std::size_t number = requests_++;
      {
        MutexLock lock(mutex_);
        connections_.insert(request.remote_port);
      }
      if (number == page_at_) return answer.set_content("<html>log in</html>", "text/html");
      if (number >= refused_at_) return void(answer.status = refusal_);
      answer.set_content(pictures_[number % pictures_.size()], "image/jpeg");
    });
    ASSERT_TRUE(loop_.open().ok());
    url_ = "http://127.0.0.1:" + std::to_string(loop_.port()) + "/snap.jpg";
  }

  httplib::Server server_;
  testing::HttpLoop loop_{server_};
  std::string url_;
  std::vector<std::string> pictures_;
  std::atomic<std::size_t> requests_{0}, page_at_{1000}, refused_at_{1000};  // and from there on
  std::atomic<int> refusal_{503};
  Mutex mutex_;
  std::set<int> connections_ GUARDED_BY(mutex_);  // by their ports
};

TEST_F(SnapshotTest, IsFetchedAtItsIntervalOverAKeptConnection) {
  for (const double interval : {1.0, 5.0}) {
    requests_ = 0;
    {
      MutexLock lock(mutex_);
      connections_.clear();
    }
    CameraOptions options;
    options.snapshot_interval = interval;
    const auto seen = watch(url_, 6, options);
    ASSERT_EQ(seen.size(), 6U);
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_GT(grey(seen[i]), i > 0 ? grey(seen[i - 1]) : 0) << "a new picture each time";
      EXPECT_NEAR(to_seconds(seen[i].captured - seen[0].captured), interval * static_cast<double>(i), 0.2)
          << i;
    }
    EXPECT_EQ(requests_, 6U);
    {
      MutexLock lock(mutex_);
      EXPECT_LE(connections_.size(), 2U) << "FFmpeg's, and the kept one";
    }
    EXPECT_EQ(stats_.job_starts, 1U) << "nothing failed";
    EXPECT_EQ(stats_.state, CameraState::inprogress);
    EXPECT_EQ(stats_.decoding_soft_errors, 0U);
    EXPECT_EQ(stats_.signal.key_interval, Nanoseconds(0)) << "there is nothing between its key frames";
    EXPECT_EQ(stats_.signal.since_key, Nanoseconds(0));
  }
}

TEST_F(SnapshotTest, AnAnswerThatIsNoPictureIsAFailureThatPasses) {
  page_at_ = 2;
  EXPECT_EQ(watch(url_, 4).size(), 4U);
  EXPECT_EQ(stats_.job_starts, 2U);
  EXPECT_EQ(stats_.decoding_soft_errors, 0U) << "the page was not decoded";
}

// Also when it is read again and again after it was opened.
TEST_F(SnapshotTest, ARefusalHasItsReasonAndSaysWhatToDo) {
  struct Case {
    int status;
    Condition reason;
    const char* advice;
  };
  for (const Case& wanted :
       {Case{401, Condition::refused, "set the camera's keys username and password; next try in 1 min"},
        Case{403, Condition::refused, "whether this user may see the video; next try in 1 min"},
        Case{503, Condition::busy, "no free connection for one more viewer"},
        Case{404, Condition::offline, "check the path in its url"},
        Case{500, Condition::offline, "the camera itself has failed"}}) {
    for (const std::size_t at : {0U, 2U}) {
      requests_ = 0;
      refused_at_ = at;
      refusal_ = wanted.status;
      StreamCamera camera({"gate", url_, {}, ""}, {.snapshot_interval = 0.02}, memory_, system_clock());
      SeeingSink sink;
      RunningCamera running(camera, sink);
      ASSERT_TRUE(running.wait_until([](const CameraStats& stats) {
        return stats.state == CameraState::interrupted;
      })) << wanted.status;
      const CameraStats stats = camera.stats();
      EXPECT_EQ(stats.reason, wanted.reason) << wanted.status << " at " << at;
      EXPECT_NE(stats.message.find(wanted.advice), std::string::npos) << stats.message;
      EXPECT_EQ(sink.seen().size(), at);
    }
  }
}

TEST_F(SnapshotTest, AStopDoesNotWaitForTheNextOne) {
  CameraOptions options;
  options.snapshot_interval = 3600;
  StreamCamera camera({"gate", url_, {}, ""}, options, memory_, system_clock());
  SeeingSink sink;
  RunningCamera running(camera, sink);
  ASSERT_TRUE(sink.wait_for(1));
  running.stop();
  EXPECT_EQ(camera.stats().state, CameraState::inprogress);
}

TEST_F(StillsTest, ASnapshotBehindADigestIsFetchedWithTheUrlsPassword) {
  NEED_DATA();
  const auto server = OddServer::http("--jpeg " + picture("snap.jpg", 80));
  ASSERT_TRUE(server.ok()) << server.error().text;
  EXPECT_EQ(watch((*server)->url("admin:secret@", "/digest/snap.jpg"), 4).size(), 4U);
  EXPECT_EQ(stats_.job_starts, 1U) << stats_.message;
}

TEST_F(StillsTest, APictureFileIsShownAgainAtTheInterval) {
  for (const char* const name : {"a.jpg", "a.png", "a.bmp", "a.webp", "a.gif"}) {
    CameraOptions options;
    options.snapshot_interval = 20;
    const auto seen = watch("file:" + picture(name, 128), 4, options);
    ASSERT_EQ(seen.size(), 4U) << name;
    for (std::size_t i = 1; i < seen.size(); ++i) {
      EXPECT_NEAR(to_seconds(seen[i].stream_time - seen[i - 1].stream_time), 20, 0.001) << name;
      EXPECT_NEAR(to_seconds(seen[i].read_at - seen[i - 1].read_at), 20, 0.001) << name;
    }
    EXPECT_EQ(stats_.job_starts, 1U) << name;
    EXPECT_EQ(watch("file:" + folder_ / name, 9, {.single_pass = true}).size(), 1U) << name;
    EXPECT_EQ(stats_.state, CameraState::completed) << name;
  }
}

TEST_F(StillsTest, APictureFileThatIsReplacedIsReadAnew) {
  const std::string file = picture("now.jpg", 50);
  const std::string next = picture("next.jpg", 200);
  const auto seen = watch("file:" + file, 3, {}, [&](std::size_t number) {
    if (number == 1) std::filesystem::rename(next, file);
  });
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_GT(grey(seen[2]), grey(seen[0]) + 100);
}

TEST_F(StillsTest, AFolderIsARecordingInTheOrderOfItsNames) {
  std::filesystem::create_directory(folder_ / "shots");
  for (const int i : {3, 1, 5, 2}) picture("shots/" + std::to_string(i) + ".jpg", 40 * i);
  std::ofstream(folder_ / "shots/4.jpg") << "no picture";
  for (const std::string& url : {"file:" + (folder_ / "shots/"), "file:" + (folder_ / "shots/[1-5].jpg")}) {
    CameraOptions options{.single_pass = true};
    options.snapshot_interval = 0.5;
    const auto seen = watch(url, 99, options);
    ASSERT_EQ(seen.size(), 4U) << url;
    EXPECT_EQ(stats_.state, CameraState::completed);
    EXPECT_EQ(stats_.decoding_soft_errors, 1U) << "4.jpg";
    const double times[] = {0, 0.5, 1, 2};
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_GT(grey(seen[i]), i > 0 ? grey(seen[i - 1]) : 0);
      EXPECT_NEAR(to_seconds(seen[i].stream_time), times[i], 0.001);
      EXPECT_NEAR(to_seconds(seen[i].read_at - seen[0].read_at), times[i], 0.001);
    }
  }
  EXPECT_EQ(watch("file:" + folder_ / "shots/*.jpg", 9).size(), 9U) << "again from the first";
  std::filesystem::create_directory(folder_ / "empty");
  EXPECT_EQ(watch("file:" + folder_ / "empty/", 1, {.single_pass = true}).size(), 0U);
  EXPECT_NE(stats_.message.find("there are no files in"), std::string::npos) << stats_.message;
}

// Wire forms that cameras have; the pictures are counted by the script.
TEST_F(StillsTest, JpegsOverHttpAreReadHoweverTheirHeadersAre) {
  NEED_DATA();
  const auto server = OddServer::http("--jpeg " + picture("snap.jpg", 80));
  ASSERT_TRUE(server.ok()) << server.error().text;
  for (const char* const quirk :
       {"wire=ok", "wire=nofirst", "wire=bare", "wire=lf", "wire=blank", "type=none", "type=octet",
        "length=wrong", "length=none", "length=huge&n=0", "header=plain", "header=none"}) {
    const auto seen =
        watch((*server)->url("", std::string("/mjpeg?") + quirk + "&fps=40&n=30"), 20, {.source_timeout = 4});
    EXPECT_EQ(seen.size(), 20U) << quirk;
    EXPECT_EQ(stats_.job_starts, 1U) << quirk << ": " << stats_.message;
    EXPECT_EQ(stats_.decoding_soft_errors, 0U) << quirk;
  }
}

TEST_F(StillsTest, APageIsNotTakenForJpegs) {
  NEED_DATA();
  const auto server = OddServer::http("--jpeg " + picture("snap.jpg", 80));
  ASSERT_TRUE(server.ok()) << server.error().text;
  auto source = open_source((*server)->url("", "/html"), {}, {});
  ASSERT_FALSE(source.ok());
  EXPECT_NE(source.error().text.find("it is not a video that FFmpeg can read"), std::string::npos);
}

// ffmpeg is the server, for one viewer.
TEST_F(StillsTest, RtmpAndSrtAreWatched) {
  const std::string clip = make_h264(folder_, "clip.mp4", 60);
  for (const auto& [form, url, server] : {std::array<std::string, 3>{"flv", "rtmp://127.0.0.1:", "/live/x"},
                                          {"mpegts", "srt://127.0.0.1:", ""}}) {
    const std::string address = url + std::to_string(testing::LoopbackListener().port()) + server;
    std::vector<std::string> arguments{"-v", "error", "-nostdin", "-re",  "-stream_loop", "-1",
                                       "-i", clip,    "-c",       "copy", "-f",           form};
    if (form == "flv") arguments.insert(arguments.end(), {"-listen", "1"});
    arguments.push_back(form == "flv" ? address : address + "?mode=listener");
    const auto child =
        testing::Child::start({"/usr/bin/ffmpeg", arguments, testing::own_environment(), folder_ / "log"});
    ASSERT_TRUE(child.ok());
    CameraOptions options;
    options.rtsp_reconnect_delay = 0.1;
    StreamCamera camera({"gate", address, {}, ""}, options, memory_, system_clock());
    SeeingSink sink;
    RunningCamera running(camera, sink);
    EXPECT_TRUE(sink.wait_for(20)) << form << ": " << camera.stats().message;
    running.stop();
    EXPECT_EQ(camera.stats().stamps_corrected, 0U) << form;
  }
}

// Its decoder keeps its pictures to itself.
TEST_F(StillsTest, Av1IsCopiedIntoOurBuffers) {
  const std::string clip = make_clip(folder_, "clip.mkv",
                                     "-f lavfi -i testsrc2=size=160x90:rate=10 -frames:v 12 -c:v libaom-av1 "
                                     "-cpu-used 8 -crf 40 -pix_fmt yuv420p");
  const auto seen = watch("file:" + clip, 99, {.single_pass = true, .play_speed = -1});
  EXPECT_EQ(stats_.state, CameraState::completed) << stats_.message;
  ASSERT_EQ(seen.size(), 12U);
  std::ifstream truth(make_clip(folder_, "truth.yuv", "-i " + clip + " -f rawvideo"), std::ios::binary);
  const std::string expected{std::istreambuf_iterator<char>(truth), {}};
  std::string all;
  for (const Observation& frame : seen) {
    all += frame.pixels;
    EXPECT_TRUE(frame.inside_lease);
  }
  EXPECT_TRUE(all == expected);
}

TEST_F(StillsTest, ACodecWithoutADecoderIsNamedWithWhatToDo) {
  const std::string clip =
      make_clip(folder_, "clip.mkv",
                "-f lavfi -i testsrc2=size=160x90:rate=10 -frames:v 2 -c:v libx264 -pix_fmt yuv420p");
  std::string bytes = bytes_of(clip);
  const std::string known = "V_MPEG4/ISO/AVC";
  const std::size_t at = bytes.find(known);
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, known.size(), std::string("V_UNKNOWN\0\0\0\0\0\0", known.size()));
  std::ofstream(folder_ / "unknown.mkv", std::ios::binary) << bytes;
  EXPECT_EQ(watch("file:" + folder_ / "unknown.mkv", 1, {.single_pass = true}).size(), 0U);
  EXPECT_NE(stats_.message.find("is not supported; set the camera to H.264 or H.265"), std::string::npos)
      << stats_.message;
}

}  // namespace
}  // namespace vigia::camera
