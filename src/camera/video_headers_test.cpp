#include "camera/video_headers.h"

#include <gtest/gtest.h>

#include <vector>

#include "camera/test_support.h"

namespace vigia::camera {
namespace {

using Kind = PictureStart::Kind;

std::vector<Kind> kinds_of(const std::string& file, VideoCodec codec) {
  PacketList list(file);
  const AVCodecParameters& about = list.codec();
  VideoHeaders headers(codec, {about.extradata, static_cast<std::size_t>(about.extradata_size)});
  std::vector<Kind> out;
  for (const auto& packet : list.packets) {
    const PictureStart start = headers.start_of({packet->data, static_cast<std::size_t>(packet->size)});
    EXPECT_TRUE(start.has_slices) << out.size();
    out.push_back(start.kind);
  }
  return out;
}

std::vector<int> places_of(const std::vector<Kind>& all, Kind wanted) {
  std::vector<int> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] == wanted) out.push_back(static_cast<int>(i));
  }
  return out;
}

class VideoHeadersTest : public ::testing::Test {
 protected:
  // A moving test picture of 40 frames whose colours change at the 20th; encoder: its name and options.
  std::string clip(const std::string& name, const std::string& encoder) {
    return make_clip(folder_, name,
                     "-f lavfi -i \"testsrc2=size=320x180:rate=30,negate=enable='gte(n,20)'\" -frames:v 40 "
                     "-pix_fmt yuv420p -c:v " +
                         encoder);
  }
  testing::TempDir folder_;
};

// SPS bytes up to and past the flag, by hand: profile 66, level 30, id 0, log2_max_frame_num 4, order
// type 0, log2_max_order 4, one reference frame, the flag: 1 | 1 | 1 | 1 | 010 | flag.
TEST(H264Gaps, ReadsTheFlagInBothKindsOfExtradata) {
  for (const bool allowed : {false, true}) {
    const auto bits = static_cast<std::uint8_t>(0b11110100 | (allowed ? 1 : 0));
    const std::vector<std::uint8_t> start_codes = {0, 0, 0, 1, 0x67, 66, 0, 30, bits, 0x80};
    const std::vector<std::uint8_t> avcc = {1, 66, 0, 30, 0xff, 0xe1, 0, 6, 0x67, 66, 0, 30, bits, 0x80};
    EXPECT_EQ(VideoHeaders(VideoCodec::h264, start_codes).allows_gaps(), allowed);
    EXPECT_EQ(VideoHeaders(VideoCodec::h264, avcc).allows_gaps(), allowed);
  }
}

TEST(H264Gaps, EmptyAndTruncatedExtradataDoNotAllowThem) {
  EXPECT_FALSE(VideoHeaders(VideoCodec::h264, {}).allows_gaps());
  const std::vector<std::uint8_t> cut = {0, 0, 1, 0x67, 100, 0, 30};
  EXPECT_FALSE(VideoHeaders(VideoCodec::h264, cut).allows_gaps());
}

TEST_F(VideoHeadersTest, TheGapsOfARealEncodersStreamAreLosses) {
  for (const char* const name : {"clip.mp4", "clip.ts", "clip.h264"}) {
    PacketList list(make_h264(folder_, name, 3));
    const AVCodecParameters& about = list.codec();
    ASSERT_GT(about.extradata_size, 0) << name;
    EXPECT_FALSE(
        VideoHeaders(VideoCodec::h264, {about.extradata, static_cast<std::size_t>(about.extradata_size)})
            .allows_gaps());
  }
}

TEST_F(VideoHeadersTest, KeyFramesOfBothCodecsInBothForms) {
  const std::string gop = ":keyint=20:min-keyint=20:scenecut=0:bframes=2:open-gop=0:slices=3";
  const std::vector<int> wanted = {0, 20};
  for (const char* const name : {"clip.mp4", "clip.h264"}) {
    const auto kinds = kinds_of(clip(name, "libx264 -x264-params ref=2" + gop), VideoCodec::h264);
    EXPECT_EQ(places_of(kinds, Kind::clean), wanted) << name;
    EXPECT_EQ(places_of(kinds, Kind::none).size(), 38U) << name;
  }
  for (const char* const name : {"clip.mp4", "clip.hevc"}) {
    const auto kinds =
        kinds_of(clip(name, "libx265 -x265-params log-level=none:ref=2" + gop), VideoCodec::h265);
    EXPECT_EQ(places_of(kinds, Kind::clean), wanted) << name;
    EXPECT_EQ(places_of(kinds, Kind::none).size(), 38U) << name;
  }
}

