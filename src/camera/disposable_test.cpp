#include "camera/disposable.h"

#include <gtest/gtest.h>

#include "camera/test_support.h"

namespace vigia::camera {
namespace {

int disposable(const std::string& file) {
  const PacketList list(file);
  int count = 0;
  for (const auto& packet : list.packets) count += is_disposable(*packet, list.codec()) ? 1 : 0;
  return count;
}

// What FFmpeg's decoder shows without the packets that are disposable.
std::vector<std::string> decode_without(const std::string& file, bool leave_out) {
  PacketList list(file);
  std::vector<std::string> out;
  AvHandle<AVCodecContext> context(avcodec_alloc_context3(avcodec_find_decoder(list.codec().codec_id)));
  avcodec_parameters_to_context(context.get(), &list.codec());
  EXPECT_GE(avcodec_open2(context.get(), nullptr, nullptr), 0);
  AvHandle<AVFrame> frame(av_frame_alloc());
  const auto take = [&] {
    while (avcodec_receive_frame(context.get(), frame.get()) == 0) {
      EXPECT_EQ(frame->decode_error_flags, 0);
      out.push_back(pixels(*frame));
    }
  };
  for (const auto& packet : list.packets) {
    if (leave_out && is_disposable(*packet, list.codec())) continue;
    avcodec_send_packet(context.get(), packet.get());
    take();
  }
  avcodec_send_packet(context.get(), nullptr);
  take();
  return out;
}

void expect_others_unharmed(const std::string& file) {
  const std::vector<std::string> all = decode_without(file, false), rest = decode_without(file, true);
  EXPECT_EQ(static_cast<int>(all.size() - rest.size()), disposable(file));
  std::size_t at = 0;
  for (const std::string& picture : rest) {
    while (at < all.size() && all[at] != picture) ++at;
    ASSERT_LT(at, all.size()) << "a picture has changed";
  }
}

TEST(Disposable, NoneWhereEachPictureRefersToTheOneBefore) {
  const testing::TempDir folder;
  EXPECT_EQ(disposable(make_h264(folder, "p.mp4")), 0);
  EXPECT_EQ(disposable(make_h264(folder, "p.h264")), 0) << "start codes";
}

TEST(Disposable, TheOthersOfH264AreUnharmed) {
  const testing::TempDir folder;
  const std::string file = make_h264(folder, "b.mp4", 60, "-bf 2 -b_strategy 0");
  EXPECT_GT(disposable(file), 15);
  expect_others_unharmed(file);
  EXPECT_GT(disposable(make_h264(folder, "b.h264", 60, "-bf 2 -b_strategy 0")), 15);
}

TEST(Disposable, TheOthersOfH265AreUnharmed) {
  const testing::TempDir folder;
  const std::string file =
      make_clip(folder, "b.mp4",
                "-f lavfi -i testsrc2=size=320x180:rate=30 -frames:v 60 -c:v libx265 -preset ultrafast "
                "-x265-params log-level=error:bframes=3:keyint=15 -pix_fmt yuv420p");
  EXPECT_GT(disposable(file), 15);
  expect_others_unharmed(file);
}

TEST(Disposable, AnyBytesAreAccepted) {
  AVCodecParameters codec{};
  codec.codec_id = AV_CODEC_ID_H264;
  AvHandle<AVPacket> packet(av_packet_alloc());
  EXPECT_FALSE(is_disposable(*packet, codec));
  for (int size = 1; size < 12; ++size) {
    av_new_packet(packet.get(), size);
    std::fill(packet->data, packet->data + size, size > 6 ? 0 : 1);
    EXPECT_FALSE(is_disposable(*packet, codec));
    av_packet_unref(packet.get());
  }
}

}  // namespace
}  // namespace vigia::camera
