// Which shots of open tracks belong in the journal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "track/manage_tracks.h"

namespace vigia::track {
namespace {

using namespace std::chrono_literals;
using domain::Track;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Nanoseconds kInterval = 5s;

// A camera at 10 frames a second, whose stream keeps the clock's time.
class Table {
 public:
  explicit Table(const TrackOptions& options = {}) : tracks(options, 0.1, 3) {}

  // Faces at these places, all equally good.
  void look(const std::vector<float>& places, float rank = 0.5F) {
    domain::Frame frame;
    frame.size = {1280, 720};
    frame.stream_time = now_;
    frame.captured = UtcTime(1000s) + std::chrono::duration_cast<UtcTime::duration>(now_);
    std::vector<domain::Sighting> faces;
    for (const float x : places) {
      domain::Sighting& face = faces.emplace_back();
      face.detection.box = {x, 300, 80, 80};
      face.quality.total = face.quality.rank = rank;
    }
    tracks.update(frame, faces, finished);
    now_ += 100ms;
  }
  // A person who walks a little to and fro.
  void walk(Nanoseconds time, float rank = 0.5F) {
    for (const Nanoseconds end = now_ + time; now_ < end;) {
      look({300 + 40.0F * static_cast<float>(++step_ / 10 % 2)}, rank);
      journal();
    }
  }
  void journal() { tracks.to_journal(SteadyTime(1h) + now_, kInterval, given); }

  ManageTracks tracks;
  std::vector<Finished> finished;
  std::vector<std::unique_ptr<Track>> given;

 private:
  Nanoseconds now_{0};
  int step_ = 0;
};

TEST(ToJournal, WhoIsInViewForShortCostsNothing) {
  Table table;
  table.walk(4900ms);
  EXPECT_THAT(table.given, IsEmpty());
}

TEST(ToJournal, WhoStaysIsGivenSoOftenWithTheBestSoFar) {
  Table table;
  table.walk(3s, 0.5F);
  table.walk(1s, 0.9F);
  table.walk(8s, 0.4F);
  ASSERT_THAT(table.given, SizeIs(2));
  for (const auto& track : table.given) {
    EXPECT_EQ(track->id, 1U);
    EXPECT_EQ(track->camera, 3);
    ASSERT_TRUE(track->best);
    EXPECT_FLOAT_EQ(track->best->sighting.quality.rank, 0.9F);
    EXPECT_EQ(track->best->captured, UtcTime(1000s) + 3s);
    EXPECT_GT(track->movement, 0.1F);
  }
  EXPECT_GT(table.given[1]->sightings, table.given[0]->sightings);
}

TEST(ToJournal, ThePictureIsSharedAndTheTrackKeepsIt) {
  Table table;
  table.walk(6s);
  ASSERT_THAT(table.given, SizeIs(1));
  const auto image = table.given[0]->best->image;
  table.tracks.close_all(table.finished);
  ASSERT_THAT(table.finished, SizeIs(1));
  ASSERT_TRUE(table.finished[0].track->best);
  EXPECT_EQ(table.finished[0].track->best->image, image);
}

TEST(ToJournal, APosterIsNotGiven) {
  Table table;
  for (int i = 0; i < 200; ++i) {
    table.look({300});
    table.journal();
  }
  EXPECT_EQ(table.tracks.open(), 1U);
  EXPECT_THAT(table.given, IsEmpty());
}

TEST(ToJournal, ARejectedFaceIsNotGiven) {
  Table table;
  domain::Frame frame;
  frame.size = {1280, 720};
  for (int i = 0; i < 100; ++i) {
    frame.stream_time = i * 100ms;
    domain::Sighting face;
    face.detection.box = {300 + 5 * static_cast<float>(i), 300, 80, 80};
    face.rejected = domain::Reason::low_quality;
    table.tracks.update(frame, {&face, 1}, table.finished);
    table.tracks.to_journal(SteadyTime(1h) + i * 100ms, kInterval, table.given);
  }
  EXPECT_THAT(table.given, IsEmpty());
}

// Real-time mode: a posted shot is not kept, a better one that was not posted yet is.
TEST(ToJournal, OnlyWhatWasNotPosted) {
  TrackOptions options;
  options.overall_only = false;
  options.realtime_post_interval = 7;
  Table table(options);
  table.walk(7500ms, 0.5F);
  ASSERT_THAT(table.given, SizeIs(1)) << "before its window was over";
  ASSERT_THAT(table.finished, SizeIs(1));
  table.walk(4s, 0.5F);
  EXPECT_THAT(table.given, SizeIs(1)) << "posted, and none better";
  table.walk(5s, 0.8F);
  ASSERT_THAT(table.given, SizeIs(2));
  EXPECT_FLOAT_EQ(table.given[1]->best->sighting.quality.rank, 0.8F);
}

// After a forced end the new part is of a person who was posted.
TEST(ToJournal, APartThatBeginsAnewBeginsItsTimeAnew) {
  TrackOptions options;
  options.track_max_duration_frames = 70;
  Table table(options);
  table.walk(11s);
  ASSERT_THAT(table.given, SizeIs(1));
  EXPECT_EQ(table.given[0]->id, 1U);
}

}  // namespace
}  // namespace vigia::track
