#include "camera/decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "camera/h264_gaps.h"
#include "camera/test_support.h"

namespace vigia::camera {
namespace {

class DecoderTest : public ::testing::Test {
 protected:
  // Pushes the packets from `begin` up to `end`, and remembers the pictures.
  void decode(Decoder& decoder, PacketList& list, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      decoder.push(*list.packets[i], {.read_at = SteadyTime(Nanoseconds(i)), .came = {}});
      take(decoder);
    }
  }
  void take(Decoder& decoder) {
    while (const AVFrame* const frame = decoder.next()) {
      pictures_.push_back(pixels(*frame));
      read_times_.push_back(decoder.times_of(*frame).read_at.time_since_epoch().count());
      all_shareable_ &= decoder.shareable(*frame);
      const memory::SharedLease lease = lease_of(*frame);
      const auto* const begin = reinterpret_cast<const std::uint8_t*>(lease.data());
      all_inside_ &= frame->data[0] >= begin && frame->data[2] < begin + lease.size();
      if (keep_) kept_.push_back(lease);
    }
  }
  std::unique_ptr<Decoder> open(const PacketSource& source, int for_others = 4) {
    auto decoder = Decoder::open(source, pool_, counters_, for_others, account_);
    EXPECT_TRUE(decoder.ok());
    return std::move(*decoder);
  }
  // The reference pictures without those of the packets in [begin, end).
  static std::vector<std::string> without(std::vector<std::string> all, int begin, int end) {
    all.erase(all.begin() + begin, all.begin() + end);
    return all;
  }

  testing::TempDir folder_;
  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 64_MiB}};
  PicturePool pool_{memory_, "test"};
  std::shared_ptr<memory::Account> account_ = memory_.budget().open("test", memory::Kind::packets);
  CaptureCounters counters_;
  std::vector<std::string> pictures_;
  std::vector<std::int64_t> read_times_;
  std::vector<memory::SharedLease> kept_;
  bool keep_ = false;
  bool all_shareable_ = true;
  bool all_inside_ = true;
};

TEST_F(DecoderTest, GivesWhatFfmpegGivesStraightFromThePool) {
  const std::string clip = make_h264(folder_, "clip.mp4");
  PacketList list(clip);
  const auto decoder = open(list);
  decode(*decoder, list, 0, list.packets.size());
  decoder->finish();
  take(*decoder);
  EXPECT_EQ(pictures_.size(), 60U);
  EXPECT_TRUE(pictures_ == decode_plainly(clip));
  EXPECT_TRUE(all_shareable_);
  EXPECT_TRUE(all_inside_);
  EXPECT_EQ(counters_.decoding_soft_errors, 0U);
}

TEST_F(DecoderTest, KeepsOrderAndReadTimesWithBFrames) {
  const std::string clip = make_h264(folder_, "clip.mp4", 60, "-bf 3 -b_strategy 0");
  PacketList list(clip);
  const auto decoder = open(list);
  decode(*decoder, list, 0, list.packets.size());
  decoder->finish();
  take(*decoder);
  EXPECT_TRUE(pictures_ == decode_plainly(clip));
  // Each picture carries the time of its own packet: all different, and not in order of showing.
  EXPECT_EQ(std::set<std::int64_t>(read_times_.begin(), read_times_.end()).size(), 60U);
  EXPECT_FALSE(std::is_sorted(read_times_.begin(), read_times_.end()));
}

TEST_F(DecoderTest, ShowsNothingFromABrokenPacketToTheNextKeyFrame) {
  const std::string clip = make_h264(folder_, "clip.mp4");
  PacketList list(clip);
  AVPacket& broken = *list.packets[20];
  ASSERT_GE(av_packet_make_writable(&broken), 0);
  std::memset(broken.data + 5, 0xff, static_cast<std::size_t>(broken.size - 5));
  const auto decoder = open(list);
  decode(*decoder, list, 0, list.packets.size());
  decoder->finish();
  take(*decoder);
  EXPECT_TRUE(pictures_ == without(decode_plainly(clip), 20, 30));
  EXPECT_EQ(counters_.decoding_soft_errors, 1U);
  EXPECT_EQ(counters_.frames_dropped_damaged, 9U);
}

TEST_F(DecoderTest, ShowsNothingAfterALostPacketUpToTheNextKeyFrame) {
  const std::string clip = make_h264(folder_, "clip.mp4");
  PacketList list(clip);
  list.packets.erase(list.packets.begin() + 20);
  const auto decoder = open(list);
  decode(*decoder, list, 0, list.packets.size());
  decoder->finish();
  take(*decoder);
  EXPECT_TRUE(pictures_ == without(decode_plainly(clip), 20, 30));
  EXPECT_GE(counters_.decoding_soft_errors, 1U);
}

TEST_F(DecoderTest, LeavesOutPacketsThatTheDemuxerCallsCorrupt) {
  const std::string clip = make_h264(folder_, "clip.mp4");
  PacketList list(clip);
  list.packets[40]->flags |= AV_PKT_FLAG_CORRUPT;
  const auto decoder = open(list);
  decode(*decoder, list, 0, list.packets.size());
  decoder->finish();
  take(*decoder);
  EXPECT_TRUE(pictures_ == without(decode_plainly(clip), 40, 45));
}

