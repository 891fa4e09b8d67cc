#include "closeup/take_close_up.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "camera/test_support.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vigia::closeup {
namespace {

using namespace std::chrono_literals;
using domain::Box;
using domain::Reason;
using domain::ShotImage;

constexpr int kRate = 25;
constexpr Nanoseconds kFrame = Nanoseconds(1s) / kRate;

// Finds faces where the test puts them.
class ScriptedDetector final : public detect::Detector {
 public:
  explicit ScriptedDetector(const std::vector<Box>& faces) : faces_(faces) {}
  Status detect(const domain::Frame&, const detect::SearchArea&,
                std::vector<domain::Detection>& found) override {
    found.clear();
    for (const Box& box : faces_) found.push_back({box, 0.9F, std::nullopt});
    return ok_status();
  }
  [[nodiscard]] std::string name() const override { return "scripted"; }

 private:
  const std::vector<Box>& faces_;
};

// A pattern that moves, 320x180 in the small stream and 1280x720 in the main one.
class TakeCloseUpTest : public ::testing::Test {
 protected:
  void SetUp() override {
    clock_.set_utc(at(100));
    options_.filter_min_quality = 0;
  }

  UtcTime at(int picture, Nanoseconds later = 0ns) const {
    return UtcTime(1'700'000'000s) + std::chrono::duration_cast<UtcTime::duration>(picture * kFrame + later);
  }
  std::string film(const std::string& name, const std::string& size, const std::string& filter = "null") {
    return camera::make_clip(folder_, name,
                             "-f lavfi -i testsrc2=size=1280x720:rate=25 -frames:v 100 -vf " + filter +
                                 ",scale=" + size +
                                 " -c:v libx264 -preset ultrafast -bf 0 -g 25 -pix_fmt yuv420p");
  }
  void keep(camera::KeptStream& stream, const std::string& file, Nanoseconds later = 0ns, int until = 100) {
    const camera::PacketList packets(file);
    stream.begin(camera::format_of(packets));
    stream.set_size({1280, 720});
    for (int i = 0; i < until; ++i) {
      stream.push(*packets.packets[static_cast<std::size_t>(i)],
                  {.times = {.read_at = SteadyTime(1h)}, .captured = at(i, later)});
    }
  }
  // The picture of the small stream.
  std::shared_ptr<ShotImage> small(int picture, const std::string& file) {
    camera::KeptStream stream(memory_, account_, {.span = 1h});
    keep(stream, file);
    std::shared_ptr<ShotImage> image;
    const Status decoded = small_decoder_.decode(*stream.between(at(picture), at(picture)),
                                                 {at(picture), at(picture)}, [&](domain::Frame frame) {
                                                   image = std::make_shared<ShotImage>(std::move(frame));
                                                   return false;
                                                 });
    EXPECT_TRUE(decoded) << decoded.error().text;
    return image;
  }
  static domain::BestShot best_of(std::shared_ptr<ShotImage> image, const Box& face) {
    domain::BestShot best;
    best.sighting.detection.box = face;
    best.sighting.quality.total = 0.7F;
    best.image = std::move(image);
    best.frame_size = {320, 180};
    return best;
  }
  CloseUpCamera camera() { return {main_, shot_camera_, options_, {}, {}}; }
  std::uint64_t fallbacks(Fallback why) { return main_.fallbacks.at(static_cast<std::size_t>(why)); }

  testing::TempDir folder_;
  testing::FakeClock clock_;
  memory::MemoryManager memory_{{.budget_bytes = 1_GiB}};
  std::shared_ptr<memory::Account> account_ = memory_.budget().open("gate", memory::Kind::packets);
  camera::MomentDecoder small_decoder_{memory_, "gate"};
  const std::string small_file_ = film("small.mp4", "320:180");
  const std::string main_file_ = film("main.mp4", "1280:720");
  MainStream main_{memory_, account_, {.span = 1h}};
  shot::ShotOptions options_;
  shot::ShotCamera shot_camera_{{.name = "gate", .url = "rtsp://h/s", .id = {}, .token = {}},
                                options_,
                                memory_.budget().open("gate", memory::Kind::jpeg)};
  Histogram encode_took_;
  shot::MakeShot make_shot_{memory_, encode_took_};
  std::vector<Box> faces_;
  TakeCloseUp close_ups_{
      make_shot_,
      [this]() -> Result<std::unique_ptr<detect::Detector>> {
        return std::unique_ptr<detect::Detector>(std::make_unique<ScriptedDetector>(faces_));
      },
      {memory_, clock_}};
};

TEST_F(TakeCloseUpTest, TheJpegIsOfTheMainStreamAndTheFaceIsFoundThere) {
  keep(main_.kept, main_file_);
  faces_ = {{700, 100, 90, 90}, {404, 204, 81, 83}};
  const auto image = small(50, small_file_);
  close_ups_.take(*image, camera());
  ASSERT_TRUE(image->jpeg());
  EXPECT_EQ(image->jpeg()->size, (domain::Size{1280, 720}));
  auto best = best_of(image, {100, 50, 21, 21});
  EXPECT_FALSE(close_ups_.judge(best, camera()));
  EXPECT_EQ(best.frame_size, (domain::Size{1280, 720}));
  EXPECT_FLOAT_EQ(best.sighting.detection.box.left, 404);
  EXPECT_EQ(main_.taken, 1U);
  EXPECT_EQ(main_.not_found_again, 0U);
}

TEST_F(TakeCloseUpTest, AFaceThatIsNotFoundAgainIsWhereItWasInTheSmallPicture) {
  keep(main_.kept, main_file_);
  const auto image = small(50, small_file_);
  close_ups_.take(*image, camera());
  auto best = best_of(image, {100, 50, 21, 20});
  EXPECT_FALSE(close_ups_.judge(best, camera()));
  EXPECT_FLOAT_EQ(best.sighting.detection.box.left, 400);
  EXPECT_FLOAT_EQ(best.sighting.detection.box.height, 80);
  EXPECT_EQ(main_.not_found_again, 1U);
}

TEST_F(TakeCloseUpTest, TheFiltersCountInTheMainPicture) {
  keep(main_.kept, main_file_);
  options_.filter_min_size = 60;
  faces_ = {{400, 200, 70, 58}, {800, 200, 70, 62}};
  const auto image = small(50, small_file_);
  close_ups_.take(*image, camera());
  auto below = best_of(image, {100, 50, 18, 15}), above = best_of(image, {200, 50, 18, 15});
  EXPECT_EQ(close_ups_.judge(below, camera()), Reason::too_small);
  EXPECT_FALSE(close_ups_.judge(above, camera()));
}

TEST_F(TakeCloseUpTest, AFaceGoodInTheSmallPictureIsNotGivenUpForItsQualityInTheLargeOne) {
  keep(main_.kept, main_file_);
  options_.filter_min_quality = 0.6;
  faces_ = {{400, 200, 84, 84}};  // the scripted detector finds it on a pattern: it is no good face
  const auto image = small(50, small_file_);
  close_ups_.take(*image, camera());
  auto good = best_of(image, {100, 50, 21, 21}), poor = good;
  poor.sighting.quality.total = 0.4F;
  EXPECT_FALSE(close_ups_.judge(good, camera()));
  EXPECT_EQ(close_ups_.judge(poor, camera()), Reason::low_quality);
}

TEST_F(TakeCloseUpTest, WithoutTheMainStreamTheSmallPictureIsTakenAndItsSizeCounts) {
  options_.filter_min_size = 20;
  const auto image = small(50, small_file_);
  close_ups_.take(*image, camera());
  ASSERT_TRUE(image->jpeg());
  EXPECT_EQ(image->jpeg()->size, (domain::Size{320, 180}));
  EXPECT_EQ(fallbacks(Fallback::away), 1U);
  auto large = best_of(image, {100, 50, 21, 21}), little = best_of(image, {100, 50, 19, 21});
  EXPECT_FALSE(close_ups_.judge(large, camera()));
  EXPECT_EQ(large.frame_size, (domain::Size{320, 180}));
  EXPECT_EQ(close_ups_.judge(little, camera()), Reason::too_small);
}

TEST_F(TakeCloseUpTest, AMomentThatIsNoLongerKeptIsTakenFromTheSmallStream) {
  camera::KeptStream& kept = main_.kept;
  const camera::PacketList packets(main_file_);
  kept.begin(camera::format_of(packets));
  for (int i = 75; i < 100; ++i) {
    kept.push(*packets.packets[static_cast<std::size_t>(i)], {.times = {}, .captured = at(i)});
  }
  close_ups_.take(*small(20, small_file_), camera());
  EXPECT_EQ(fallbacks(Fallback::gone), 1U);
}

TEST_F(TakeCloseUpTest, AnotherViewIsNotTaken) {
  keep(main_.kept, main_file_);
  const auto image = small(50, film("other.mp4", "320:180", "hflip,vflip"));
  close_ups_.take(*image, camera());
  EXPECT_EQ(fallbacks(Fallback::other_view), 1U);
  EXPECT_EQ(image->jpeg()->size, (domain::Size{320, 180}));
}

TEST_F(TakeCloseUpTest, AMomentThatMayStillComeIsWaitedFor) {
  keep(main_.kept, main_file_, 0ns, 60);
  const auto image = small(50, small_file_);
  clock_.set_utc(at(61));
  EXPECT_TRUE(close_ups_.should_wait(*image, main_));  // it is not known yet how late the main stream is
  clock_.set_utc(at(50) + TakeCloseUp::kPatience + 1s);
  EXPECT_FALSE(close_ups_.should_wait(*image, main_));
  clock_.set_utc(at(61));
  main_.kept.end();
  EXPECT_FALSE(close_ups_.should_wait(*image, main_));
}

TEST_F(TakeCloseUpTest, OnceTheDistanceIsKnownLittleIsDecoded) {
  constexpr Nanoseconds kLater = 1s;
  keep(main_.kept, main_file_, kLater);
  for (const int picture : {30, 40, 45}) close_ups_.take(*small(picture, small_file_), camera());
  EXPECT_TRUE(main_.offset.is_known());
  EXPECT_NEAR(to_seconds(main_.offset.expected()), 1, 0.05);
  const std::uint64_t before = main_.pictures_decoded;
  close_ups_.take(*small(50, small_file_), camera());  // a key frame, with a quarter of a second to each side
  EXPECT_LE(main_.pictures_decoded - before, 25U + 13U);
  EXPECT_EQ(main_.taken, 4U);
}

}  // namespace
}  // namespace vigia::closeup
