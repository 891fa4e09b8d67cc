#include "pipeline/track_ends.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "ledger/reader.h"
#include "pipeline/face_results.h"
#include "testing/fake_clock.h"
#include "testing/frame_maker.h"
#include "testing/temp_dir.h"

namespace vigia::pipeline {
namespace {

using namespace std::chrono_literals;
using domain::Reason;
using ledger::DeliveryStatus;
using ledger::Outcome;

class TrackEndsTest : public ::testing::Test {
 protected:
  TrackEndsTest() {
    settings_.spec.name = "gate";
    settings_.spec.id = 7;
    settings_.shot.roi = {.left = 10, .top = 20, .width = 300, .height = 200};
    context_ = std::make_shared<CameraContext>(settings_, memory_.budget(), true);
    auto opened = ledger::Ledger::open(options_, memory_, clock_);
    EXPECT_TRUE(opened) << opened.error().text;
    ledger_ = *std::move(opened);
    ends_.emplace(*ledger_, make_shot_);
  }

  // Seen for 3 s, with a thumbnail; `face` is 40x50 pixels.
  std::unique_ptr<domain::Track> track(std::optional<Reason> rejected) {
    auto made = std::make_unique<domain::Track>();
    made->id = 12;
    made->sightings = 30;
    made->first_seen = 1s;
    made->last_seen = 4s;
    made->movement = 0.03F;
    domain::Sighting seen;
    seen.detection.box = {100, 100, 40.5F, 50};
    seen.detection.score = 0.875F;
    seen.quality.total = 0.25F;
    seen.rejected = rejected;
    if (rejected) {
      made->best_rejected = seen;
    } else {
      const cv::Mat grey(480, 640, CV_8UC3, cv::Scalar(128, 128, 128));
      const auto image = std::make_shared<domain::ShotImage>(testing::make_frame(memory_, grey));
      made->best = domain::BestShot{seen, image, {640, 480}, 2s, captured_, {}};
    }
    made->make_room_for_thumbnail(context_->people);
    made->thumbnail->sighting = seen;
    made->thumbnail->captured = captured_ + 1s;
    made->thumbnail->size = {48, 64};
    made->thumbnail->samples.fill(128);
    return made;
  }
  shot::MakeShot::Outcome tell(domain::Track& track) {
    auto described = ends_->describe(track, *context_);
    auto outcome = make_shot_.make(track, context_->shot_camera);
    ends_->tell(std::move(described), outcome, *context_);
    return outcome;
  }
  ledger::TrackEnd newest() {
    std::stop_source done;
    done.request_stop();
    ledger_->run(done.get_token());
    const auto ends = ledger::Reader::open(options_.path)->newest({.limit = 1, .thumbnails = true});
    EXPECT_TRUE(ends && ends->size() == 1);
    return ends && !ends->empty() ? ends->front() : ledger::TrackEnd();
  }

