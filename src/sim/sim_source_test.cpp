#include "sim/sim_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "sim/painter.h"
#include "sim/scene.h"
#include "sim/sim_url.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace vigia::sim {
namespace {

using ::testing::HasSubstr;

struct Free {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

std::unique_ptr<SimSource> open_ok(const std::string& url) {
  Result<std::unique_ptr<SimSource>> source = open_sim(url);
  EXPECT_TRUE(source.ok()) << (source ? "" : source.error().text);
  return source ? std::move(source).value() : nullptr;
}

std::string bytes_of(const AVPacket& packet) {
  return {reinterpret_cast<const char*>(packet.data), static_cast<std::size_t>(packet.size)};
}

// Peak signal to noise of one plane, in dB.
double psnr(const std::uint8_t* a, int stride_a, const std::uint8_t* b, int stride_b, domain::Size size) {
  double sum = 0;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double off =
          a[static_cast<std::ptrdiff_t>(y) * stride_a + x] - b[static_cast<std::ptrdiff_t>(y) * stride_b + x];
      sum += off * off;
    }
  }
  return 10 * std::log10(255.0 * 255.0 * size.width * size.height / std::max(sum, 1.0));
}

TEST(SimUrl, IsReadKeyByKey) {
  const Result<SceneOptions> all =
      parse_sim_url("sim:faces=7&size=640x480&fps=12.5&seed=99&seconds=30&cycles=2");
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(*all, (SceneOptions{
                      .faces = 7, .size = {640, 480}, .fps = 12.5, .seed = 99, .seconds = 30, .cycles = 2}));
  EXPECT_EQ(*parse_sim_url("sim:"), SceneOptions{});
  EXPECT_EQ(parse_sim_url("sim:seed=18446744073709551615")->seed, 18446744073709551615ULL);
}

TEST(SimUrl, SaysWhatIsWrongAndWhatIsAllowed) {
  struct Case {
    std::string url;
    std::string says;
  };
  const std::vector<Case> cases = {
      {"rtsp://x", "is no sim: URL"},
      {"sim:face=4", "unknown key 'face'; allowed are scene, faces, size, fps, seed, seconds, cycles"},
      {"sim:faces", "'faces' is not key=value"},
      {"sim:faces=", "faces=: a whole number"},
      {"sim:faces=four", "faces=four: a whole number"},
      {"sim:faces=4.5", "faces=4.5: a whole number"},
      {"sim:faces=99999999999", "faces=99999999999"},
      {"sim:faces=-1", "faces=-1 is not possible: 0 to"},
      {"sim:faces=2&faces=3", "'faces' is there twice"},
      {"sim:faces=100", "faces=100 is not possible: 0 to"},
      {"sim:size=1280", "size=1280: WIDTHxHEIGHT"},
      {"sim:size=1280x", "WIDTHxHEIGHT"},
      {"sim:size=1280x720x3", "WIDTHxHEIGHT"},
      {"sim:size=-1280x720", "even numbers from 320x180"},
      {"sim:size=100x100", "even numbers from 320x180"},
      {"sim:fps=nan", "fps=nan: a number"},
      {"sim:fps=inf", "fps=inf: a number"},
      {"sim:fps=0", "1 to 120"},
      {"sim:fps=30fps", "fps=30fps: a number"},
      {"sim:seed=-1", "seed=-1: a whole number from 0"},
      {"sim:seconds=1", "seconds=1 is not possible: 10 to 3600"},
      {"sim:cycles=-2", "cycles=-2: a whole number from 0"},
  };
  for (const Case& c : cases) {
    const auto source = open_sim(c.url);
    ASSERT_FALSE(source.ok()) << c.url;
    EXPECT_EQ(source.error().code, ErrorCode::invalid) << c.url;
    EXPECT_THAT(source.error().text, HasSubstr(c.says)) << c.url;
  }
}

