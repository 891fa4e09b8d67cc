#include "camera/packet_ring.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "camera/test_support.h"
#include "memory/memory_manager.h"
#include "testing/temp_dir.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kFrame = Nanoseconds(1s) / 30;
constexpr SteadyTime kBegin{1h};
constexpr UtcTime kMorning{1'700'000'000s};

// 60 pictures of a real clip, 30 a second, a key frame every 15: half a second a group.
class PacketRingTest : public ::testing::Test {
 protected:
  static UtcTime captured(int picture) {
    return kMorning + std::chrono::duration_cast<UtcTime::duration>(picture * kFrame);
  }
  void fill(PacketRing& ring, int from = 0, int to = 60) {
    for (int i = from; i < to; ++i) {
      const SteadyTime at = kBegin + i * kFrame;
      ring.push(*clip_.packets[static_cast<std::size_t>(i)],
                {.times = {.read_at = at, .came = at}, .captured = captured(i)});
    }
  }
  std::unique_ptr<PacketRing> ring(PacketRing::Limits limits) {
    auto made = std::make_unique<PacketRing>(memory_, account_, limits);
    made->begin(format_of(clip_));
    return made;
  }
  std::vector<std::string> decoded(const KeptMoment& moment) {
    AvHandle<AVCodecContext> context(
        avcodec_alloc_context3(avcodec_find_decoder(moment.format->codec->codec_id)));
    avcodec_parameters_to_context(context.get(), moment.format->codec.get());
    EXPECT_GE(avcodec_open2(context.get(), nullptr, nullptr), 0);
    std::vector<std::string> out;
    AvHandle<AVFrame> frame(av_frame_alloc());
    for (std::size_t i = 0; i <= moment.packets.size(); ++i) {
      avcodec_send_packet(context.get(),
                          i < moment.packets.size() ? moment.packets[i].packet.get() : nullptr);
      while (avcodec_receive_frame(context.get(), frame.get()) == 0) out.push_back(pixels(*frame));
    }
    return out;
  }

  testing::TempDir folder_;
  const std::string file_ = make_h264(folder_, "clip.mp4", 60);
  PacketList clip_{file_};
  memory::MemoryManager memory_{{.budget_bytes = 64_MiB}};
  std::shared_ptr<memory::Account> account_ = memory_.budget().open("gate", memory::Kind::packets);
};

TEST_F(PacketRingTest, AMomentIsDecodedFromTheKeyFrameBeforeIt) {
  const auto kept = ring({.span = 10s});
  fill(*kept);
  const auto moment = kept->between(captured(35), captured(37));
  ASSERT_TRUE(moment);
  EXPECT_EQ(moment->packets.size(), 8U);  // from the key frame, 30, to 37
  EXPECT_TRUE(moment->packets.front().is_key);
  const std::vector<std::string> whole = decode_plainly(file_), part = decoded(*moment);
  ASSERT_EQ(part.size(), 8U);
  for (std::size_t i = 0; i < part.size(); ++i) EXPECT_EQ(part[i], whole[30 + i]) << i;
}

TEST_F(PacketRingTest, AMomentMayReachOverAKeyFrame) {
  const auto kept = ring({.span = 10s});
  fill(*kept);
  const auto moment = kept->between(captured(28), captured(31));
  ASSERT_TRUE(moment);
  EXPECT_EQ(moment->packets.size(), 17U);  // 15 to 31
}

TEST_F(PacketRingTest, GroupsAreKeptUntilTheNextOneIsOlderThanTheSpan) {
  const auto kept = ring({.span = 700ms});
  fill(*kept);  // ends at 59, and 700 ms before that is 38
  ASSERT_EQ(kept->groups().size(), 2U);
  EXPECT_FALSE(kept->between(captured(29), captured(31)));
  EXPECT_TRUE(kept->between(captured(59) - 700ms, captured(59)));
}

TEST_F(PacketRingTest, WhatIsHeldIsChargedAndGivenBack) {
  const auto kept = ring({.span = 10s});
  fill(*kept);
  Bytes data = 0;
  for (const auto& packet : clip_.packets) data += packet->size;
  EXPECT_GE(account_->in_use(), data);
  EXPECT_EQ(account_->in_use(), kept->bytes());
  kept->clear();
  memory_.collect();
  EXPECT_EQ(account_->in_use(), 0);
  EXPECT_EQ(kept->bytes(), 0);
}

TEST_F(PacketRingTest, TheBytesAreALimitAndTheOldestGroupGoesFirst) {
  const auto all = ring({.span = 10s});
  fill(*all);
  const Bytes limit = all->bytes() * 3 / 5;
  const auto kept = ring({.span = 10s, .bytes = limit});
  fill(*kept);
  EXPECT_LE(kept->bytes(), limit);
  EXPECT_FALSE(kept->between(captured(5), captured(6)));
  EXPECT_TRUE(kept->between(captured(50), captured(51)));
  EXPECT_EQ(kept->overflowed(), 0U);
}

TEST_F(PacketRingTest, AGroupThatIsTooLargeAloneIsGivenUpToItsNextKeyFrame) {
  const auto kept = ring({.span = 10s, .bytes = clip_.packets[0]->size + 4000});
  fill(*kept, 0, 15);
  EXPECT_EQ(kept->overflowed(), 1U);
  EXPECT_TRUE(kept->groups().empty());
  fill(*kept, 15, 17);
  EXPECT_EQ(kept->groups().size(), 1U);
}

TEST_F(PacketRingTest, MemoryThatIsShortLeavesHalfTheSpanAndThenTheNewestGroup) {
  const auto kept = ring({.span = 2s});
  fill(*kept, 0, 58);
  EXPECT_EQ(kept->groups().size(), 4U);
  memory_.budget().squeeze(memory::Pressure::soft);
  fill(*kept, 58, 59);
  EXPECT_EQ(kept->groups().size(), 3U);  // the one that begins at 15 is the last before a second ago
  memory_.budget().squeeze(memory::Pressure::hard);
  fill(*kept, 59, 60);
  EXPECT_EQ(kept->groups().size(), 1U);
}

TEST_F(PacketRingTest, ANewConnectionBeginsWithAKeyFrame) {
  const auto kept = ring({.span = 10s});
  fill(*kept, 0, 20);
  kept->begin(format_of(clip_));
  fill(*kept, 20, 35);  // the key frame is 30
  EXPECT_FALSE(kept->groups().empty());
  EXPECT_EQ(kept->groups().size(), 3U);
  EXPECT_EQ(kept->groups().back()->packets.size(), 5U);
  const auto over = kept->between(captured(18), captured(31));
  ASSERT_TRUE(over);
  EXPECT_EQ(over->packets.size(), 5U);  // 15 to 19: the other connection cannot be decoded after it
}

TEST_F(PacketRingTest, PacketsBeforeTheFirstKeyFrameAreNotKept) {
  const auto kept = ring({.span = 10s});
  fill(*kept, 5, 15);
  EXPECT_TRUE(kept->groups().empty());
  EXPECT_FALSE(kept->between(captured(5), captured(6)));
}

}  // namespace
}  // namespace vigia::camera
