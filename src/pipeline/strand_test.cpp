#include "pipeline/strand.h"

#include <gtest/gtest.h>

#include <functional>
#include <opencv2/core.hpp>
#include <thread>

#include "testing/fake_clock.h"
#include "testing/frame_maker.h"

namespace vigia::pipeline {
namespace {

using namespace std::chrono_literals;

// Finds one face where the test puts it, and notes the frames it saw.
class ScriptedDetector final : public detect::Detector {
 public:
  Status detect(const domain::Frame& frame, const detect::SearchArea& view,
                std::vector<domain::Detection>& found) override {
    seen.push_back(frame.sequence);
    searched = view.rot;
    close = view.close;
    if (takes) takes();
    found.clear();
    if (broken) return Error{ErrorCode::invalid, "broken"};
    if (face) found.push_back({*face, 0.9F, std::nullopt});
    if (face) face->left += 4;
    return ok_status();
  }
  std::string name() const override { return "scripted"; }

  std::vector<std::uint64_t> seen;
  std::optional<domain::Box> face;
  domain::Region searched, close;
  bool broken = false;
  std::function<void()> takes;
};

class StrandTest : public ::testing::Test {
 protected:
  StrandTest() {
    memory_.start();
    settings_.spec.name = "gate";
    settings_.shot.filter_min_quality = 0;
    picture_ = testing::make_frame(memory_, cv::Mat(360, 640, CV_8UC3, cv::Scalar(90, 120, 150)));
  }

  Strand& strand() {
    if (!strand_) {
      context_ = std::make_shared<CameraContext>(settings_, memory_.budget());
      strand_.emplace(context_, 0, StrandWorld{memory_, clock_, run_queue_, orders_, latency_, load_});
    }
    return *strand_;
  }
  const CameraCounters& counters() { return context_->counters; }

  void deliver(std::uint64_t sequence, const std::stop_token& stop = {}) {
    domain::Frame frame = picture_;
    frame.sequence = sequence;
    frame.stream_time = sequence * every_;
    frame.read_at = clock_.now();
    strand().deliver(std::move(frame), stop);
  }
  // Takes turns as workers do, until no strand is scheduled.
  void work() {
    std::stop_source done;
    done.request_stop();
    while (Strand* const next = run_queue_.pop(done.get_token())) next->take_turn(detector_);
  }
  int tracks_handed_on() {
    int tracks = 0;
    while (orders_.depth() > 0) {
      const auto order = orders_.pop_for(Nanoseconds::zero());
      const auto* const finished = std::get_if<track::Finished>(&order->what);
      if (finished != nullptr && finished->over) ++tracks;
    }
    return tracks;
  }

