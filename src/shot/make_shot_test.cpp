#include "shot/make_shot.h"

#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "testing/frame_maker.h"

namespace vigia::shot {
namespace {

using namespace std::chrono_literals;
using domain::BestShot;
using domain::Box;
using domain::Reason;
using domain::Region;
using domain::Shot;
using domain::ShotImage;
using domain::Sighting;
using domain::Size;
using domain::Track;

class MakeShotTest : public ::testing::Test {
 protected:
  std::shared_ptr<ShotImage> image(Size size = {640, 480}) {
    const cv::Mat grey(size.height, size.width, CV_8UC3, cv::Scalar(128, 128, 128));
    return std::make_shared<ShotImage>(testing::make_frame(memory, grey));
  }
  Track& moving_track(const std::shared_ptr<ShotImage>& shown, Size size = {640, 480}) {
    track = std::make_unique<Track>();
    track->id = 42;
    track->sightings = 20;
    track->movement = 1.5F;
    Sighting seen;
    seen.detection.box = {100, 200, 80, 100};
    seen.detection.score = 0.9F;
    seen.quality.total = 0.7F;
    track->best = BestShot{seen, shown, size, 7s, captured, SteadyTime(9s), captured + 40ms};
    return *track;
  }
  static Reason reason(const MakeShot::Outcome& outcome) { return std::get<Reason>(outcome); }

