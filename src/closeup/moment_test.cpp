// Finds the moment in the main stream that a picture of the small stream shows: two streams of one film,
// coded apart, at distances in time that the tests choose.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "camera/kept_stream.h"
#include "camera/moment_decoder.h"
#include "camera/test_support.h"
#include "closeup/find_moment.h"
#include "closeup/picture_sketch.h"
#include "closeup/stream_offset.h"
#include "memory/memory_manager.h"
#include "testing/data.h"
#include "testing/temp_dir.h"

namespace vigia::closeup {
namespace {

using namespace std::chrono_literals;

constexpr int kRate = 10;
constexpr Nanoseconds kFrame = Nanoseconds(1s) / kRate;
constexpr UtcTime kMorning{1'700'000'000s};

UtcTime at(int picture, Nanoseconds later = 0ns) {
  return kMorning + std::chrono::duration_cast<UtcTime::duration>(picture * kFrame + later);
}

// People walk along a corridor, in a real clip of 768x432.
class MomentTest : public ::testing::Test {
 protected:
  void SetUp() override { NEED_DATA(); }

  std::string film(const std::string& name, const std::string& filter, const std::string& coding) {
    return camera::make_clip(
        folder_, name,
        "-i '" + (testing::data_folder() / "clips" / "one-by-one-person-detection.mp4").string() +
            "' -an -frames:v 200 -vf fps=" + std::to_string(kRate) + "," + filter +
            " -c:v libx264 -pix_fmt yuv420p " + coding);
  }
  std::string main_film() {
    return film("main.mp4", "scale=1536:864", "-bf 0 -g 50 -crf 26 -preset veryfast");
  }

  std::unique_ptr<camera::KeptStream> kept(const std::string& file, Nanoseconds later) {
    auto made =
        std::make_unique<camera::KeptStream>(memory_, memory_.budget().open("gate", memory::Kind::packets),
                                             camera::PacketRing::Limits{.span = 1h});
    const camera::PacketList packets(file);
    made->begin(camera::format_of(packets));
    const double unit = av_q2d(packets.time_base());
    for (const auto& packet : packets.packets) {
      const int shown = static_cast<int>(std::lround(static_cast<double>(packet->pts) * unit * kRate));
      made->push(*packet, {.times = {.read_at = SteadyTime(1h)}, .captured = at(shown, later)});
    }
    return made;
  }
  std::vector<domain::Frame> pictures(const camera::KeptStream& stream, UtcTime from, UtcTime to) {
    std::vector<domain::Frame> out;
    const auto moment = stream.between(from, to);
    if (!moment) return out;
    camera::MomentDecoder decoder(memory_, "test");
    const Status decoded = decoder.decode(*moment, {from, to}, [&](domain::Frame frame) {
      out.push_back(std::move(frame));
      return out.size() < camera::MomentDecoder::kHeld;
    });
    EXPECT_TRUE(decoded) << decoded.error().text << ", of " << moment->packets.size() << " packets";
    return out;
  }
  // What FindMoment takes for that picture of the small film, looking everywhere.
  struct Found {
    std::optional<int> picture;
    bool same_view = false, is_distinct = false;
  };
  Found find(const camera::KeptStream& main, const camera::KeptStream& small, int picture,
             Nanoseconds later) {
    const auto sought = pictures(small, at(picture), at(picture));
    if (sought.size() != 1) {
      ADD_FAILURE() << sought.size() << " pictures";
      return {};
    }
    const UtcTime from = at(picture) + StreamOffset::kEarliest, to = at(picture) + StreamOffset::kLatest;
    const auto moment = main.between(from, to);
    if (!moment) return {};
    FindMoment look(sketch_of(sought[0]), at(picture));
    camera::MomentDecoder decoder(memory_, "test");
    EXPECT_TRUE(decoder.decode(*moment, {from, to}, [&](const domain::Frame& frame) {
      look.look(frame);
      return true;
    }));
    Found found{.same_view = look.same_view(), .is_distinct = look.is_distinct()};
    if (look.best()) {
      const auto since = look.best()->captured - at(0, later);
      found.picture = static_cast<int>(std::lround(std::chrono::duration<double>(since).count() * kRate));
    }
    return found;
  }

  testing::TempDir folder_;
  memory::MemoryManager memory_{{.budget_bytes = 1_GiB}};
};

TEST_F(MomentTest, IsFoundHoweverLateTheMainStreamIs) {
  const std::string main = main_film();
  const auto small = kept(film("small.mp4", "scale=384:216", "-g 25 -crf 30 -preset ultrafast"), 0ns);
  for (const Nanoseconds later : {Nanoseconds(0), Nanoseconds(-700ms), Nanoseconds(900ms), Nanoseconds(3s)}) {
    const auto stream = kept(main, later);
    int distinct = 0;
    for (const int picture : {60, 95, 120}) {
      const Found found = find(*stream, *small, picture, later);
      EXPECT_TRUE(found.same_view);
      if (!found.is_distinct) continue;  // hardly anything moves there, and any picture shows the same
      ++distinct;
      EXPECT_NEAR(found.picture.value_or(0), picture, 1) << to_seconds(later) << " s later";
    }
    EXPECT_GE(distinct, 2) << to_seconds(later) << " s later";
  }
}

// A small stream of 4:3 that squeezes a picture of 16:9, as many cameras send.
TEST_F(MomentTest, IsFoundInASqueezedPicture) {
  const auto stream = kept(main_film(), 0ns);
  const auto small = kept(film("squeezed.mp4", "scale=352:160", "-g 25 -crf 30 -preset ultrafast"), 0ns);
  const Found found = find(*stream, *small, 95, 0ns);
  EXPECT_TRUE(found.same_view);
  EXPECT_NEAR(found.picture.value_or(0), 95, 1);
}

TEST_F(MomentTest, AnotherViewIsNotTheSame) {
  const auto stream = kept(main_film(), 0ns);
  const auto cut = kept(film("cut.mp4", "crop=iw*3/4:ih:iw/4:0,scale=384:216", "-g 25 -crf 30"), 0ns);
  EXPECT_FALSE(find(*stream, *cut, 95, 0ns).same_view);
  const auto mirrored = kept(film("mirrored.mp4", "hflip,scale=384:216", "-g 25 -crf 30"), 0ns);
  EXPECT_FALSE(find(*stream, *mirrored, 95, 0ns).same_view);
}

TEST_F(MomentTest, PicturesThatComeInAnotherOrderAreTakenByTheTimeAtWhichTheyAreShown) {
  const auto stream = kept(film("b.mp4", "scale=1536:864", "-bf 2 -g 50 -crf 26 -preset veryfast"), 0ns);
  const auto seen = pictures(*stream, at(71), at(73));
  ASSERT_EQ(seen.size(), 3U);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)].captured, at(71 + i));
}