TEST(SimSource, IsDecodedToThePaintedPictures) {
  const std::string url = "sim:faces=6&size=640x360&fps=20&seed=3";
  const auto source = open_ok(url);
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->codec().codec_id, AV_CODEC_ID_H264);
  EXPECT_EQ(source->codec().width, 640);
  EXPECT_EQ(source->codec().height, 360);
  const Owned<AVCodecContext> decoder(avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_H264)));
  ASSERT_GE(avcodec_parameters_to_context(decoder.get(), &source->codec()), 0);
  decoder->thread_count = 1;
  ASSERT_GE(avcodec_open2(decoder.get(), nullptr, nullptr), 0);
  Painter painter(*Scene::make(*parse_sim_url(url)));
  const Owned<AVPacket> packet(av_packet_alloc());
  const Owned<AVFrame> frame(av_frame_alloc());
  for (int i = 0; i < 90; ++i) {
    ASSERT_TRUE(source->read(*packet, {}).ok());
    EXPECT_EQ(packet->pts * 20, i * std::int64_t{90000});
    EXPECT_EQ((packet->flags & AV_PKT_FLAG_KEY) != 0, i % 40 == 0) << i;
    ASSERT_GE(avcodec_send_packet(decoder.get(), packet.get()), 0);
    av_packet_unref(packet.get());
    ASSERT_GE(avcodec_receive_frame(decoder.get(), frame.get()), 0)
        << "no delay, so that latency can be measured";
    const I420Image& painted = painter.paint(from_seconds(i / 20.0));
    ASSERT_EQ(frame->format, AV_PIX_FMT_YUV420P);
    EXPECT_GT(psnr(frame->data[0], frame->linesize[0], painted.y.data(), painted.luma_stride(), painted.size),
              34)
        << i;
    const domain::Size chroma{painted.size.width / 2, painted.size.height / 2};
    EXPECT_GT(psnr(frame->data[1], frame->linesize[1], painted.u.data(), painted.chroma_stride(), chroma), 34)
        << i;
    EXPECT_GT(psnr(frame->data[2], frame->linesize[2], painted.v.data(), painted.chroma_stride(), chroma), 34)
        << i;
  }
}

TEST(SimSource, StaysWithinACamerasBitRate) {
  const auto source = open_ok("sim:faces=6&size=640x360&fps=10");
  ASSERT_NE(source, nullptr);
  const Owned<AVPacket> packet(av_packet_alloc());
  std::int64_t bytes = 0;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(source->read(*packet, {}).ok());
    bytes += packet->size;
    av_packet_unref(packet.get());
  }
  EXPECT_LT(bytes * 8 / 10, 1'000'000);  // a quarter of 720p's 3 Mbit/s, and a burst
}

TEST(SimSource, BeginsAgainAfterRewind) {
  const auto source = open_ok("sim:faces=3&size=320x180&fps=10");
  ASSERT_NE(source, nullptr);
  const Owned<AVPacket> packet(av_packet_alloc());
  std::vector<std::string> first, second;
  for (std::vector<std::string>* round : {&first, &second}) {
    for (int i = 0; i < 15; ++i) {
      ASSERT_TRUE(source->read(*packet, {}).ok());
      EXPECT_EQ(packet->pts, i * 9000);
      round->push_back(bytes_of(*packet));
      av_packet_unref(packet.get());
    }
    ASSERT_TRUE(source->rewind().ok());
  }
  EXPECT_EQ(first, second);
}

TEST(SimSource, EndsAfterItsCyclesOrNever) {
  const Owned<AVPacket> packet(av_packet_alloc());
  const auto count = [&](const std::string& url, int most) {
    const auto source = open_ok(url);
    for (int i = 0; source && i < most; ++i) {
      if (const Status status = source->read(*packet, {}); !status) {
        EXPECT_EQ(status.error().code, ErrorCode::ended);
        return i;
      }
      av_packet_unref(packet.get());
    }
    return most;
  };
  EXPECT_EQ(count("sim:faces=1&size=320x180&fps=2&seconds=10&cycles=2", 100), 40);
  EXPECT_EQ(count("sim:faces=1&size=320x180&fps=2&seconds=10", 100), 100);
}

TEST(SimSource, HeedsAStop) {
  const auto source = open_ok("sim:size=320x180");
  ASSERT_NE(source, nullptr);
  const Owned<AVPacket> packet(av_packet_alloc());
  std::stop_source stop;
  stop.request_stop();
  const Status status = source->read(*packet, stop.get_token());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace vigia::sim
