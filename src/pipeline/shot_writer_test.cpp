// The encoder, the writer and the journal: which shots of open tracks are on disk, and when they are deleted.
#include "pipeline/shot_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <opencv2/core.hpp>
#include <thread>
#include <vector>

#include "base/worker.h"
#include "pipeline/shot_encoder.h"
#include "testing/fake_clock.h"
#include "testing/faulty_disk.h"
#include "testing/frame_maker.h"
#include "testing/temp_dir.h"

namespace vigia::pipeline {
namespace {

using namespace std::chrono_literals;

class ShotWriterTest : public ::testing::Test {
 protected:
  ShotWriterTest() {
    settings_.spec.name = "gate";
    context_ = std::make_shared<CameraContext>(settings_, memory_.budget());
    auto outbox = outbox::Outbox::open({.path = folder_ / "vigia.db"}, {"directory"}, memory_, clock_);
    EXPECT_TRUE(outbox.ok());
    outbox_ = *std::move(outbox);
    auto ledger = ledger::Ledger::open({.path = "", .keep = 0}, memory_, clock_);
    EXPECT_TRUE(ledger.ok());
    ledger_ = *std::move(ledger);
  }

  // A track whose best shot is from that second.
  domain::Frame picture() {
    return testing::make_frame(memory_, cv::Mat(480, 640, CV_8UC3, cv::Scalar(128, 128, 128)));
  }
  std::unique_ptr<domain::Track> track(std::uint64_t id, int second = 0) {
    auto made = std::make_unique<domain::Track>();
    made->id = id;
    made->sightings = 30;
    made->movement = 2;
    domain::Sighting seen;
    seen.detection.box = {100, 100, 80, 100};
    const auto image = std::make_shared<domain::ShotImage>(picture());
    made->best = domain::BestShot{seen, image, {640, 480}, 2s, UtcTime(1'700'000'000s + second * 1s), {}};
    return made;
  }
  void so_far(std::unique_ptr<domain::Track> track) {
    ASSERT_FALSE(orders_.push({context_, KeepSoFar{std::move(track)}}));
  }
  void over(std::unique_ptr<domain::Track> track) {
    ASSERT_FALSE(orders_.push({context_, track::Finished{std::move(track), true}}));
  }
  void encode() { ShotEncoder(orders_, {encoded_, *outbox_, memory_, latency_, *ledger_, clock_}).run(); }
  void write() { ShotWriter(encoded_, *outbox_).run(); }
  status::OutboxStatus figures_after_all() {
    orders_.close();
    encode();
    write();
    return outbox_->status();
  }

  // Only a test that fails waits for long.
  template <class Condition>
  static bool eventually(Condition condition) {
    for (int i = 0; i < 60'000 && !condition(); ++i) std::this_thread::sleep_for(1ms);
    return condition();
  }

  testing::FaultyDisk disk_;  // before the outbox opens its file
  testing::TempDir folder_;
  testing::FakeClock clock_;
  memory::MemoryManager memory_{{.gc_interval = 5, .budget_bytes = 100_MiB}};
  CameraSettings settings_;
  std::shared_ptr<CameraContext> context_;
  std::unique_ptr<outbox::Outbox> outbox_;
  std::unique_ptr<ledger::Ledger> ledger_;
  StageLatency latency_;
  ShotOrders orders_{200};
  EncodedShots encoded_{memory_.budget()};
};

TEST_F(ShotWriterTest, WhoIsInViewIsInTheJournal) {
  so_far(track(1));
  so_far(track(2));
  so_far(track(1, 5));
  const auto figures = figures_after_all();
  EXPECT_EQ(figures.in_journal, 2U);
  EXPECT_EQ(figures.shots, 0U);
}

TEST_F(ShotWriterTest, AnEndTakesItsRowAlong) {
  so_far(track(1));
  over(track(1, 5));
  so_far(track(2));
  const auto figures = figures_after_all();
  EXPECT_EQ(figures.in_journal, 1U);
  EXPECT_EQ(figures.shots, 1U);
}

TEST_F(ShotWriterTest, AnEndWithoutAShotToo) {
  so_far(track(1));
  auto still = track(1);
  still->withheld = domain::Reason::no_movement;
  over(std::move(still));
  const auto figures = figures_after_all();
  EXPECT_EQ(figures.in_journal, 0U);
  EXPECT_EQ(figures.shots, 0U);
  EXPECT_EQ(context_->counters.faces_not_posted.at(static_cast<std::size_t>(domain::Reason::no_movement)),
            1U);
}

TEST_F(ShotWriterTest, OneThatWouldNotBePostedAnyMoreIsTakenBack) {
  so_far(track(1));
  auto changed = track(1);
  changed->best.reset();
  so_far(std::move(changed));
  EXPECT_EQ(figures_after_all().in_journal, 0U);
}

TEST_F(ShotWriterTest, PartsOfAPersonGoWithTheWhole) {
  so_far(track(1));
  so_far(track(2));
  auto whole = track(2, 5);
  whole->joined = {1};
  over(std::move(whole));
  const auto figures = figures_after_all();
  EXPECT_EQ(figures.in_journal, 0U);
  EXPECT_EQ(figures.shots, 1U);
}

// A disk may take seconds for one fsync: only JPEG bytes wait meanwhile, frames go back to their cameras.
TEST_F(ShotWriterTest, ADiskThatHangsKeepsNoFrame) {
  disk_.hold();
  Worker encoder("encoder", [this](const std::stop_token&) { encode(); });
  Worker writer("writer", [this](const std::stop_token&) { write(); });
  std::vector<std::shared_ptr<domain::ShotImage>> images;
  for (std::uint64_t id = 1; id <= 50; ++id) {
    auto closed = track(id);
    images.push_back(closed->best->image);
    over(std::move(closed));
  }
  EXPECT_TRUE(eventually([&] {
    return disk_.held() > 0 &&
           std::ranges::none_of(images, [](const auto& image) { return image->frame().has_value(); });
  }));
  disk_.let_go();
  orders_.close();
  encoder.join();
  writer.join();
  EXPECT_EQ(outbox_->status().shots, 50U);
}

// More orders wait for a main stream than may: each is carried out before those behind it, or the journal
// would keep the best shot so far of a track that is over.
TEST_F(ShotWriterTest, OrdersThatWaitForTheirMainStreamAreNotOvertaken) {
  constexpr int kTracks = 80;
  context_ = std::make_shared<CameraContext>(
      settings_, memory_.budget(), false, std::make_shared<CameraCounters>(),
      std::make_unique<closeup::MainStream>(memory_, memory_.budget().open("gate", memory::Kind::packets),
                                            camera::PacketRing::Limits{.span = 10s}));
  context_->main->kept.begin(std::make_shared<camera::StreamFormat>());  // connected, and nothing has come
  domain::Frame frame = picture();
  frame.captured = clock_.utc_now();
  const auto waiting = [&](int id) {
    auto made = track(static_cast<std::uint64_t>(id));
    made->best->image = std::make_shared<domain::ShotImage>(frame);
    return made;
  };
  for (int id = 1; id <= kTracks; ++id) so_far(waiting(id));
  for (int id = 1; id <= kTracks; ++id) over(waiting(id));
  const auto figures = figures_after_all();
  EXPECT_EQ(figures.in_journal, 0);
  EXPECT_EQ(figures.shots, kTracks);
}

}  // namespace
}  // namespace vigia::pipeline
