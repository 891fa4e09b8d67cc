#include "track/manage_tracks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <vector>

#include "memory/memory_manager.h"

namespace vigia::track {
namespace {

using namespace std::chrono_literals;
using domain::Box;
using domain::Frame;
using domain::Reason;
using domain::Sighting;
using domain::Track;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Sighting face(float x, float quality = 0.7F, float side = 80, float y = 300) {
  Sighting sighting;
  sighting.detection.box = {x, y, side, side};
  sighting.detection.score = 0.9F;
  sighting.quality.total = sighting.quality.rank = quality;
  return sighting;
}
Sighting rejected(float x, Reason reason, float quality = 0.3F) {
  Sighting sighting = face(x, quality);
  sighting.rejected = reason;
  return sighting;
}

// A camera's table of tracks, and the tracks that it handed out.
class Table {
 public:
  explicit Table(const TrackOptions& options = {}, double min_movement = 0.1)
      : tracks(options, min_movement, 3) {}

  void frame(Nanoseconds time, const std::vector<Sighting>& faces) {
    Frame frame;
    frame.size = {1280, 720};
    frame.stream_time = time;
    frame.captured = UtcTime(1000s) + std::chrono::duration_cast<UtcTime::duration>(time);
    frame.read_utc = frame.captured + 40ms;
    tracks.update(frame, faces, out);
  }
  std::vector<const Track*> handed_out(bool over) const {
    std::vector<const Track*> found;
    for (const Finished& finished : out) {
      if (finished.over == over) found.push_back(finished.track.get());
    }
    return found;
  }
  std::vector<const Track*> closed() const { return handed_out(true); }
  std::vector<const Track*> interim() const { return handed_out(false); }
  std::vector<float> interim_qualities() const {
    std::vector<float> found;
    for (const Track* track : interim()) found.push_back(track->best->sighting.quality.total);
    return found;
  }

