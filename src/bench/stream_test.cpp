#include "bench/stream.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace vigia::bench {
namespace {

std::vector<TrackStep> steps_of(CameraStream stream, int frames) {
  std::vector<TrackStep> all;
  for (int i = 0; i < frames; ++i) {
    for (const TrackStep& step : stream.next()) all.push_back(step);
  }
  return all;
}

TEST(StreamTest, TheSameSeedIsTheSameWork) {
  EXPECT_EQ(steps_of(CameraStream(7, 3), 3000), steps_of(CameraStream(7, 3), 3000));
  EXPECT_NE(steps_of(CameraStream(7, 3), 3000), steps_of(CameraStream(8, 3), 3000));
  EXPECT_NE(steps_of(CameraStream(7, 3), 3000), steps_of(CameraStream(7, 4), 3000));
}

TEST(StreamTest, TracksOpenOnceCloseOnceAndKeepTheirPlace) {
  CameraStream stream(1, 0);
  std::map<int, std::uint64_t> open;  // by place
  std::uint64_t last_opened = 0, closed = 0, seen = 0;
  for (int frame = 0; frame < 9000; ++frame) {
    for (const TrackStep& step : stream.next()) {
      ++seen;
      ASSERT_GE(step.place, 0);
      ASSERT_LT(step.place, kMostTracks);
      if (step.opens) {
        ASSERT_EQ(open.count(step.place), 0U);
        ASSERT_EQ(step.track, last_opened + 1);
        last_opened = step.track;
        open[step.place] = step.track;
        EXPECT_GT(step.jpeg_bytes, 0) << "the first sighting is the best so far";
      }
      ASSERT_EQ(open.at(step.place), step.track);
      if (step.closes) {
        open.erase(step.place);
        ++closed;
      }
    }
  }
  EXPECT_EQ(closed + open.size(), last_opened);
  EXPECT_GT(closed, 100U) << "five minutes of a busy scene";
  EXPECT_GT(seen, 3U * 9000) << "more than three people at once";
}

TEST(StreamTest, SizesAreThoseOfTracksAndShots) {
  int jpegs = 0, tracks = 0;
  for (const TrackStep& step : steps_of(CameraStream(1, 0), 9000)) {
    EXPECT_GE(step.sighting_bytes, 200);
    EXPECT_LE(step.sighting_bytes, 600);
    if (step.opens) ++tracks;
    if (step.jpeg_bytes == 0) continue;
    EXPECT_GE(step.jpeg_bytes, 100'000);
    EXPECT_LE(step.jpeg_bytes, 200'000);
    ++jpegs;
  }
  EXPECT_GT(jpegs, 3 * tracks) << "shots get better";
  EXPECT_LT(jpegs, 12 * tracks);
}

}  // namespace
}  // namespace vigia::bench