// x264 marks the pictures of an open group, and the rounds of an intra refresh, as recovery points.
TEST_F(VideoHeadersTest, RecoveryPointsAreReachedLater) {
  const std::string file =
      clip("clip.h264", "libx264 -x264-params keyint=12:min-keyint=12:scenecut=0:bframes=0:intra-refresh=1");
  PacketList list(file);
  VideoHeaders headers(VideoCodec::h264, {});
  std::vector<int> pictures;
  for (const auto& packet : list.packets) {
    const PictureStart start = headers.start_of({packet->data, static_cast<std::size_t>(packet->size)});
    if (start.kind == Kind::gradual) pictures.push_back(start.pictures);
  }
  ASSERT_GE(pictures.size(), 2U);
  for (const int count : pictures) EXPECT_EQ(count, 11);  // a round is 12 pictures
}

// With a single reference frame, nothing before an intra picture can be referred to after it.
TEST_F(VideoHeadersTest, AnUnmarkedIntraPictureIsAStartWithOneReferenceOnly) {
  const auto make = [this](const char* name, int references) {
    return clip(name, "libx264 -bf 0 -g 1000 -keyint_min 500 -bsf:v filter_units=remove_types=6 -refs " +
                          std::to_string(references));
  };
  const std::vector<int> first = {0}, both = {0, 20}, second = {20};
  EXPECT_EQ(places_of(kinds_of(make("one.h264", 1), VideoCodec::h264), Kind::clean), both);
  const auto more = kinds_of(make("three.h264", 3), VideoCodec::h264);
  EXPECT_EQ(places_of(more, Kind::clean), first);
  EXPECT_EQ(places_of(more, Kind::intra), second);
}

// By hand: slices of P and I, and of I alone. An H.264 slice begins with two ue(v): its address and its type.
TEST(PictureStart, OneSliceThatIsNotIntraMakesThePictureNoStart) {
  constexpr std::uint8_t kFirstI = 0b10110000;   // 1: address 0; 011: type 2, I
  constexpr std::uint8_t kFirstP = 0b11000000;   // 1: address 0; 1: type 0, P
  constexpr std::uint8_t kSecondI = 0b01001100;  // 010: address 1; 011: I
  const auto kind_of = [](std::vector<std::uint8_t> first, std::vector<std::uint8_t> second) {
    std::vector<std::uint8_t> packet = {0, 0, 1, 0x61};
    packet.insert(packet.end(), first.begin(), first.end());
    packet.insert(packet.end(), {0, 0, 1, 0x61});
    packet.insert(packet.end(), second.begin(), second.end());
    return VideoHeaders(VideoCodec::h264, {}).start_of(packet).kind;
  };
  EXPECT_EQ(kind_of({kFirstI, 0x80}, {kSecondI, 0x80}), Kind::intra);
  EXPECT_EQ(kind_of({kFirstP, 0x80}, {kSecondI, 0x80}), Kind::none);
  EXPECT_EQ(kind_of({kFirstI, 0x80}, {0b01010000, 0x80}), Kind::none);  // 010: address 1; 1: P
}

TEST(PictureStart, RecoveryPointsOfH265Count) {
  // SEI: type 6, 2 bytes: se(v) 00110 = +3, then flags; a slice of type TRAIL_R.
  const std::vector<std::uint8_t> packet = {0,    0, 1, 39 << 1, 1,      6, 2,    0b00110100, 0x80,
                                            0x80, 0, 0, 1,       1 << 1, 1, 0xd0, 0x80,       0x80};
  const PictureStart start = VideoHeaders(VideoCodec::h265, {}).start_of(packet);
  EXPECT_EQ(start.kind, Kind::gradual);
  EXPECT_EQ(start.pictures, 3);
}

TEST(PictureStart, NothingIsReadOfRubbish) {
  std::uint32_t state = 1;
  std::vector<std::uint8_t> rubbish;
  for (int i = 0; i < 2000; ++i) {
    state = state * 1664525 + 1013904223;
    rubbish.push_back(i % 7 < 2 ? 0 : i % 7 == 2 ? 1 : static_cast<std::uint8_t>(state >> 24));
    for (const VideoCodec codec : {VideoCodec::h264, VideoCodec::h265}) {
      VideoHeaders headers(codec, rubbish);
      static_cast<void>(headers.start_of(rubbish));  // ends, and reads nothing beyond
    }
  }
  EXPECT_FALSE(VideoHeaders(VideoCodec::h264, {}).start_of({}).has_slices);
}

}  // namespace
}  // namespace vigia::camera