  ManageTracks tracks;
  std::vector<Finished> out;
};

TEST(ManageTracks, OnePersonIsOneTrackWithTheBestMomentKept) {
  Table table;
  for (int i = 0; i < 10; ++i)
    table.frame(i * 100ms, {face(100 + 20.0F * static_cast<float>(i), i == 6 ? 0.9F : 0.6F)});
  EXPECT_THAT(table.out, IsEmpty());
  table.tracks.advance(3900ms, table.out);
  EXPECT_THAT(table.out, IsEmpty());  // exactly track_miss_interval and track_stitch_interval: not longer
  table.tracks.advance(3901ms, table.out);

  ASSERT_THAT(table.closed(), SizeIs(1));
  const Track& track = *table.closed()[0];
  EXPECT_EQ(track.id, 1U);
  EXPECT_EQ(track.camera, 3);
  EXPECT_EQ(track.sightings, 10);
  EXPECT_EQ(track.first_seen, 0s);
  EXPECT_EQ(track.last_seen, 900ms);
  EXPECT_FLOAT_EQ(track.last_box.left, 280);
  EXPECT_GT(track.movement, 1.0F);
  ASSERT_TRUE(track.best);
  EXPECT_FLOAT_EQ(track.best->sighting.quality.total, 0.9F);
  EXPECT_EQ(track.best->stream_time, 600ms);
  EXPECT_EQ(track.best->captured, UtcTime(1000s) + 600ms);
  EXPECT_EQ(track.best->read_utc, UtcTime(1000s) + 640ms);
  EXPECT_EQ(track.best->frame_size, (domain::Size{1280, 720}));
  EXPECT_FALSE(track.best_rejected);
  EXPECT_EQ(table.tracks.open(), 0U);
}

// Mistake 3: tracks found inactive while joining were dropped without being sent.
TEST(ManageTracks, Mistake3TrackThatIsOverIsHandedOutByTheFrameThatFindsIt) {
  Table table({.track_stitch_interval = 0});
  for (int i = 0; i < 5; ++i) table.frame(i * 100ms, {face(100)});
  table.frame(1401ms, {face(100)});  // the same place, but too late: another person
  ASSERT_THAT(table.closed(), SizeIs(1));
  EXPECT_EQ(table.closed()[0]->id, 1U);
  table.tracks.close_all(table.out);
  ASSERT_THAT(table.closed(), SizeIs(2));
  EXPECT_EQ(table.closed()[1]->id, 2U);
}

// A camera that sends one frame a second loses no people.
TEST(ManageTracks, ATrackOutlivesTwoFramesHoweverSlowTheCamera) {
  Table table({.track_miss_interval = 1, .track_stitch_interval = 0});
  for (int i = 0; i < 8; ++i) table.frame(i * 1010ms, {face(100 + 3.0F * static_cast<float>(i))});
  table.frame(8 * 1010ms, {});
  table.frame(9 * 1010ms, {face(127)});
  table.tracks.close_all(table.out);
  ASSERT_THAT(table.closed(), SizeIs(1));
  EXPECT_EQ(table.closed()[0]->sightings, 9);
}

TEST(ManageTracks, WhoIsSeenOnceIsWithheldUnlessTheDetectorIsSure) {
  for (const float score : {0.65F, 0.95F}) {
    Table table;
    table.frame(0ms, {face(700)});
    Sighting once = face(100);
    once.detection.score = score;
    table.frame(40ms, {face(700), once});
    for (int i = 2; i < 10; ++i) table.frame(i * 40ms, {face(700)});
    table.tracks.close_all(table.out);
    ASSERT_THAT(table.closed(), SizeIs(2));
    EXPECT_EQ(table.closed()[1]->withheld == Reason::too_short, score < 0.9F);
  }
}

TEST(ManageTracks, OfASlowCameraOneSightingIsEnough) {
  Table table;
  for (int i = 0; i < 5; ++i) {
    Sighting once = face(100.0F + 250.0F * static_cast<float>(i), 0.7F, 40);
    once.detection.score = 0.65F;
    table.frame(i * 500ms, {once});
  }
  table.tracks.close_all(table.out);
  ASSERT_THAT(table.closed(), SizeIs(5));
  for (const Track* track : table.closed()) EXPECT_EQ(track->withheld, std::nullopt) << track->id;
}

TEST(ManageTracks, WeakDetectionsContinueATrackAndDoNothingElse) {
  Table table;
  const auto weak = [](float x, float quality) {
    Sighting sighting = face(x, quality);
    sighting.weak = true;
    return sighting;
  };
  table.frame(0ms, {face(100, 0.6F), weak(700, 0.9F)});
  table.frame(40ms, {face(102, 0.6F)});
  for (int i = 2; i < 60; ++i) table.frame(i * 40ms, {weak(102, 0.9F)});
  EXPECT_THAT(table.tracks.ids(), ElementsAre(1U));
  table.tracks.close_all(table.out);
  ASSERT_THAT(table.closed(), SizeIs(1));  // nobody at 700
  EXPECT_EQ(table.closed()[0]->last_seen, 59 * 40ms);
  EXPECT_FLOAT_EQ(table.closed()[0]->best->sighting.quality.total, 0.6F);
}

TEST(ManageTracks, CloseAllHandsOutEverybody) {
  Table table;
  table.frame(0ms, {face(100), face(500), face(900)});
  table.tracks.close_all(table.out);
  EXPECT_THAT(table.closed(), SizeIs(3));
  table.tracks.close_all(table.out);
  EXPECT_THAT(table.closed(), SizeIs(3));
}

// Mistake 8: the frame was copied once per face, and again per track.
TEST(ManageTracks, Mistake8TracksOfAFrameShareOnePictureWithoutACopy) {
  memory::MemoryManager memory(memory::MemoryOptions{.gc_interval = 5, .budget_bytes = 100_MiB});
  memory::BufferPool pool = memory.make_pool({.owner = "gate", .buffer_bytes = 1000, .max_buffers = 2});
  ManageTracks tracks({}, 0.1, 0);
  std::vector<Finished> out;
  const auto frame = [&](Nanoseconds time) {
    Frame made;
    made.buffer = memory::SharedLease(*pool.try_acquire());
    made.size = {1280, 720};
    made.stream_time = time;
    return made;
  };
  tracks.update(frame(0s), std::vector{face(100), face(500), face(900)}, out);
  EXPECT_EQ(pool.leased(), 1);
  tracks.update(frame(100ms), std::vector{face(100, 0.6F), face(500, 0.6F), face(900, 0.6F)}, out);
  EXPECT_EQ(pool.leased(), 1);  // nothing improved: the second frame went back at once
  tracks.update(frame(200ms), std::vector{face(100, 0.8F), face(500, 0.6F), face(900, 0.6F)}, out);
  EXPECT_EQ(pool.leased(), 2);
  tracks.close_all(out);
  ASSERT_THAT(out, SizeIs(3));
  EXPECT_NE(out[0].track->best->image, out[1].track->best->image);
  EXPECT_EQ(out[1].track->best->image, out[2].track->best->image);
  out.clear();
  EXPECT_EQ(pool.leased(), 0);  // at once: no pass of the collector was needed (it does not even run)
}

TEST(ManageTracks, BestRejectedSaysWhyThereIsNoBest) {
  Table table;
  table.frame(0ms, {rejected(100, Reason::too_small, 0.2F)});
  table.frame(100ms, {rejected(110, Reason::low_quality, 0.4F)});
  table.frame(200ms, {rejected(120, Reason::outside_roi, 0.3F)});
  table.tracks.close_all(table.out);
  ASSERT_THAT(table.closed(), SizeIs(1));
  EXPECT_FALSE(table.closed()[0]->best);
  ASSERT_TRUE(table.closed()[0]->best_rejected);
  EXPECT_EQ(table.closed()[0]->best_rejected->rejected, Reason::low_quality);
}

TEST(ManageTracks, AGoodFaceWinsOverABetterRejectedOne) {
  Table table;
  table.frame(0ms, {rejected(100, Reason::outside_roi, 0.9F)});
  table.frame(100ms, {face(110, 0.6F)});
  table.frame(200ms, {rejected(120, Reason::outside_roi, 0.9F)});
  table.tracks.close_all(table.out);
  EXPECT_FLOAT_EQ(table.closed()[0]->best->sighting.quality.total, 0.6F);
  EXPECT_FALSE(table.closed()[0]->best_rejected);
}

// ---- who is who ----

// Walks people along lines and returns, by track, the people whose faces went into it.
struct Person {
  float from, to;  // left edge of the face at 0 s and at 3 s
  float side = 80;
  float y = 300;
  std::vector<std::pair<Nanoseconds, Nanoseconds>> hidden = {};
};
std::vector<int> people_per_track(const std::vector<Person>& people, int fps,
                                  const std::vector<int>& dropped = {}) {
  Table table;
  std::vector<std::pair<Box, int>> truth;
  for (int i = 0; i <= 3 * fps; ++i) {
    if (std::ranges::count(dropped, i) != 0) continue;
    const Nanoseconds now = Nanoseconds(1'000'000'000LL * i / fps);
    std::vector<Sighting> faces;
    for (int p = 0; p < std::ssize(people); ++p) {
      const Person& person = people[static_cast<std::size_t>(p)];
      const auto is_hidden = [&](const auto& span) { return now >= span.first && now < span.second; };
      if (std::ranges::any_of(person.hidden, is_hidden)) continue;
      const float x = person.from + (person.to - person.from) * static_cast<float>(to_seconds(now)) / 3;
      // The quality identifies the person: person 1 has 0.1, person 2 has 0.2; it never improves.
      faces.push_back(face(x, 0.1F * static_cast<float>(p + 1), person.side, person.y));
    }
    if (i % 2 != 0) std::ranges::reverse(faces);  // detectors promise no order
    table.frame(now, faces);
  }
  table.tracks.close_all(table.out);
  // The person whose face was last in the track, compared with the first (best keeps the highest, so a track
  // that begins with 2 and ends with 1 shows by its last box).
  std::vector<int> result;
  for (const Track* track : table.closed()) {
    for (int p = 0; p < std::ssize(people); ++p) {
      const Person& person = people[static_cast<std::size_t>(p)];
      const float t = static_cast<float>(to_seconds(track->last_seen)) / 3;
      const float began = static_cast<float>(to_seconds(track->first_seen)) / 3;
      const bool ends_here =
          std::abs(track->last_box.left - (person.from + (person.to - person.from) * t)) < 1 &&
          track->last_box.top == person.y;
      const bool began_here = track->id == static_cast<std::uint64_t>(p + 1) && began == 0;
      if (ends_here && began_here) result.push_back(p);
    }
  }
  EXPECT_EQ(table.closed().size(), people.size()) << "tracks";
  return result;
}

TEST(ManageTracksPeople, BehindAPillarForSevenTenthsOfASecond) {
  for (const int fps : {10, 15, 30}) {
    EXPECT_THAT(people_per_track({{.from = 100, .to = 1000, .hidden = {{1s, 1700ms}}}}, fps), ElementsAre(0))
        << fps;
  }
}

TEST(ManageTracksPeople, CrossingEachOther) {
  for (const int fps : {10, 15, 30}) {
    EXPECT_THAT(people_per_track({{.from = 200, .to = 900}, {.from = 900, .to = 200, .y = 310}}, fps),
                ElementsAre(0, 1))
        << fps;
  }
}

TEST(ManageTracksPeople, CrossingEachOtherOneHiddenMeanwhile) {
  for (const int fps : {10, 15, 30}) {
    EXPECT_THAT(people_per_track({{.from = 200, .to = 900},
                                  {.from = 900, .to = 200, .y = 310, .hidden = {{1200ms, 1800ms}}}},
                                 fps),
                ElementsAre(0, 1))
        << fps;
  }
}

TEST(ManageTracksPeople, SideBySide) {
  EXPECT_THAT(people_per_track({{.from = 200, .to = 600}, {.from = 260, .to = 660}}, 15), ElementsAre(0, 1));
  EXPECT_THAT(
      people_per_track({{.from = 200, .to = 200}, {.from = 260, .to = 260, .hidden = {{1s, 1500ms}}}}, 15),
      ElementsAre(0, 1));
}

TEST(ManageTracksPeople, FastWalkersAtTenFrames) {
  // 9 face widths a second: no overlap from frame to frame.
  EXPECT_THAT(people_per_track({{.from = 0, .to = 1180, .side = 44}}, 10), ElementsAre(0));
  EXPECT_THAT(people_per_track(
                  {{.from = 0, .to = 1180, .side = 60}, {.from = 1200, .to = 20, .side = 60, .y = 420}}, 10),
              ElementsAre(0, 1));
}

TEST(ManageTracksPeople, LowFrameRates) {
  EXPECT_THAT(people_per_track({{.from = 300, .to = 540}}, 1), ElementsAre(0));
  EXPECT_THAT(people_per_track({{.from = 300, .to = 600}, {.from = 900, .to = 600, .y = 500}}, 2),
              ElementsAre(0, 1));
  EXPECT_THAT(people_per_track({{.from = 300, .to = 800}}, 5), ElementsAre(0));
}

TEST(ManageTracksPeople, DroppedFrames) {
  EXPECT_THAT(people_per_track({{.from = 100, .to = 1000}, {.from = 1000, .to = 100, .y = 450}}, 15,
                               {3, 4, 5, 6, 7, 12, 13, 20, 21, 22, 23, 24, 25, 26, 27, 28, 36}),
              ElementsAre(0, 1));
}

// ---- bounds ----

TEST(ManageTracks, BeyondTheBoundTheOneUnseenForLongestIsHandedOut) {
  Table table({.track_miss_interval = 1000});
  for (int i = 0; i < 256; ++i)
    table.frame(i * 1ms, {face(0, 0.7F, 10, 0.0F + 150.0F * static_cast<float>(i))});
  EXPECT_EQ(table.tracks.open(), ManageTracks::kMaxOpen);
  table.frame(256ms, {face(0, 0.7F, 10, 0.0F)});  // the first is seen again: now the second is the oldest
  EXPECT_THAT(table.out, IsEmpty());
  table.frame(257ms, {face(1000, 0.7F, 10, -1000.0F)});
  EXPECT_EQ(table.tracks.open(), ManageTracks::kMaxOpen);
  ASSERT_THAT(table.closed(), SizeIs(1));
  EXPECT_EQ(table.closed()[0]->id, 2U);
}

TEST(ManageTracks, MoreFacesInAFrameThanTracksMayBeOpenLosesNone) {
  Table table;
  std::vector<Sighting> crowd;
  for (int i = 0; i < 300; ++i) crowd.push_back(face(0, 0.7F, 10, 150.0F * static_cast<float>(i)));
  table.frame(0ms, crowd);
  table.tracks.close_all(table.out);
  EXPECT_THAT(table.closed(), SizeIs(300));
}

TEST(ManageTracks, OffersTheFramesHeldLongestOnce) {
  Table table;
  std::vector<std::shared_ptr<domain::ShotImage>> offered;
  table.frame(0ms, {face(100), face(500)});
  table.frame(100ms, {face(100, 0.1F), face(500, 0.1F), face(900)});
  table.frame(200ms, {face(100, 0.1F), face(500, 0.8F), face(900, 0.1F)});
  table.tracks.to_encode(3, offered);
  EXPECT_THAT(offered, IsEmpty());
  table.tracks.to_encode(2, offered);
  ASSERT_THAT(offered, SizeIs(1));
  EXPECT_EQ(offered[0]->frame()->stream_time, 0s);
  table.tracks.offer_again(*offered[0]);  // nobody could take it
  offered.clear();
  table.tracks.to_encode(2, offered);
  ASSERT_THAT(offered, SizeIs(1));
  table.tracks.to_encode(2, offered);
  EXPECT_THAT(offered, SizeIs(1));
  table.tracks.to_encode(0, offered);
  ASSERT_THAT(offered, SizeIs(3));
  EXPECT_EQ(offered[1]->frame()->stream_time, 100ms);
  EXPECT_EQ(offered[2]->frame()->stream_time, 200ms);

  // An image that has become a JPEG holds no frame; a new best of a track is offered anew.
  for (const auto& image : offered) image->set_jpeg(std::make_shared<domain::Jpeg>());
  offered.clear();
  table.frame(300ms, {face(100, 0.9F), face(500, 0.1F), face(900, 0.1F)});
  table.tracks.to_encode(0, offered);
  ASSERT_THAT(offered, SizeIs(1));
  EXPECT_EQ(offered[0]->frame()->stream_time, 300ms);
}

// ---- forced end ----

TEST(ManageTracksForcedEnd, PersonGoesOnAsANewTrackThatPostsOnlyABetterFace) {
  Table table({.track_max_duration_frames = 5});
  const std::vector<float> qualities{0.6F, 0.8F, 0.6F, 0.6F, 0.6F,   // posted: 0.8
                                     0.7F, 0.7F, 0.7F, 0.7F, 0.7F,   // nothing better
                                     0.7F, 0.9F, 0.7F, 0.7F, 0.7F};  // posted: 0.9
  for (int i = 0; i < 15; ++i)
    table.frame(i * 100ms,
                {face(100 + 20.0F * static_cast<float>(i), qualities[static_cast<std::size_t>(i)])});
  table.tracks.close_all(table.out);

  const auto closed = table.closed();
  ASSERT_THAT(closed, SizeIs(3));
  EXPECT_FLOAT_EQ(closed[0]->best->sighting.quality.total, 0.8F);
  EXPECT_FALSE(closed[0]->already_posted);
  EXPECT_EQ(closed[0]->continues, 0U);
  EXPECT_FALSE(closed[1]->best);
  EXPECT_TRUE(closed[1]->already_posted);
  EXPECT_EQ(closed[1]->continues, 1U);
  EXPECT_FLOAT_EQ(closed[2]->best->sighting.quality.total, 0.9F);
  EXPECT_EQ(closed[2]->continues, 2U);
  for (const Track* track : closed) EXPECT_EQ(track->sightings, 5);
}

TEST(ManageTracksForcedEnd, WhoWaitsAndThenWalksIsPostedWithTheBestOfBoth) {
  Table table({.track_max_duration_frames = 5});
  for (int i = 0; i < 10; ++i) table.frame(i * 100ms, {face(100, i == 2 ? 0.9F : 0.6F)});
  for (int i = 10; i < 14; ++i) table.frame(i * 100ms, {face(100 + 30.0F * static_cast<float>(i - 9), 0.6F)});
  table.tracks.close_all(table.out);

  const auto closed = table.closed();
  ASSERT_THAT(closed, SizeIs(3));
  EXPECT_EQ(closed[0]->withheld, Reason::no_movement);
  EXPECT_EQ(closed[1]->withheld, Reason::no_movement);
  EXPECT_EQ(closed[2]->withheld, std::nullopt);
  EXPECT_FALSE(closed[2]->already_posted);
  EXPECT_FLOAT_EQ(closed[2]->best->sighting.quality.total, 0.9F);
  EXPECT_EQ(closed[2]->best->stream_time, 200ms);
}

TEST(ManageTracksForcedEnd, MovementIsThatOfTheWholePathNotOfThePart) {
  Table table({.track_max_duration_frames = 5});
  for (int i = 0; i < 40; ++i) table.frame(i * 33ms, {face(100 + static_cast<float>(i))});  // 1 pixel a frame
  table.tracks.close_all(table.out);
  ASSERT_THAT(table.closed(), SizeIs(8));
  EXPECT_EQ(table.closed()[0]->withheld, Reason::no_movement);
  EXPECT_EQ(table.closed()[7]->withheld, std::nullopt);
}

TEST(ManageTracksForcedEnd, PosterNeverMovesHoweverItsPartsEnd) {
  Table table({.track_max_duration_frames = 5});
  for (int i = 0; i < 11; ++i) table.frame(i * 100ms, {face(100)});  // the last part has one sighting only
  table.tracks.close_all(table.out);
  ASSERT_THAT(table.closed(), SizeIs(3));
  for (const Track* track : table.closed()) EXPECT_EQ(track->withheld, Reason::no_movement);
}

// ---- real time ----

TEST(ManageTracksRealTime, AfterTheWindowTheBestThenOnlyBetterOnes) {
  Table table({.overall_only = false});
  //                                 window 1: 0..1 s         nothing better           window 2: 1.8..2.8 s
  const std::vector<float> qualities{.5F, .7F, .6F, .6F, .6F, .6F, .6F, .6F,
                                     .6F, .8F, .6F, .9F, .6F, .6F, .6F, .6F};
  for (int i = 0; i < 15; ++i)
    table.frame(i * 200ms,
                {face(100 + 20.0F * static_cast<float>(i), qualities[static_cast<std::size_t>(i)])});
  EXPECT_THAT(table.interim_qualities(), ElementsAre(0.7F, 0.9F));
  table.tracks.close_all(table.out);
  ASSERT_THAT(table.closed(), SizeIs(1));
  EXPECT_FALSE(table.closed()[0]->best);
  EXPECT_FALSE(table.closed()[0]->best_rejected);
  EXPECT_TRUE(table.closed()[0]->already_posted);
  EXPECT_EQ(table.interim()[0]->id, table.closed()[0]->id);
}

TEST(ManageTracksRealTime, WhatTheLastWindowHoldsGoesOutWithTheTrack) {
  Table table({.overall_only = false});
  for (int i = 0; i < 6; ++i) table.frame(i * 200ms, {face(100 + 20.0F * static_cast<float>(i), 0.6F)});
  table.frame(1200ms, {face(220, 0.9F)});
  table.tracks.close_all(table.out);
  EXPECT_THAT(table.interim_qualities(), ElementsAre(0.6F));
  EXPECT_FLOAT_EQ(table.closed()[0]->best->sighting.quality.total, 0.9F);
}

TEST(ManageTracksRealTime, EveryIntervalGivesTheBestOfEachWindow) {
  Table table({.overall_only = false, .realtime_post_every_interval = true});
  const std::vector<float> qualities{.5F, .9F, .6F, .6F, .6F, .6F, .7F, .6F, .6F, .6F, .6F, .6F, .5F};
  for (int i = 0; i < 13; ++i)
    table.frame(i * 200ms,
                {face(100 + 20.0F * static_cast<float>(i), qualities[static_cast<std::size_t>(i)])});
  EXPECT_THAT(table.interim_qualities(), ElementsAre(0.9F, 0.7F));
}

TEST(ManageTracksRealTime, FirstImmediatelyOnceItHasMoved) {
  Table table({.overall_only = false, .realtime_post_first_immediately = true});
  table.frame(0ms, {rejected(100, Reason::low_quality)});
  table.frame(100ms, {face(100, 0.6F)});
  EXPECT_THAT(table.interim(), IsEmpty());
  table.frame(200ms, {face(140, 0.55F)});
  EXPECT_THAT(table.interim_qualities(), ElementsAre(0.6F));
  table.frame(300ms, {face(180, 0.8F)});
  EXPECT_THAT(table.interim(), SizeIs(1));  // the next one waits for its window

  Table at_once({.overall_only = false, .realtime_post_first_immediately = true}, 0);
  at_once.frame(0ms, {face(100, 0.6F)});
  EXPECT_THAT(at_once.interim(), SizeIs(1));
}

TEST(ManageTracksRealTime, PosterIsNotPosted) {
  Table table({.overall_only = false, .realtime_post_first_immediately = true});
  for (int i = 0; i < 50; ++i) table.frame(i * 200ms, {face(100, 0.6F + 0.001F * static_cast<float>(i))});
  EXPECT_THAT(table.interim(), IsEmpty());
}

TEST(ManageTracksRealTime, WindowEndsWithoutAFrameToo) {
  Table table({.track_miss_interval = 5, .overall_only = false, .realtime_post_interval = 2});
  table.frame(0ms, {face(100)});
  table.frame(100ms, {face(140)});
  table.tracks.advance(1999ms, table.out);
  EXPECT_THAT(table.out, IsEmpty());
  table.tracks.advance(2s, table.out);
  EXPECT_THAT(table.interim(), SizeIs(1));
  EXPECT_EQ(table.tracks.open(), 1U);
}

TEST(ManageTracksRealTime, OverallOnlyHandsOutNothingMeanwhile) {
  Table table(
      {.overall_only = true, .realtime_post_first_immediately = true, .realtime_post_every_interval = true});
  for (int i = 0; i < 20; ++i)
    table.frame(i * 200ms, {face(100 + 20.0F * static_cast<float>(i), 0.5F + 0.01F * static_cast<float>(i))});
  EXPECT_THAT(table.out, IsEmpty());
}

}  // namespace
}  // namespace vigia::track