TEST_F(DecoderTest, WithoutABufferItLosesUpToTheNextKeyFrameAndGoesOn) {
  const std::string clip = make_h264(folder_, "clip.mp4");
  PacketList list(clip);
  const auto decoder = open(list, 20);
  keep_ = true;
  decode(*decoder, list, 0, 5);
  const auto all = memory_.budget().open("somebody else", memory::Kind::tensors);
  all->charge(memory_.budget().limit());
  decode(*decoder, list, 5, 20);  // needs new buffers, as all are kept; there is a key frame at 15
  EXPECT_EQ(pictures_.size(), 5U);
  EXPECT_TRUE(decoder->starved());
  EXPECT_EQ(counters_.frames_dropped_no_buffer, 15U);
  all->discharge(memory_.budget().limit());
  keep_ = false;
  kept_.clear();
  decode(*decoder, list, 20, list.packets.size());
  EXPECT_FALSE(decoder->starved());
  EXPECT_TRUE(pictures_ == without(decode_plainly(clip), 5, 30));
  EXPECT_EQ(counters_.frames_dropped_no_buffer, 25U);
  EXPECT_EQ(counters_.decoding_soft_errors, 0U);
}

TEST_F(DecoderTest, GarbageIsCountedAndHasNoOtherEffect) {
  const std::string clip = make_h264(folder_, "clip.mp4");
  PacketList list(clip);
  std::uint32_t state = 1;
  for (const auto& packet : list.packets) {
    ASSERT_GE(av_packet_make_writable(packet.get()), 0);
    for (int i = 4; i < packet->size; ++i) {
      state = state * 1664525 + 1013904223;
      packet->data[i] = static_cast<std::uint8_t>(state >> 24);
    }
  }
  const auto decoder = open(list);
  decode(*decoder, list, 0, list.packets.size());
  decoder->finish();
  take(*decoder);
  EXPECT_TRUE(pictures_.empty());
  EXPECT_GE(counters_.decoding_soft_errors, 1U);
}

TEST_F(DecoderTest, BeginsAnewAfterTheEnd) {
  const std::string clip = make_h264(folder_, "clip.mp4", 30, "-bf 2");
  PacketList list(clip);
  const auto decoder = open(list);
  for (int pass = 0; pass < 3; ++pass) {
    decode(*decoder, list, 0, list.packets.size());
    decoder->finish();
    take(*decoder);
    decoder->restart();
  }
  EXPECT_EQ(pictures_.size(), 90U);
  EXPECT_EQ(pictures_.front(), pictures_[30]);
  EXPECT_EQ(counters_.decoding_soft_errors, 0U);
}

TEST_F(DecoderTest, APictureThatSomebodyHoldsNeverChanges) {
  const std::string clip = make_h264(folder_, "clip.mp4", 45, "-bf 2 -refs 4");
  PacketList list(clip);
  const auto decoder = open(list, 60);
  std::vector<std::pair<domain::Frame, std::string>> held;
  const auto hold = [&] {
    while (const AVFrame* const frame = decoder->next()) {
      domain::Frame mine;
      mine.buffer = lease_of(*frame);
      mine.size = {frame->width, frame->height};
      for (std::size_t i = 0; i < 3; ++i) mine.planes[i] = {frame->data[i], frame->linesize[i]};
      EXPECT_FALSE(av_buffer_is_writable(frame->buf[0]));
      held.emplace_back(mine, pixels(*frame));
    }
  };
  for (const auto& packet : list.packets) {
    decoder->push(*packet, {});
    hold();
  }
  decoder->finish();
  hold();
  ASSERT_EQ(held.size(), 45U);
  for (const auto& [frame, before] : held) EXPECT_TRUE(pixels(frame) == before);
}

// SPS bytes up to and past the flag, by hand: profile 66, level 30, id 0, log2_max_frame_num 4, order
// type 0, log2_max_order 4, one reference frame, the flag: 1 | 1 | 1 | 1 | 010 | flag.
TEST(H264Gaps, ReadsTheFlagInBothKindsOfExtradata) {
  for (const bool allowed : {false, true}) {
    const auto bits = static_cast<std::uint8_t>(0b11110100 | (allowed ? 1 : 0));
    const std::vector<std::uint8_t> start_codes = {0, 0, 0, 1, 0x67, 66, 0, 30, bits, 0x80};
    const std::vector<std::uint8_t> avcc = {1, 66, 0, 30, 0xff, 0xe1, 0, 6, 0x67, 66, 0, 30, bits, 0x80};
    EXPECT_EQ(h264_allows_gaps(start_codes), allowed);
    EXPECT_EQ(h264_allows_gaps(avcc), allowed);
  }
}

TEST(H264Gaps, EmptyAndTruncatedExtradataDoNotAllowThem) {
  EXPECT_FALSE(h264_allows_gaps({}));
  const std::vector<std::uint8_t> cut = {0, 0, 1, 0x67, 100, 0, 30};
  EXPECT_FALSE(h264_allows_gaps(cut));
  std::vector<std::uint8_t> rubbish = {0, 0, 1, 0x67, 100};
  std::uint32_t state = 1;
  for (int i = 0; i < 3000; ++i) {
    state = state * 1664525 + 1013904223;
    rubbish.push_back(static_cast<std::uint8_t>(state >> 24));
    static_cast<void>(h264_allows_gaps(rubbish));  // ends, and reads nothing beyond
  }
}

TEST_F(DecoderTest, TheGapsOfARealEncodersStreamAreLosses) {
  for (const char* const name : {"clip.mp4", "clip.ts", "clip.h264"}) {
    PacketList list(make_h264(folder_, name, 3));
    ASSERT_GT(list.codec().extradata_size, 0) << name;
    EXPECT_FALSE(
        h264_allows_gaps({list.codec().extradata, static_cast<std::size_t>(list.codec().extradata_size)}));
  }
}

}  // namespace
}  // namespace vigia::camera