  testing::FakeClock clock_;
  memory::MemoryManager memory_{{.gc_interval = 3600, .budget_bytes = 100_MiB}};
  RunQueue run_queue_;
  ShotOrders orders_{100};
  StageLatency latency_;
  LoadMeter load_;
  CameraSettings settings_;
  Nanoseconds every_ = 40ms;  // a frame
  domain::Frame picture_;
  std::shared_ptr<CameraContext> context_;
  std::optional<Strand> strand_;
  ScriptedDetector detector_;
  std::uint64_t sequence_ = 0;
};

TEST_F(StrandTest, HandlesFramesInOrder) {
  for (std::uint64_t i = 0; i < 3; ++i) deliver(i);
  work();
  EXPECT_EQ(detector_.seen, (std::vector<std::uint64_t>{0, 1, 2}));
  EXPECT_EQ(counters().frames_processed, 3U);
  EXPECT_EQ(latency_.whole.percentiles(1ms).count, 3U);
}

TEST_F(StrandTest, ShowsAFrameWithItsFacesToWhoAsks) {
  detector_.face = domain::Box{400, 100, 80, 100};
  deliver(0);
  work();
  EXPECT_EQ(context_->live.take(), nullptr) << "nobody asked";
  context_->live.ask();
  for (std::uint64_t i = 1; i < 3; ++i) deliver(i);
  work();
  const auto picture = context_->live.take();
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->frame.sequence, 1U);
  ASSERT_EQ(picture->faces.size(), 1U);
  EXPECT_EQ(picture->faces[0].box.left, 404);
  EXPECT_EQ(picture->faces[0].track, 1U);
  context_->live.ask();
  detector_.broken = true;
  deliver(3);
  work();
  const auto unsearched = context_->live.take();
  ASSERT_TRUE(unsearched);
  EXPECT_TRUE(unsearched->faces.empty());
}

TEST_F(StrandTest, AnotherSizeEndsTheTracksAndMovesARelativeRegion) {
  settings_.rot = {50, 0, 50, 100, true};
  detector_.face = domain::Box{400, 100, 80, 100};
  for (std::uint64_t i = 0; i < 3; ++i) deliver(i);
  work();
  EXPECT_EQ(detector_.searched, (domain::Region{320, 0, 320, 360}));
  EXPECT_EQ(tracks_handed_on(), 0);
  picture_ = testing::make_frame(memory_, cv::Mat(180, 320, CV_8UC3, cv::Scalar(90, 120, 150)));
  detector_.face = domain::Box{200, 50, 80, 100};
  for (std::uint64_t i = 3; i < 6; ++i) deliver(i);
  work();
  EXPECT_EQ(detector_.searched, (domain::Region{160, 0, 160, 180}));
  EXPECT_EQ(tracks_handed_on(), 1) << "that of the old size, at once; the new one is open";
  strand().end();
  work();
  EXPECT_EQ(tracks_handed_on(), 1);
}

TEST_F(StrandTest, DropsTheOldestAndCountsIt) {
  for (std::uint64_t i = 0; i < 5; ++i) deliver(i);
  work();
  EXPECT_EQ(detector_.seen, (std::vector<std::uint64_t>{2, 3, 4}));
  EXPECT_EQ(counters().frames_dropped, 2U);
}

TEST_F(StrandTest, WaitsForRoomWhereNothingMayBeDropped) {
  settings_.source.play_speed = -1;
  for (std::uint64_t i = 0; i < 3; ++i) deliver(i);
  std::jthread camera([this](const std::stop_token& stop) {
    for (std::uint64_t i = 3; i < 50; ++i) deliver(i, stop);
    strand().end();
  });
  while (!strand().drained()) work();
  EXPECT_EQ(detector_.seen.size(), 50U);
  EXPECT_EQ(counters().frames_dropped, 0U);
}

TEST_F(StrandTest, ALiveSourceNeverWaitsWhateverTheSettingsSay) {
  settings_.source.disable_drops = true;
  std::stop_source stop;
  stop.request_stop();  // so that a wait would end
  strand().opened(true);
  for (std::uint64_t i = 0; i < 5; ++i) deliver(i, stop.get_token());
  work();
  EXPECT_EQ(detector_.seen, (std::vector<std::uint64_t>{2, 3, 4}));
  strand().opened(false);  // its list has ended: a recording now
  for (std::uint64_t i = 5; i < 9; ++i) deliver(i, stop.get_token());
  work();
  EXPECT_EQ(detector_.seen, (std::vector<std::uint64_t>{2, 3, 4, 5, 6, 7, 8}));
}

TEST_F(StrandTest, AStopEndsTheWaitForRoomAndKeepsTheFrame) {
  settings_.source.disable_drops = true;
  for (std::uint64_t i = 0; i < 3; ++i) deliver(i);
  std::stop_source stop;
  stop.request_stop();
  deliver(3, stop.get_token());
  work();
  EXPECT_EQ(detector_.seen.size(), 4U);
}

TEST_F(StrandTest, LooksAtEveryNthFrameOnly) {
  settings_.detector_step = 3;
  for (std::uint64_t i = 0; i < 7; ++i) {
    deliver(i);
    work();
  }
  EXPECT_EQ(detector_.seen, (std::vector<std::uint64_t>{0, 3, 6}));
  EXPECT_EQ(counters().frames_skipped, 4U);
}

TEST_F(StrandTest, TheEndClosesOpenTracks) {
  detector_.face = domain::Box{100, 100, 80, 100};
  for (std::uint64_t i = 0; i < 3; ++i) deliver(i);
  work();
  EXPECT_EQ(tracks_handed_on(), 0);
  EXPECT_FALSE(strand().drained());
  strand().end();
  work();
  EXPECT_EQ(tracks_handed_on(), 1);
  EXPECT_EQ(counters().tracks_closed, 1U);
  EXPECT_TRUE(strand().drained());
}

TEST_F(StrandTest, IsGoneOnceNoListKnowsIt) {
  detector_.face = domain::Box{100, 100, 80, 100};
  deliver(0);
  work();
  strand().end();
  clock_.advance(300ms);
  strand().tick();  // puts it in the list of woken strands
  Strand* const next = run_queue_.pop({});
  ASSERT_EQ(next, &strand());
  EXPECT_FALSE(strand().is_gone());
  strand().tick();
  next->take_turn(detector_);
  EXPECT_TRUE(strand().drained());
  EXPECT_FALSE(strand().is_gone()) << "a worker will still look at it";
  work();
  EXPECT_TRUE(strand().is_gone());
}

TEST_F(StrandTest, TracksAreNumberedOnWhenTheCameraIsReplaced) {
  detector_.face = domain::Box{100, 100, 80, 100};
  deliver(0);
  strand().end();
  work();
  EXPECT_EQ(tracks_handed_on(), 1);
  strand_.emplace(context_, 1, StrandWorld{memory_, clock_, run_queue_, orders_, latency_, load_});
  deliver(0);
  strand().end();
  work();
  const auto order = orders_.pop_for(Nanoseconds::zero());
  ASSERT_TRUE(order);
  EXPECT_EQ(std::get<track::Finished>(order->what).track->id, 2U);
}

TEST_F(StrandTest, NewFiltersHoldFromTheNextTurnOn) {
  const auto reason_of_next = [this]() -> std::optional<domain::Reason> {
    const auto order = orders_.pop_for(Nanoseconds::zero());
    const domain::Track& track = *std::get<track::Finished>(order->what).track;
    return track.best ? std::nullopt : track.best_rejected->rejected;
  };
  const auto one_track = [&] {
    detector_.face = domain::Box{100, 100, 80, 100};
    deliver(sequence_++);
    work();
    clock_.advance(20s);  // out of sight for longer than any track waits
    strand().tick();
    work();
    return reason_of_next();
  };
  EXPECT_EQ(one_track(), std::nullopt);
  shot::ShotOptions filters = settings_.shot;
  filters.filter_min_size = 90;
  strand().set_filters(filters);
  filters.filter_min_size = 100;
  strand().set_filters(filters);
  EXPECT_EQ(one_track(), domain::Reason::too_small);
  strand().set_filters(settings_.shot);
  EXPECT_EQ(one_track(), std::nullopt);
}

TEST_F(StrandTest, ASilentCamerasTracksEndByTheClock) {
  detector_.face = domain::Box{100, 100, 80, 100};
  deliver(0);
  work();
  clock_.advance(2900ms);
  strand().tick();
  work();
  EXPECT_EQ(tracks_handed_on(), 0) << "track_miss_interval and track_stitch_interval are not over";
  clock_.advance(11s);  // a person seen once may be a picture, and is waited for
  strand().tick();
  work();
  EXPECT_EQ(tracks_handed_on(), 1);
}

TEST_F(StrandTest, WhoIsInViewForLongGoesToTheJournal) {
  context_ = std::make_shared<CameraContext>(settings_, memory_.budget());
  strand_.emplace(context_, 0,
                  StrandWorld{memory_, clock_, run_queue_, orders_, latency_, load_, nullptr, 2s});
  detector_.face = domain::Box{100, 100, 80, 100};
  const auto kept = [this] {
    std::vector<std::uint64_t> tracks;
    while (orders_.depth() > 0) {
      const auto order = orders_.pop_for(Nanoseconds::zero());
      if (const auto* so_far = std::get_if<KeepSoFar>(&order->what)) tracks.push_back(so_far->track->id);
    }
    return tracks;
  };
  const auto look = [this](int frames) {
    for (int i = 0; i < frames; ++i) {
      deliver(sequence_++);
      work();
      clock_.advance(100ms);
    }
  };
  look(20);
  EXPECT_EQ(kept(), std::vector<std::uint64_t>());
  look(1);
  EXPECT_EQ(kept(), std::vector<std::uint64_t>{1});
  look(19);
  EXPECT_EQ(kept(), std::vector<std::uint64_t>());
  look(1);
  EXPECT_EQ(kept(), std::vector<std::uint64_t>{1});
}

TEST_F(StrandTest, TheJournalGivesWayToWhatHasEnded) {
  context_ = std::make_shared<CameraContext>(settings_, memory_.budget());
  strand_.emplace(context_, 0,
                  StrandWorld{memory_, clock_, run_queue_, orders_, latency_, load_, nullptr, 1s});
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(orders_.push({}));
  detector_.face = domain::Box{100, 100, 80, 100};
  for (int i = 0; i < 30; ++i) {
    deliver(sequence_++);
    work();
    clock_.advance(100ms);
  }
  EXPECT_EQ(orders_.depth(), 100U);
  EXPECT_EQ(counters().faces_not_posted.at(static_cast<std::size_t>(domain::Reason::shed)), 0U);
}

TEST_F(StrandTest, ABrokenDetectorIsCountedAndTheCameraGoesOn) {
  detector_.broken = true;
  deliver(0);
  work();
  EXPECT_TRUE(counters().detector_fails);
  detector_.broken = false;
  deliver(1);
  work();
  EXPECT_EQ(counters().detector_errors, 1U);
  EXPECT_FALSE(counters().detector_fails);
  EXPECT_EQ(counters().frames_processed, 1U);
}

TEST_F(StrandTest, AFaceThatFindsNoPlaceIsCounted) {
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(orders_.push({}));
  detector_.face = domain::Box{100, 100, 80, 100};
  deliver(0);
  strand().end();
  work();
  EXPECT_EQ(counters().tracks_closed, 1U);
  EXPECT_EQ(counters().faces_not_posted.at(static_cast<std::size_t>(domain::Reason::shed)), 1U);
}

TEST_F(StrandTest, AndTheLedgerCountsThatItWasNotTold) {
  auto books = ledger::Ledger::open({.path = "", .keep = 0}, memory_, clock_);
  ASSERT_TRUE(books);
  context_ = std::make_shared<CameraContext>(settings_, memory_.budget());
  strand_.emplace(context_, 0,
                  StrandWorld{memory_, clock_, run_queue_, orders_, latency_, load_, books->get()});
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(orders_.push({}));
  detector_.face = domain::Box{100, 100, 80, 100};
  deliver(0);
  strand().end();
  work();
  EXPECT_EQ((*books)->lost(), 1U);
}

TEST_F(StrandTest, CamerasTakeTurns) {
  auto other_context = std::make_shared<CameraContext>(settings_, memory_.budget());
  Strand other(other_context, 1, StrandWorld{memory_, clock_, run_queue_, orders_, latency_, load_});
  deliver(0);
  deliver(1);
  deliver(2);
  domain::Frame frame = picture_;
  frame.sequence = 100;
  other.deliver(frame, {});
  work();
  EXPECT_EQ(detector_.seen, (std::vector<std::uint64_t>{0, 100, 1, 2}));
}

TEST_F(StrandTest, OverloadsStepComesOnTopOfTheCamerasOwn) {
  settings_.detector_step = 2;
  load_.step = 3;
  for (std::uint64_t i = 0; i < 13; ++i) {
    deliver(i);
    work();
  }
  EXPECT_EQ(detector_.seen, (std::vector<std::uint64_t>{0, 6, 12}));
  EXPECT_EQ(counters().frames_skipped, 6U);
  EXPECT_EQ(counters().frames_overload_skipped, 4U);
}

// Searches 1.6 s apart would end a track of one second between any two.
TEST_F(StrandTest, OverloadLeavesALookInEveryThirdOfAMissInterval) {
  for (const Nanoseconds every : {40ms, 100ms, 200ms}) {
    strand_.reset();
    detector_.seen.clear();
    every_ = every;
    load_.step = 8;
    for (std::uint64_t i = 0; i < 33; ++i) {
      deliver(i);
      work();
    }
    const std::uint64_t gap = every == 40ms ? 8 : every == 100ms ? 3 : 1;
    ASSERT_EQ(detector_.seen.size(), 32 / gap + 1) << every.count();
    EXPECT_EQ(detector_.seen.back() - detector_.seen[detector_.seen.size() - 2], gap);
  }
}

TEST_F(StrandTest, ALiveCameraTellsHowMuchWorkerTimeItTook) {
  EXPECT_EQ(strand().take_worker_time(), 0ns);
  detector_.takes = [this] { clock_.advance(7ms); };
  for (std::uint64_t i = 0; i < 2; ++i) deliver(i);
  work();
  EXPECT_EQ(strand().take_worker_time(), 14ms);
  EXPECT_EQ(strand().take_worker_time(), 0ns);
}

TEST_F(StrandTest, OverloadLeavesNothingOutWhereNothingMayBeDropped) {
  settings_.source.disable_drops = true;
  load_.step = 8;
  for (std::uint64_t i = 0; i < 4; ++i) {
    deliver(i);
    work();
  }
  EXPECT_EQ(detector_.seen.size(), 4U);
}

TEST_F(StrandTest, WhereNothingMovesNobodyIsLookedFor) {
  settings_.imotion_threshold = 0.002;
  for (std::uint64_t i = 0; i < 100; ++i) {
    deliver(i);
    work();
  }
  EXPECT_LT(detector_.seen.size(), 60U) << "the first frame, a second after it, and one every five seconds";
  EXPECT_EQ(counters().frames_imotion_skipped + detector_.seen.size(), 100U);
}

TEST_F(StrandTest, AnOpenTrackIsLookedAtAlthoughNothingMoves) {
  settings_.imotion_threshold = 0.002;
  detector_.face = domain::Box{100, 100, 80, 100};
  for (std::uint64_t i = 0; i < 100; ++i) {
    deliver(i);
    work();
  }
  EXPECT_EQ(detector_.seen.size(), 100U);
}

TEST_F(StrandTest, WhereOnlyAFollowedFaceIsOnlyItsPlaceIsLookedAt) {
  settings_.imotion_threshold = 0.002;
  detector_.face = domain::Box{100, 100, 40, 50};
  int close = 0;
  for (std::uint64_t i = 0; i < 60; ++i) {
    const domain::Box expected = *detector_.face;
    deliver(i);
    work();
    if (detector_.close.whole()) continue;
    ++close;
    EXPECT_TRUE(detector_.close.contains(expected));
    EXPECT_LT(detector_.close.width, 320);
  }
  EXPECT_GT(close, 50);
}

TEST_F(StrandTest, EveryFrameEndsAsOneThing) {
  settings_.detector_step = 2;
  settings_.imotion_threshold = 0.002;
  load_.step = 2;
  detector_.broken = true;  // the gate lets the first second through
  std::uint64_t delivered = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    if (i == 10) detector_.broken = false;
    deliver(i);
    ++delivered;
    if (i < 10 || i % 20 == 0) work();
  }
  strand().end();
  work();
  EXPECT_GT(counters().frames_processed, 0U);
  EXPECT_GT(counters().frames_dropped, 0U);
  EXPECT_GT(counters().frames_imotion_skipped, 0U);
  EXPECT_GT(counters().detector_errors, 0U);
  EXPECT_EQ(counters().frames_skipped, 200U);
  EXPECT_EQ(counters().frames_overload_skipped, 100U);
  EXPECT_EQ(counters().frames_processed + counters().frames_dropped + counters().frames_skipped +
                counters().frames_overload_skipped + counters().frames_imotion_skipped +
                counters().detector_errors,
            delivered);
}