// Decoders that have done their work wait for the collector; their buffers must not.
TEST_F(MomentTest, OneMomentAfterTheOtherFindsItsBuffers) {
  const auto stream = kept(film("refs.mp4", "scale=640:360", "-bf 0 -refs 4 -g 50 -preset veryfast"), 0ns);
  camera::MomentDecoder decoder(memory_, "test");
  memory_.start();
  for (int i = 0; i < 20; ++i) {
    const auto moment = stream->between(at(40 + i), at(42 + i));
    ASSERT_TRUE(moment);
    const Status decoded =
        decoder.decode(*moment, {at(40 + i), at(42 + i)}, [](domain::Frame) { return true; });
    EXPECT_TRUE(decoded) << decoded.error().text << ", " << i;
  }
}

TEST(StreamOffsetTest, IsBelievedAfterThreePairsThatAgree) {
  StreamOffset offset;
  EXPECT_EQ(offset.window().to, StreamOffset::kLatest);
  offset.note(800ms);
  offset.note(840ms);
  EXPECT_FALSE(offset.is_known());
  offset.note(790ms);
  EXPECT_TRUE(offset.is_known());
  EXPECT_LT(offset.window().to - offset.window().from, 600ms);
  EXPECT_NEAR(to_seconds(offset.expected()), 0.81, 0.03);
}

TEST(StreamOffsetTest, APairThatDoesNotAgreeBeginsAnew) {
  StreamOffset offset;
  for (int i = 0; i < 5; ++i) offset.note(100ms);
  offset.note(2s);
  EXPECT_FALSE(offset.is_known());
  EXPECT_EQ(offset.expected(), 2s);
  offset.note(2s);
  offset.note(2s);
  EXPECT_TRUE(offset.is_known());
  offset.doubt();
  EXPECT_FALSE(offset.is_known());
}

}  // namespace
}  // namespace vigia::closeup