  memory::MemoryManager memory{{.gc_interval = 5, .budget_bytes = 1_GiB}};
  ShotCamera camera{{.name = "gate", .url = "rtsp://u:p@h/s", .id = -7, .token = "secret"},
                    {},
                    memory.budget().open("gate", memory::Kind::jpeg)};
  Histogram encode_took;
  MakeShot make_shot{memory, encode_took};
  const UtcTime captured = UtcTime(1'700'000'000s) + 123456us;
  std::unique_ptr<Track> track;
};

TEST_F(MakeShotTest, ShotSaysAllThatAReceiverNeeds) {
  const auto outcome = make_shot.make(moving_track(image()), camera);
  ASSERT_TRUE(std::holds_alternative<Shot>(outcome));
  const Shot& shot = std::get<Shot>(outcome);
  EXPECT_EQ(shot.camera, "gate");
  EXPECT_EQ(shot.camera_id, -7);
  EXPECT_EQ(shot.track, 42U);
  EXPECT_EQ(shot.stream_time, 7s);
  EXPECT_EQ(shot.captured, captured);
  EXPECT_EQ(shot.read_at, SteadyTime(9s));
  EXPECT_EQ(shot.read_utc, captured + 40ms);
  EXPECT_FLOAT_EQ(shot.face.left, 100);
  EXPECT_EQ(shot.roi, (Region{92, 190, 96, 120}));
  EXPECT_FLOAT_EQ(shot.score, 0.9F);
  EXPECT_FLOAT_EQ(shot.quality.total, 0.7F);
  EXPECT_EQ(shot.jpeg->size, (Size{640, 480}));
  EXPECT_GT(shot.jpeg->bytes.size(), 100U);
}

// Mistake 9: the local time was sent as if it were UTC.
TEST_F(MakeShotTest, Mistake9CaptureTimeIsUtcWhateverTheZone) {
  const char* before = std::getenv("TZ");
  const std::string zone = before != nullptr ? before : "";
  ::setenv("TZ", "America/Sao_Paulo", 1);
  ::tzset();
  const auto outcome = make_shot.make(moving_track(image()), camera);
  EXPECT_EQ(format_utc(std::get<Shot>(outcome).captured), "2023-11-14T22:13:20.123456Z");
  before != nullptr ? ::setenv("TZ", zone.c_str(), 1) : ::unsetenv("TZ");
  ::tzset();
}

TEST_F(MakeShotTest, WhatIsWithheldIsNotMade) {
  for (const Reason why : {Reason::no_movement, Reason::too_short, Reason::already_posted}) {
    Track& poster = moving_track(image());
    poster.withheld = why;
    EXPECT_EQ(reason(make_shot.make(poster, camera)), why);
  }
}

TEST_F(MakeShotTest, WithoutABestTheReasonIsThatOfTheBestRejected) {
  for (const Reason why : {Reason::too_small, Reason::too_large, Reason::outside_roi, Reason::low_quality}) {
    Track& rejected = moving_track(nullptr);
    rejected.best.reset();
    rejected.best_rejected.emplace();
    rejected.best_rejected->rejected = why;
    EXPECT_EQ(reason(make_shot.make(rejected, camera)), why);
  }
}

TEST_F(MakeShotTest, NothingNewIsAlreadyPosted) {
  Track& posted = moving_track(nullptr);
  posted.best.reset();
  posted.already_posted = true;
  EXPECT_EQ(reason(make_shot.make(posted, camera)), Reason::already_posted);

  Track& better = moving_track(image());
  better.already_posted = true;
  EXPECT_TRUE(std::holds_alternative<Shot>(make_shot.make(better, camera)));
}

TEST_F(MakeShotTest, PictureThatCannotBeEncodedIsCounted) {
  EXPECT_EQ(reason(make_shot.make(moving_track(std::make_shared<ShotImage>(domain::Frame{})), camera)),
            Reason::encode_failed);
}

TEST_F(MakeShotTest, TracksOfOneFrameShareOneJpeg) {
  const auto shared = image();
  const auto first = make_shot.make(moving_track(shared), camera);
  const auto second = make_shot.make(moving_track(shared), camera);
  EXPECT_EQ(std::get<Shot>(first).jpeg, std::get<Shot>(second).jpeg);
}

TEST_F(MakeShotTest, FrameGoesBackAtOnceWhateverTheOutcome) {
  for (const bool moved : {true, false}) {
    {
      Track& done = moving_track(image());
      done.movement = moved ? 1.0F : 0.0F;
      ASSERT_TRUE(done.best->image->holds_frame());
      const std::weak_ptr<ShotImage> watched = done.best->image;
      static_cast<void>(make_shot.make(done, camera));
      EXPECT_FALSE(done.best);
      EXPECT_TRUE(watched.expired());
    }
  }
  EXPECT_EQ(camera.account->in_use(), 0);  // nobody kept the shots
}

TEST_F(MakeShotTest, EncodingEarlyFreesTheFrameAndIsUsedLater) {
  const auto held = image();
  make_shot.encode_early(*held, camera);
  EXPECT_FALSE(held->holds_frame());
  const auto early = held->jpeg();
  ASSERT_TRUE(early);
  const auto outcome = make_shot.make(moving_track(held), camera);
  EXPECT_EQ(std::get<Shot>(outcome).jpeg, early);
}

TEST_F(MakeShotTest, BoxAndRoiFollowAPictureMadeSmaller) {
  const Size size{7000, 100};
  const auto outcome = make_shot.make(moving_track(image(size), size), camera);
  const Shot& shot = std::get<Shot>(outcome);
  ASSERT_EQ(shot.jpeg->size, (Size{6000, 85}));
  EXPECT_NEAR(shot.face.left, 100 * 6000.0 / 7000, 0.01);
  EXPECT_NEAR(shot.face.width, 80 * 6000.0 / 7000, 0.01);
}

TEST(RegionToSearch, FaceAndATenthOnEachSideRoundedOutwards) {
  EXPECT_EQ(region_to_search({100, 200, 80, 100}, {640, 480}), (Region{92, 190, 96, 120}));
  EXPECT_EQ(region_to_search({100.5F, 200.5F, 33, 33}, {640, 480}), (Region{97, 197, 40, 40}));
}

TEST(RegionToSearch, StaysInsideThePicture) {
  EXPECT_EQ(region_to_search({-20, -20, 100, 100}, {640, 480}), (Region{0, 0, 90, 90}));
  EXPECT_EQ(region_to_search({600, 440, 100, 100}, {640, 480}), (Region{590, 430, 50, 50}));
  EXPECT_EQ(region_to_search({0, 0, 6400, 4800}, {640, 480}), (Region{0, 0, 640, 480}));
  EXPECT_EQ(region_to_search({900, 900, 10, 10}, {640, 480}), (Region{639, 479, 1, 1}));
  EXPECT_EQ(region_to_search({-90, -90, 10, 10}, {640, 480}), (Region{0, 0, 1, 1}));
}

}  // namespace
}  // namespace vigia::shot
