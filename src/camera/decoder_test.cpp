#include "camera/decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <set>

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
    auto decoder =
        Decoder::open({source.codec(), source.time_base(), pool_, counters_, for_others, account_});
    EXPECT_TRUE(decoder.ok());
    return std::move(*decoder);
  }
  // All packets of the list, and what the decoder still holds at their end.
  void decode_all(PacketList& list) {
    const auto decoder = open(list);
    decode(*decoder, list, 0, list.packets.size());
    decoder->finish();
    take(*decoder);
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
  decode_all(list);
  EXPECT_EQ(pictures_.size(), 60U);
  EXPECT_TRUE(pictures_ == decode_plainly(clip));
  EXPECT_TRUE(all_shareable_);
  EXPECT_TRUE(all_inside_);
  EXPECT_EQ(counters_.decoding_soft_errors, 0U);
}

TEST_F(DecoderTest, KeepsOrderAndReadTimesWithBFrames) {
  const std::string clip = make_h264(folder_, "clip.mp4", 60, "-bf 3 -b_strategy 0");
  PacketList list(clip);
  decode_all(list);
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
  decode_all(list);
  EXPECT_TRUE(pictures_ == without(decode_plainly(clip), 20, 30));
  EXPECT_EQ(counters_.decoding_soft_errors, 1U);
  EXPECT_EQ(counters_.frames_dropped_damaged, 9U);
}

TEST_F(DecoderTest, ShowsNothingAfterALostPacketUpToTheNextKeyFrame) {
  const std::string clip = make_h264(folder_, "clip.mp4");
  PacketList list(clip);
  list.packets.erase(list.packets.begin() + 20);
  decode_all(list);
  EXPECT_TRUE(pictures_ == without(decode_plainly(clip), 20, 30));
  EXPECT_GE(counters_.decoding_soft_errors, 1U);
}

