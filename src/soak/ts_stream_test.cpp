#include "soak/ts_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "base/file.h"
#include "camera/test_support.h"
#include "testing/temp_dir.h"

namespace vigia::soak {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr auto kScene = "sim:faces=1&size=320x180&fps=10&seed=3&seconds=10";

std::shared_ptr<const Loop> scene(const std::string& url = kScene, double seconds = 5) {
  auto loop = record_scene(url, seconds);
  EXPECT_TRUE(loop.ok()) << (loop ? "" : loop.error().text);
  return loop ? *loop : nullptr;
}

// libavformat's own reading of a transport stream.
struct Read {
  explicit Read(const std::string& bytes) {
    const std::string file = folder / "stream.ts";
    EXPECT_TRUE(write_file_atomically(file, bytes).ok());
    AVFormatContext* opened = nullptr;
    EXPECT_EQ(avformat_open_input(&opened, file.c_str(), nullptr, nullptr), 0);
    context.reset(opened);
    EXPECT_GE(avformat_find_stream_info(opened, nullptr), 0);
    camera::AvHandle<AVPacket> packet(av_packet_alloc());
    while (av_read_frame(opened, packet.get()) >= 0) {
      stamps.push_back(packet->dts);
      clean &= (packet->flags & AV_PKT_FLAG_CORRUPT) == 0;
      av_packet_unref(packet.get());
    }
  }
  testing::TempDir folder;
  camera::AvHandle<AVFormatContext> context;
  std::vector<std::int64_t> stamps;
  bool clean = true;
};

// Sizes of the pictures, as FFmpeg decodes them.
std::vector<domain::Size> decoded_sizes(const std::string& bytes) {
  const Read read(bytes);
  const auto list = camera::PacketList(read.folder / "stream.ts");
  camera::AvHandle<AVCodecContext> decoder(
      avcodec_alloc_context3(avcodec_find_decoder(list.codec().codec_id)));
  decoder->thread_count = 1;
  EXPECT_GE(avcodec_open2(decoder.get(), nullptr, nullptr), 0);
  camera::AvHandle<AVFrame> frame(av_frame_alloc());
  std::vector<domain::Size> sizes;
  const auto take = [&] {
    while (avcodec_receive_frame(decoder.get(), frame.get()) == 0) {
      EXPECT_EQ(frame->decode_error_flags, 0);
      sizes.push_back({frame->width, frame->height});
    }
  };
  for (const auto& packet : list.packets) {
    EXPECT_EQ(avcodec_send_packet(decoder.get(), packet.get()), 0);
    take();
  }
  avcodec_send_packet(decoder.get(), nullptr);
  take();
  return sizes;
}

std::string show(TsStream& stream, int packets) {
  std::string bytes;
  for (int i = 0; i < packets; ++i) {
    auto next = stream.next();
    EXPECT_TRUE(next.ok()) << (next ? "" : next.error().text);
    EXPECT_EQ(next->size() % 188, 0U);
    EXPECT_FALSE(next->empty()) << "nothing is kept back";
    bytes += *next;
  }
  return bytes;
}

TEST(LoopTest, ASceneIsRecordedOnceWithKeyFramesThatStandAlone) {
  const auto loop = scene();
  ASSERT_EQ(loop->packets.size(), 50U);
  EXPECT_EQ(loop->duration, 5 * kStampBase.den);
  EXPECT_EQ(loop->packets[0]->dts, 0);
  int keys = 0;
  for (const auto& packet : loop->packets) {
    if ((packet->flags & AV_PKT_FLAG_KEY) == 0) continue;
    ++keys;
    // A sequence parameter set (type 7) somewhere at its beginning.
    const std::string begin(reinterpret_cast<const char*>(packet->data), 64);
    EXPECT_NE(begin.find(std::string("\0\0\1\x67", 4)), std::string::npos);
  }
  EXPECT_EQ(keys, 3);
}

TEST(LoopTest, WhatCannotBeUsedIsSaid) {
  EXPECT_EQ(record_clip("/nonexistent/a.mp4").error().code, ErrorCode::not_found);
  EXPECT_THAT(record_clip("/nonexistent/a.mp4").error().text, HasSubstr("/nonexistent/a.mp4"));
  EXPECT_THAT(record_scene("sim:size=1x1", 5).error().text, HasSubstr("size"));
  const testing::TempDir folder;
  const std::string jpegs =
      camera::make_clip(folder, "a.avi", "-f lavfi -i testsrc2=size=320x180:rate=5 -frames:v 5 -c:v mjpeg");
  EXPECT_THAT(record_clip(jpegs).error().text, HasSubstr("its video is mjpeg; H.264"));
}

TEST(TsStreamTest, OverTheLoopsEndNothingCanBeSeen) {
  auto stream = TsStream::start(scene(), 0s);
  ASSERT_TRUE(stream.ok());
  const Read read(show(**stream, 170));  // 3.4 times
  ASSERT_EQ(read.stamps.size(), 170U);
  EXPECT_TRUE(read.clean);
  for (std::size_t i = 1; i < read.stamps.size(); ++i)
    EXPECT_EQ(read.stamps[i] - read.stamps[i - 1], 9000) << i;
  EXPECT_EQ((*stream)->due(), 17s);
}

TEST(TsStreamTest, AClipWithReorderedPicturesToo) {
  const testing::TempDir folder;
  const std::string file = camera::make_h264(folder, "b.mp4", 60, "-bf 2");
  auto loop = record_clip(file);
  ASSERT_TRUE(loop.ok()) << loop.error().text;
  ASSERT_EQ((*loop)->packets.size(), 60U);
  EXPECT_NEAR(static_cast<double>((*loop)->duration), 2 * kStampBase.den, 90);
  auto stream = TsStream::start(*loop, 0s);
  ASSERT_TRUE(stream.ok());
  const std::string bytes = show(**stream, 180);
  const Read read(bytes);
  ASSERT_EQ(read.stamps.size(), 180U);
  for (std::size_t i = 1; i < read.stamps.size(); ++i)
    EXPECT_NEAR(static_cast<double>(read.stamps[i] - read.stamps[i - 1]), 3000, 1) << i;
  EXPECT_EQ(decoded_sizes(bytes).size(), 180U);
}

TEST(TsStreamTest, BeginsAtTheKeyFrameThatIsNext) {
  const auto loop = scene();  // key frames at 0, 2 and 4 of 5 seconds
  const auto first = [&loop](Nanoseconds from) { return (*TsStream::start(loop, from))->due(); };
  EXPECT_EQ(first(0s), 0s);
  EXPECT_EQ(first(1ms), 2s);
  EXPECT_EQ(first(4s), 4s);
  EXPECT_EQ(first(4001ms), 5s);
  EXPECT_EQ(first(5s), 5s);
  EXPECT_EQ(first(100h + 6s), 100h + 7s);
}

TEST(TsStreamTest, WhatIsSkippedIsMissingAndItNeverGoesBack) {
  auto stream = *TsStream::start(scene(), 0s);
  static_cast<void>(show(*stream, 30));
  stream->skip_to(3500ms);
  EXPECT_EQ(stream->due(), 4s);
  stream->skip_to(1s);
  EXPECT_EQ(stream->due(), 4s);
}

TEST(TsStreamTest, PicturesChangeTheirSizeInMidStream) {
  auto stream = *TsStream::start(scene(), 0s);
  std::string bytes = show(*stream, 20);
  ASSERT_TRUE(stream->change_to(scene("sim:faces=0&size=480x360&fps=10&seconds=10", 5)));
  EXPECT_EQ(stream->due(), 2s);
  bytes += show(*stream, 20);
  const auto sizes = decoded_sizes(bytes);
  ASSERT_EQ(sizes.size(), 40U);
  EXPECT_EQ(sizes[19], (domain::Size{320, 180}));
  EXPECT_EQ(sizes[20], (domain::Size{480, 360}));
  const Read read(bytes);
  for (std::size_t i = 1; i < read.stamps.size(); ++i)
    EXPECT_EQ(read.stamps[i] - read.stamps[i - 1], 9000) << i;
}

TEST(TsStreamTest, AnotherCodecIsNotTaken) {
  const testing::TempDir folder;
  const std::string file = camera::make_clip(
      folder, "m.ts", "-f lavfi -i testsrc2=size=320x180:rate=10 -frames:v 30 -g 10 -c:v mpeg2video");
  auto loop = record_clip(file);
  ASSERT_TRUE(loop.ok()) << loop.error().text;
  auto stream = *TsStream::start(scene(), 0s);
  EXPECT_FALSE(stream->change_to(*loop));
  auto other = TsStream::start(*loop, 0s);
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(Read(show(**other, 60)).stamps.size(), 60U);
}

}  // namespace
}  // namespace vigia::soak
