#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "camera/av_options.h"
#include "camera/source_factory.h"
#include "camera/source_url.h"
#include "camera/test_support.h"

namespace vigia::camera {
namespace {

TEST(SourceUrl, KnowsFilesInThreeSpellings) {
  const std::pair<const char*, const char*> kCases[] = {{"file:a/b.mp4", "a/b.mp4"},
                                                        {"file:/a/b.mp4", "/a/b.mp4"},
                                                        {"file:///a/b.mp4", "/a/b.mp4"},
                                                        {"file://localhost/a b.mp4", "/a b.mp4"},
                                                        {"FILE:x:y.mp4", "x:y.mp4"}};
  for (const auto& [url, path] : kCases) {
    const auto source = parse_source_url(url);
    ASSERT_TRUE(source.ok()) << url;
    EXPECT_EQ(source->path, path);
    EXPECT_EQ(source->url, std::string("file:") + path);
    EXPECT_EQ(source->protocols, "file");
  }
}

TEST(SourceUrl, RefusesWhatNoCameraIs) {
  for (const char* const url :
       {"", "x.mp4", "/etc/passwd", "data:text/plain,x", "concat:a|b", "pipe:0", "file:", "file://host/x",
        "ftp://user:hidden@host/x", "subfile,,start,0,,:x", "udp://1.2.3.4:5", "rtsp:/x"}) {
    const auto source = parse_source_url(url);
    ASSERT_FALSE(source.ok()) << url;
    EXPECT_EQ(source.error().code, ErrorCode::invalid);
    EXPECT_EQ(source.error().text.find("hidden"), std::string::npos);
  }
}

TEST(SourceUrl, ALineBreakIsRefusedAndNotShown) {
  for (const char* const url : {"rtsp://10.0.0.5/a\nb", "file:a\tb.mp4", "sim:faces=2\r", "a\nb"}) {
    const auto source = parse_source_url(url);
    ASSERT_FALSE(source.ok());
    EXPECT_EQ(source.error().text.find_first_of("\n\r\t"), std::string::npos);
  }
}

TEST(AvOptions, RtspGoesOverTcpUnlessToldOtherwise) {
  const auto source = parse_source_url("rtsp://host/x");
  AvOptions by_default, chosen;
  ASSERT_TRUE(make_av_options(*source, {}, by_default).ok());
  EXPECT_STREQ(av_dict_get(*by_default.get(), "rtsp_transport", nullptr, 0)->value, "tcp");
  EXPECT_STREQ(av_dict_get(*by_default.get(), "reorder_queue_size", nullptr, 0)->value, "2");
  ASSERT_TRUE(make_av_options(*source, {.ffmpeg_params = {"rtsp_transport=udp"}}, chosen).ok());
  EXPECT_STREQ(av_dict_get(*chosen.get(), "rtsp_transport", nullptr, 0)->value, "udp");
  EXPECT_STREQ(av_dict_get(*chosen.get(), "reorder_queue_size", nullptr, 0)->value, "128");
}

TEST(AvOptions, RefusesWhatFfmpegDoesNotKnowWithoutShowingValues) {
  const auto source = parse_source_url("rtsp://host/x");
  const std::pair<const char*, const char*> kCases[] = {
      {"no_such_option=hidden", "no option 'no_such_option'"},
      {"hidden", "key=value"},
      {"=hidden", "key=value"},
      {"protocol_whitelist=hidden", "cannot be set"},
      {"protocol_blacklist=hidden", "cannot be set"}};
  for (const auto& [param, expected] : kCases) {
    AvOptions options;
    const Status made = make_av_options(*source, {.ffmpeg_params = {param}}, options);
    ASSERT_FALSE(made.ok()) << param;
    EXPECT_NE(made.error().text.find(expected), std::string::npos) << made.error().text;
    EXPECT_EQ(made.error().text.find("hidden"), std::string::npos) << made.error().text;
  }
  EXPECT_EQ(find_input_format({.ffmpeg_format = "nonsense"}).error().code, ErrorCode::invalid);
  EXPECT_TRUE(find_input_format({.ffmpeg_format = "mjpeg"}).ok());
}

TEST(SourceUrl, ACharacterThatEndsTheServersPartInsideALoginIsNamedWithItsCode) {
  for (const auto& [url, code] : {std::pair<const char*, const char*>("rtsp://admin:pa/ss@10.0.0.5/x", "%2F"),
                                  {"rtsp://admin:pa#ss@10.0.0.5:554/x", "%23"},
                                  {"http://admin:pa?ss@cam.lan/x", "%3F"},
                                  {"rtsps://admin:12345#x@10.0.0.5/x", "%23"},
                                  {"rtsp://admin:12345/@localhost/x", "%2F"},
                                  {"rtsp://first.last:pa/ss@10.0.0.5/x", "%2F"},
                                  {"rtsp://admin:p@ss/word@10.0.0.5/x", "%2F"},
                                  {"rtsp://admin:/secret@10.0.0.5/x", "%2F"},
                                  {"rtsp://ad/min:secret@10.0.0.5/x", "%2F"},
                                  {"rtsp://admin:pa/s?s@[fe80::1]/x", "%2F and %3F"}}) {
    SCOPED_TRACE(url);
    const auto source = parse_source_url(url);
    ASSERT_FALSE(source.ok());
    EXPECT_EQ(source.error().code, ErrorCode::invalid);
    EXPECT_NE(source.error().text.find(code), std::string::npos) << source.error().text;
    EXPECT_NE(source.error().text.find("keys username and password"), std::string::npos);
    for (const char* const secret : {"ss@", "12345", "secret", "word"}) {
      EXPECT_EQ(source.error().text.find(std::string(secret) + "@"), std::string::npos)
          << source.error().text;
    }
  }
}

TEST(SourceUrl, AnAtInThePathIsNoLogin) {
  for (const char* const url :
       {"rtsp://10.0.0.5/stream@1", "rtsp://10.0.0.5:554/live/a@b.c", "rtsp://cam/x@y",
        "rtsp://cam:554/user@main", "rtsp://cam/live?user=me@home.lan", "rtsp://nvr:554/live?user=a@b.c",
        "rtsp://admin:secret@10.0.0.5/a@b", "rtsp://admin:secret@cam/a@b.c",
        "rtsp://admin:p@ss:word@10.0.0.5/x", "http://[fe80::1]:80/x@y", "rtsp://admin:100%41@10.0.0.5/x"}) {
    EXPECT_TRUE(parse_source_url(url).ok()) << url;
  }
}

TEST(SourceUrl, UsernameAndPasswordAreCodedForTheUrl) {
  const auto whole =
      url_with_login("rtsp://10.0.0.5:554/x?y=1", {.username = "me@home", .password = "a/b#c?d%41 e:f\"\\ü"});
  ASSERT_TRUE(whole.ok()) << whole.error().text;
  EXPECT_EQ(*whole, "rtsp://me%40home:a%2Fb%23c%3Fd%2541%20e%3Af%22%5Cü@10.0.0.5:554/x?y=1");
  EXPECT_TRUE(parse_source_url(*whole).ok());
  EXPECT_EQ(*url_with_login("rtsp://10.0.0.5/x", {}), "rtsp://10.0.0.5/x");
}

TEST(SourceUrl, ALoginThatCannotBeUsedIsRefusedWithoutShowingIt) {
  for (const auto& [url, options] :
       {std::pair<const char*, CameraOptions>("rtsp://a:b@host/x",
                                              {.username = "admin", .password = "hidden"}),
        {"file:/x.mp4", {.password = "hidden"}},
        {"rtsp://host/x", {.username = "a:b", .password = "hidden"}},
        {"rtsp://host/x", {.username = "a", .password = std::string(126, '/')}}}) {
    const auto whole = url_with_login(url, options);
    ASSERT_FALSE(whole.ok()) << url;
    EXPECT_EQ(whole.error().code, ErrorCode::invalid);
    EXPECT_EQ(whole.error().text.find("hidden"), std::string::npos);
  }
}

class FileSourceTest : public ::testing::Test {
 protected:
  static Error failure(const std::string& url, const CameraOptions& options = {}) {
    auto source = open_source(url, options, {});
    return source.ok() ? Error{} : source.error();
  }
  testing::TempDir folder_;
};

TEST_F(FileSourceTest, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(failure("file:" + (folder_ / "none.mp4")).code, ErrorCode::not_found);
  EXPECT_NE(failure("file:" + folder_.path().string()).text.find("not a plain file"), std::string::npos);
  std::ofstream(folder_ / "text.mp4") << std::string(5000, 'x');
  EXPECT_NE(failure("file:" + (folder_ / "text.mp4")).text.find("not a video"), std::string::npos);
  make_clip(folder_, "sound.wav", "-f lavfi -i sine=duration=1");
  EXPECT_NE(failure("file:" + (folder_ / "sound.wav")).text.find("no video"), std::string::npos);
}

TEST_F(FileSourceTest, DoesNotWaitOnAPipe) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe.mp4").c_str(), 0600), 0);
  EXPECT_NE(failure("file:" + (folder_ / "pipe.mp4")).text.find("not a plain file"), std::string::npos);
}

TEST_F(FileSourceTest, AnOptionOfAnotherKindOfSourceIsNamed) {
  const std::string clip = make_h264(folder_, "clip.mp4", 15);
  const Error error = failure("file:" + clip, {.ffmpeg_params = {"rtsp_transport=udp"}});
  EXPECT_EQ(error.code, ErrorCode::invalid);
  EXPECT_NE(error.text.find("'rtsp_transport' is no option"), std::string::npos) << error.text;
}

TEST_F(FileSourceTest, AListInAFileCannotReachTheNetworkOrOtherProtocols) {
  std::ofstream(folder_ / "list.m3u8") << "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n"
                                          "http://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n";
  EXPECT_FALSE(failure("file:" + (folder_ / "list.m3u8")).text.empty());
}

TEST_F(FileSourceTest, GivesAllPacketsAgainAfterRewind) {
  for (const char* const name : {"clip.mp4", "clip.mkv", "clip.ts", "clip.gif", "clip.avi"}) {
    const bool h264 = std::string(name) != "clip.gif" && std::string(name) != "clip.avi";
    const std::string clip =
        h264 ? make_h264(folder_, name, 20, "-bf 2")
             : make_clip(folder_, name, "-f lavfi -i testsrc2=size=160x90:rate=10 -frames:v 20");
    auto source = open_source("file:" + clip, {}, {});
    ASSERT_TRUE(source.ok()) << source.error().text;
    EXPECT_FALSE((*source)->live());
    for (int pass = 0; pass < 3; ++pass) {
      int packets = 0;
      AvHandle<AVPacket> packet(av_packet_alloc());
      for (;;) {
        const Status read = (*source)->read(*packet, {});
        if (!read.ok()) {
          EXPECT_EQ(read.error().code, ErrorCode::ended) << read.error().text;
          break;
        }
        ++packets;
        av_packet_unref(packet.get());
      }
      EXPECT_EQ(packets, 20) << name << ", pass " << pass;
      ASSERT_TRUE((*source)->rewind().ok()) << name;
    }
  }
}

TEST(SourceTest, APaintedSceneIsReadAsAFileIs) {
  const auto source = open_source("sim:faces=0&size=320x180", {}, {});
  ASSERT_TRUE(source.ok()) << source.error().text;
  EXPECT_FALSE((*source)->live());
}

}  // namespace
}  // namespace vigia::camera