TEST_F(DecoderTest, LeavesOutPacketsThatTheDemuxerCallsCorrupt) {
  const std::string clip = make_h264(folder_, "clip.mp4");
  PacketList list(clip);
  list.packets[40]->flags |= AV_PKT_FLAG_CORRUPT;
  decode_all(list);
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
  decode_all(list);
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

// ---- where decoding may begin ----

// A key frame every 15 frames; extra: further options of x265.
std::string make_h265(const testing::TempDir& folder, const std::string& name,
                      const std::string& extra = "") {
  return make_clip(folder, name,
                   "-f lavfi -i testsrc2=size=320x180:rate=30 -frames:v 60 -pix_fmt yuv420p -c:v libx265 "
                   "-preset ultrafast -x265-params log-level=none:min-keyint=15:keyint=15:scenecut=0" +
                       extra);
}

TEST_F(DecoderTest, ShowsNothingBeforeTheFirstKeyFrame) {
  for (const std::string& clip :
       {make_h264(folder_, "clip.h264"), make_h265(folder_, "clip.hevc", ":bframes=0")}) {
    PacketList list(clip);
    const auto decoder = open(list);
    pictures_.clear();
    const std::uint64_t before = counters_.frames_dropped_damaged;
    decode(*decoder, list, 5, 15);
    EXPECT_TRUE(pictures_.empty()) << clip;
    EXPECT_NE(counters_.no_picture_since, 0) << clip;
    decode(*decoder, list, 15, list.packets.size());
    decoder->finish();
    take(*decoder);
    EXPECT_TRUE(pictures_ == without(decode_plainly(clip), 0, 15)) << clip;
    EXPECT_EQ(counters_.frames_dropped_damaged - before, 10U) << clip;
    EXPECT_EQ(counters_.no_picture_since, 0) << clip;
  }
  EXPECT_EQ(counters_.decoding_soft_errors, 0U);
}

// The pictures that are decoded after a CRA picture and shown before it need pictures before it.
TEST_F(DecoderTest, BeginsAtAnOpenGroupOfH265WithoutItsLeadingPictures) {
  const std::string clip = make_h265(folder_, "clip.hevc", ":open-gop=1:bframes=3:b-adapt=0");
  PacketList list(clip);
  const auto decoder = open(list);
  decode(*decoder, list, 1, list.packets.size());
  decoder->finish();
  take(*decoder);
  const std::vector<std::string> all = decode_plainly(clip);
  ASSERT_GE(pictures_.size(), 40U);
  for (const std::string& picture : pictures_) {
    EXPECT_TRUE(std::find(all.begin(), all.end(), picture) != all.end());
  }
  EXPECT_EQ(counters_.decoding_soft_errors, 0U);
}

TEST_F(DecoderTest, ALostPictureOfH265IsNoticed) {
  const std::string clip = make_h265(folder_, "clip.hevc", ":bframes=0");
  PacketList list(clip);
  list.packets.erase(list.packets.begin() + 20);
  decode_all(list);
  EXPECT_TRUE(pictures_ == without(decode_plainly(clip), 20, 30));
  EXPECT_EQ(counters_.decoding_soft_errors, 1U);
}

// Removes the slice with this number from a packet with start codes.
void remove_slice(AVPacket& packet, int number) {
  std::vector<int> starts;
  for (int i = 0; i + 3 < packet.size; ++i) {
    if (packet.data[i] == 0 && packet.data[i + 1] == 0 && packet.data[i + 2] == 1) starts.push_back(i);
  }
  starts.push_back(packet.size);
  ASSERT_GT(static_cast<int>(starts.size()), number + 1);
  ASSERT_GE(av_packet_make_writable(&packet), 0);
  const int from = starts[static_cast<std::size_t>(number)],
            to = starts[static_cast<std::size_t>(number) + 1];
  std::memmove(packet.data + from, packet.data + to, static_cast<std::size_t>(packet.size - to));
  av_shrink_packet(&packet, packet.size - (to - from));
}

TEST_F(DecoderTest, APictureWithoutOneOfItsSlicesIsNotShown) {
  for (const int lost : {0, 1, 2}) {
    for (const std::string& clip : {make_h264(folder_, "clip.h264", 60, "-bf 0 -slices 3"),
                                    make_h265(folder_, "clip.hevc", ":bframes=0:slices=3")}) {
      PacketList list(clip);
      remove_slice(*list.packets[20], lost);
      const auto decoder = open(list);
      pictures_.clear();
      const std::uint64_t before = counters_.decoding_soft_errors;
      decode(*decoder, list, 0, list.packets.size());
      decoder->finish();
      take(*decoder);
      EXPECT_TRUE(pictures_ == without(decode_plainly(clip), 20, 30)) << clip << " slice " << lost;
      EXPECT_EQ(counters_.decoding_soft_errors - before, 1U) << clip << " slice " << lost;
    }
  }
}

// Another picture is in the buffer that a JPEG is decoded into: a part that is not painted would show it.
TEST_F(DecoderTest, AJpegThatBreaksOffIsNotShown) {
  const std::string clip =
      make_clip(folder_, "clip.avi",
                "-f lavfi -i testsrc2=size=320x240:rate=30 -frames:v 30 -pix_fmt yuvj420p "
                "-c:v mjpeg -q:v 3");
  PacketList list(clip);
  for (const int cut : {10, 11, 20})
    av_shrink_packet(list.packets[static_cast<std::size_t>(cut)].get(),
                     list.packets[static_cast<std::size_t>(cut)]->size / 4 * (cut % 3 + 1));
  const auto decoder = open(list);
  decode(*decoder, list, 0, list.packets.size());
  std::vector<std::string> whole = without(decode_plainly(clip), 20, 21);
  EXPECT_TRUE(pictures_ == without(whole, 10, 12));
  EXPECT_EQ(counters_.decoding_soft_errors, 3U);
}

TEST_F(DecoderTest, AJpegWithoutItsEndMarkOrWithBytesTooManyIsShown) {
  const std::string clip =
      make_clip(folder_, "clip.avi",
                "-f lavfi -i testsrc2=size=320x240:rate=30 -frames:v 12 -pix_fmt yuvj420p "
                "-c:v mjpeg -q:v 3");
  PacketList list(clip);
  AVPacket& endless = *list.packets[5];
  while (endless.size > 2 &&
         !(endless.data[endless.size - 2] == 0xff && endless.data[endless.size - 1] == 0xd9)) {
    av_shrink_packet(&endless, endless.size - 1);
  }
  av_shrink_packet(&endless, endless.size - 2);
  AVPacket& longer = *list.packets[7];
  const int size = longer.size;
  ASSERT_GE(av_grow_packet(&longer, 300), 0);
  std::memset(longer.data + size, 0x5a, 300);
  const auto decoder = open(list);
  decode(*decoder, list, 0, list.packets.size());
  EXPECT_TRUE(pictures_ == decode_plainly(clip));
  EXPECT_EQ(counters_.decoding_soft_errors, 0U);
}

// ---- where it may begin anew after a loss ----

// Frames 0 and 20 are intra pictures (the colours change); only the first is marked as a key frame.
std::string make_unmarked(const testing::TempDir& folder, const std::string& name, int references) {
  return make_clip(folder, name,
                   "-f lavfi -i \"testsrc2=size=320x180:rate=30,negate=enable='gte(n,20)'\" -frames:v 40 "
                   "-pix_fmt yuv420p -c:v libx264 -bf 0 -preset veryfast -g 1000 -keyint_min 500 "
                   "-bsf:v filter_units=remove_types=6 -refs " +
                       std::to_string(references));
}

TEST_F(DecoderTest, BeginsAnewAtAnUnmarkedIntraPicture) {
  const std::string clip = make_unmarked(folder_, "clip.h264", 1);
  PacketList list(clip);
  list.packets[10]->flags |= AV_PKT_FLAG_CORRUPT;
  decode_all(list);
  EXPECT_TRUE(pictures_ == without(decode_plainly(clip), 10, 20));
}

// Where later pictures could refer to earlier ones, something better may come soon.
TEST_F(DecoderTest, WaitsForABetterStartBeforeItTakesAnUnmarkedOne) {
  const std::string clip = make_unmarked(folder_, "clip.h264", 2);
  PacketList list(clip);
  list.packets[10]->flags |= AV_PKT_FLAG_CORRUPT;
  for (const int milliseconds : {100, 250}) {  // frame 20 comes after 1 s of waiting, and after 2.5 s
    const auto decoder = open(list);
    read_times_.clear();
    for (std::size_t i = 0; i < list.packets.size(); ++i) {
      decoder->push(*list.packets[i],
                    {.read_at = SteadyTime(std::chrono::milliseconds(milliseconds * i)), .came = {}});
      take(*decoder);
    }
    decoder->finish();
    take(*decoder);
    std::vector<std::int64_t> wanted;
    for (std::int64_t i = 0; i < 40; ++i) {
      if (i < 10 || (i >= 20 && milliseconds == 250)) wanted.push_back(i * milliseconds * 1'000'000);
    }
    EXPECT_EQ(read_times_, wanted) << milliseconds;
  }
}

TEST_F(DecoderTest, BeginsAnewAtARecoveryPointAndShowsNothingBeforeItIsReached) {
  const std::string clip =
      make_h264(folder_, "clip.h264", 60, "-bf 0 -x264-params keyint=12:intra-refresh=1");
  PacketList list(clip);
  list.packets[14]->flags |= AV_PKT_FLAG_CORRUPT;
  decode_all(list);
  // Rounds of the refresh begin with every 12th picture: the next after the loss is 24 to 35.
  EXPECT_TRUE(pictures_ == without(decode_plainly(clip), 14, 35));
  EXPECT_EQ(counters_.decoding_soft_errors, 1U);
  EXPECT_EQ(counters_.frames_dropped_damaged, 20U);
}

// x265 refreshes without recovery points; here they are put in by hand. (Its refresh is not exact, so the
// pictures are not compared.)
TEST_F(DecoderTest, RecoveryPointsOfH265AreStartsToo) {
  const std::string clip =
      make_clip(folder_, "clip.hevc",
                "-f lavfi -i testsrc2=size=320x192:rate=30 -frames:v 60 -pix_fmt yuv420p "
                "-c:v libx265 -preset ultrafast -x265-params "
                "log-level=none:keyint=12:min-keyint=12:bframes=0:intra-refresh=1");
  PacketList list(clip);
  for (std::size_t i = 12; i < list.packets.size(); i += 12) {
    AVPacket& packet = *list.packets[i];
    // SEI, type 6, 3 bytes: se(v) 000011000 = 12, broken link, exact match, stop bits.
    const std::vector<std::uint8_t> sei = {0, 0, 0, 1, 39 << 1, 1, 6, 2, 0b00001100, 0b00010000, 0x80};
    const std::vector<std::uint8_t> old(packet.data, packet.data + packet.size);
    ASSERT_GE(av_grow_packet(&packet, static_cast<int>(sei.size())), 0);
    std::copy(old.begin(), old.end(), std::copy(sei.begin(), sei.end(), packet.data));
  }
  list.packets[14]->flags |= AV_PKT_FLAG_CORRUPT;
  decode_all(list);
  std::vector<std::int64_t> wanted(60);  // the point at picture 24 is reached 12 later
  std::iota(wanted.begin(), wanted.end(), 0);
  wanted.erase(wanted.begin() + 14, wanted.begin() + 36);
  EXPECT_EQ(read_times_, wanted);
  EXPECT_EQ(counters_.decoding_soft_errors, 1U);
}

// MPEG-4 with one key frame. The wait is time, not packets.
TEST_F(DecoderTest, AfterTheLongestWaitItBeginsAnywhere) {
  const std::string clip = make_clip(
      folder_, "clip.avi", "-f lavfi -i testsrc2=size=320x180:rate=30 -frames:v 40 -c:v mpeg4 -g 300");
  PacketList list(clip);
  list.packets[5]->flags |= AV_PKT_FLAG_CORRUPT;
  const auto decoder = open(list);
  for (std::size_t i = 0; i < list.packets.size(); ++i) {
    decoder->push(*list.packets[i], {.read_at = SteadyTime(std::chrono::seconds(i)), .came = {}});
    take(*decoder);
    if (i == 14) {
      EXPECT_EQ(pictures_.size(), 5U);
    }
  }
  EXPECT_GE(pictures_.size(), 20U);
}

}  // namespace
}  // namespace vigia::camera