TEST_F(StrandTest, ABurstIsNoOverload) {
  deliver(0);
  work();
  for (int second = 0; second < 20; ++second) {
    clock_.advance(1s);
    for (std::uint64_t i = 0; i < 10; ++i) deliver(i);
    work();
  }
  EXPECT_EQ(counters().frames_dropped, 140U);
  EXPECT_EQ(load_.frames_late, 0U);
}

TEST_F(StrandTest, FramesThatWaitTooLongAreOverloadOnceTheCameraHasSettled) {
  const auto a_second_without_workers = [this] {
    for (std::uint64_t i = 0; i < 10; ++i) {
      deliver(i);
      clock_.advance(100ms);
    }
  };
  for (int i = 0; i < 5; ++i) a_second_without_workers();
  EXPECT_EQ(load_.frames_late, 0U) << "it has just begun to send";
  a_second_without_workers();
  EXPECT_EQ(load_.frames_late, 10U);
  work();
  clock_.advance(2s);  // a reconnect
  for (int i = 0; i < 5; ++i) a_second_without_workers();
  EXPECT_EQ(load_.frames_late, 10U);
}

TEST_F(StrandTest, FilesThatAreFasterThanTimeSayNothingOfOverload) {
  settings_.source.play_speed = 4;
  for (std::uint64_t i = 0; i < 100; ++i) {
    deliver(i);
    clock_.advance(100ms);
  }
  work();
  EXPECT_GT(counters().frames_dropped, 0U);
  EXPECT_EQ(load_.frames_late, 0U);
  EXPECT_EQ(load_.busy, 0);
  EXPECT_FALSE(strand().presence().known);
}

TEST_F(StrandTest, IsThereUntilItWasSilentForMinutes) {
  deliver(0);
  EXPECT_TRUE(strand().presence().delivering);
  clock_.advance(2s);
  EXPECT_FALSE(strand().presence().delivering);
  EXPECT_TRUE(strand().presence().known);
  clock_.advance(5min);
  EXPECT_FALSE(strand().presence().known);
}

}  // namespace
}  // namespace vigia::pipeline