  testing::TempDir folder_;
  testing::FakeClock clock_;
  memory::MemoryManager memory_{{.gc_interval = 5, .budget_bytes = 100_MiB}};
  const ledger::LedgerOptions options_{.path = folder_ / "events.db", .keep = 100};
  const UtcTime captured_ = UtcTime(1'700'000'000s);
  CameraSettings settings_;
  std::shared_ptr<CameraContext> context_;
  std::unique_ptr<ledger::Ledger> ledger_;
  Histogram encode_took_;
  shot::MakeShot make_shot_{memory_, encode_took_};
  std::optional<TrackEnds> ends_;
};

TEST_F(TrackEndsTest, ATrackThatWasNotPostedSaysWhyAndShowsTheFace) {
  tell(*track(Reason::too_small));
  const ledger::TrackEnd end = newest();
  EXPECT_EQ(end.key.camera, "gate");
  EXPECT_EQ(end.key.track, 12U);
  EXPECT_EQ(end.key.captured, captured_ + 1s);
  EXPECT_EQ(end.camera_id, 7);
  EXPECT_EQ(end.outcome, Outcome(Reason::too_small));
  EXPECT_EQ(end.text, "shorter side 40.5 pixels, filter_min_size 60");
  EXPECT_EQ(end.face_width, 40.5F);
  EXPECT_EQ(end.score, 0.875F);
  EXPECT_EQ(end.lasted, 3s);
  EXPECT_EQ(end.sightings, 30);
  EXPECT_GT(end.thumbnail.size(), 100U);
  EXPECT_EQ(end.thumbnail.front(), std::byte{0xff});
}

TEST_F(TrackEndsTest, EachReasonNamesTheFigureThatDecided) {
  tell(*track(Reason::too_large));
  EXPECT_EQ(newest().text, "longer side 50.0 pixels, filter_max_size 8192");
  tell(*track(Reason::low_quality));
  EXPECT_EQ(newest().text, "quality 0.250, filter_min_quality 0.5");
  tell(*track(Reason::outside_roi));
  EXPECT_EQ(newest().text, "not wholly inside roi 300x200+10+20");
  const auto still = track(std::nullopt);
  still->thumbnail->captured = captured_ + 1h;
  still->withheld = Reason::no_movement;
  tell(*still);
  static_cast<void>(newest());  // which is another: this one counts from its best shot, not its thumbnail
  const auto ends = ledger::Reader::open(options_.path)->newest({.outcome = Reason::no_movement});
  ASSERT_EQ(ends->size(), 1U);
  EXPECT_EQ(ends->front().key.captured, captured_);
  EXPECT_EQ(ends->front().text, "moved 0.030 face widths, filter_min_movement 0.1");
  const auto brief = track(std::nullopt);
  brief->withheld = Reason::too_short;
  brief->sightings = 1;
  brief->best->captured = captured_ + 2h;
  tell(*brief);
  static_cast<void>(newest());
  EXPECT_EQ(ledger::Reader::open(options_.path)->newest({.outcome = Reason::too_short})->front().text,
            "seen 1 times, minimal_track_length 2");
}

TEST_F(TrackEndsTest, AShotIsPendingUntilItsDeliveryIsBooked) {
  FaceResults results(*ledger_);
  const auto moving = [this] {
    auto made = track(std::nullopt);
    made->movement = 2;
    return made;
  };
  const auto outcome = tell(*moving());
  const auto& shot = std::get<domain::Shot>(outcome);
  EXPECT_EQ(newest().outcome, Outcome(DeliveryStatus::pending));
  results.delivered(shot);
  EXPECT_EQ(newest().outcome, Outcome(DeliveryStatus::posted));

  tell(*moving());
  results.refused(shot, Reason::refused, "HTTP 400: no such camera");
  EXPECT_EQ(newest().outcome, Outcome(Reason::refused));
  EXPECT_EQ(newest().text, "HTTP 400: no such camera");

  tell(*moving());
  results.failed(shot, "no answer");
  EXPECT_EQ(newest().outcome, Outcome(DeliveryStatus::failed));
}

// A face that was in view when an earlier run ended: that one could not tell of its end.
TEST_F(TrackEndsTest, OneThatWasRecoveredIsToldAndSaysSo) {
  FaceResults results(*ledger_);
  domain::Shot shot;
  shot.camera = "gate";
  shot.camera_id = 7;
  shot.track = 12;
  shot.captured = captured_;
  shot.face = {.left = 1, .top = 2, .width = 80, .height = 100};
  shot.quality.total = 0.75F;
  results.recovered(shot);
  const ledger::TrackEnd pending = newest();
  EXPECT_EQ(pending.outcome, Outcome(DeliveryStatus::pending));
  EXPECT_EQ(pending.camera_id, 7);
  EXPECT_EQ(pending.face_width, 80);
  EXPECT_FLOAT_EQ(pending.quality.total, 0.75F);
  EXPECT_NE(pending.text, "");
  results.delivered(shot);
  EXPECT_EQ(newest().outcome, Outcome(DeliveryStatus::posted));
  EXPECT_EQ(newest().text, pending.text);
}

TEST_F(TrackEndsTest, WhereNoLedgerIsKeptNothingIsDescribed) {
  const auto none = ledger::Ledger::open({.path = folder_ / "none.db", .keep = 0}, memory_, clock_);
  TrackEnds ends(**none, make_shot_);
  EXPECT_FALSE(ends.describe(*track(Reason::too_small), *context_));
}

}  // namespace
}  // namespace vigia::pipeline
