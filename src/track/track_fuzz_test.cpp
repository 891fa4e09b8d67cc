// Random people, noise, gaps and options, from fixed seeds: in every case nobody is lost or counted twice,
// and no memory leaks.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <vector>

#include "memory/memory_manager.h"
#include "track/manage_tracks.h"

namespace vigia::track {
namespace {

using namespace std::chrono_literals;
using domain::Frame;
using domain::Sighting;
using domain::Track;

class Chance {
 public:
  explicit Chance(unsigned seed) : random_(seed) {}
  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  float between(float low, float high) { return std::uniform_real_distribution<float>(low, high)(random_); }
  bool one_in(int n) { return below(n) == 0; }

 private:
  std::mt19937 random_;
};

TrackOptions random_options(Chance& chance) {
  return {.track_miss_interval = chance.one_in(4) ? 0.0 : chance.between(0.1F, 3),
          .track_stitch_interval = chance.one_in(3) ? 0.0 : chance.between(0.1F, 3),
          .minimal_track_length = 1 + chance.below(3),
          .silent_period = chance.one_in(3) ? 5.0 : 0.0,
          .track_max_duration_frames = chance.one_in(2) ? 0 : 1 + chance.below(20),
          .overall_only = chance.one_in(2),
          .realtime_post_interval = chance.between(0, 2),
          .realtime_post_first_immediately = chance.one_in(2),
          .realtime_post_every_interval = chance.one_in(2)};
}

std::vector<Sighting> random_faces(Chance& chance, int people) {
  std::vector<Sighting> faces;
  for (int i = 0; i < people; ++i) {
    const float side = chance.one_in(50) ? 0 : chance.between(5, 200);
    Sighting face;
    face.detection.box = {chance.between(-100, 1300), chance.between(-100, 750), side,
                          side * chance.between(0.7F, 1.6F)};
    face.quality.total = face.quality.rank = chance.between(0, 1);
    face.detection.score = chance.between(0.6F, 1);
    if (chance.one_in(3)) face.rejected = domain::kAllReasons.at(static_cast<std::size_t>(chance.below(4)));
    faces.push_back(face);
  }
  return faces;
}

// The tracks handed out so far.
struct TrackTally {
  std::set<std::uint64_t> over, joined;
  std::map<std::uint64_t, float> last_interim;
  int sightings = 0;
  std::uint64_t retired = 0;

  void enter(memory::MemoryManager& memory, std::vector<Finished>& out, const TrackOptions& options) {
    for (Finished& finished : out) {
      ASSERT_TRUE(finished.track);
      const Track& track = *finished.track;
      ASSERT_GT(track.sightings, 0);
      ASSERT_FALSE(over.contains(track.id)) << "handed out after its end";
      if (track.best) {
        ASSERT_FALSE(track.best->sighting.rejected);
        ASSERT_TRUE(track.best->image);
      } else {
        ASSERT_TRUE(track.best_rejected || track.already_posted) << "neither a best shot nor a reason";
      }
      if (finished.over) {
        over.insert(track.id);
        for (const std::uint64_t other : track.joined) {
          ASSERT_TRUE(joined.insert(other).second) << "joined twice";
          ASSERT_FALSE(over.contains(other)) << "joined and handed out";
        }
        sightings += track.sightings;
        ASSERT_TRUE(options.track_max_duration_frames == 0 ||
                    track.sightings <= options.track_max_duration_frames);
      } else {
        ASSERT_FALSE(options.overall_only);
        ASSERT_TRUE(track.best);
        const float quality = track.best->sighting.quality.total;
        if (last_interim.contains(track.id) && !options.realtime_post_every_interval) {
          ASSERT_GT(quality, last_interim[track.id]);
        }
        last_interim[track.id] = quality;
      }
      finished.track->best.reset();
      memory.retire(std::move(finished.track));
      ++retired;
    }
    out.clear();
  }
};

// A picture whose places all look different.
domain::Frame noise_picture() {
  static const std::vector<std::uint8_t> samples = [] {
    std::mt19937 random(1);
    std::vector<std::uint8_t> bytes(std::size_t{1280} * 720 * 3 / 2);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
  }();
  Frame frame;
  frame.size = {1280, 720};
  const std::uint8_t* const chroma = samples.data() + std::size_t{1280} * 720;
  frame.planes = {domain::Plane{samples.data(), 1280}, {chroma, 640}, {chroma + std::size_t{640} * 360, 640}};
  return frame;
}

void run_once(memory::MemoryManager& memory, memory::BufferPool& pool, unsigned seed,
              std::uint64_t& retired) {
  Chance chance(seed);
  const TrackOptions options = random_options(chance);
  TrackTally books;
  std::vector<Finished> out;
  std::vector<std::shared_ptr<domain::ShotImage>> early;
  int shown = 0;
  {
    ManageTracks tracks(options, chance.one_in(3) ? 0.0 : 0.1, 0);
    Nanoseconds now{0};
    const int people = 1 + chance.below(chance.one_in(10) ? 400 : 12);
    for (int i = 0; i < (people > 12 ? 15 : 120); ++i) {
      now += chance.one_in(10) ? 3s * chance.below(3) / 2 : 10ms * chance.below(20);
      const auto faces = random_faces(chance, chance.below(people + 1));
      Frame frame = seed % 3 == 0 ? noise_picture() : Frame{};
      frame.buffer = memory::SharedLease(*pool.try_acquire());
      frame.size = {1280, 720};
      frame.stream_time = now;
      tracks.update(frame, faces, out);
      frame.buffer.reset();
      shown += static_cast<int>(faces.size());
      ASSERT_LE(tracks.open(), ManageTracks::kMaxOpen);
      if (chance.one_in(3)) tracks.advance(now += 100ms * chance.below(15), out);
      if (chance.one_in(3)) tracks.to_encode(static_cast<std::size_t>(chance.below(10)), early);
      for (const auto& image : early) image->set_jpeg(std::make_shared<domain::Jpeg>());
      early.clear();
      ASSERT_NO_FATAL_FAILURE(books.enter(memory, out, options)) << "seed " << seed;
      ASSERT_LE(pool.leased(), static_cast<int>(tracks.open()));
    }
    tracks.close_all(out);
    ASSERT_NO_FATAL_FAILURE(books.enter(memory, out, options)) << "seed " << seed;
    EXPECT_EQ(tracks.open(), 0U);
  }
  EXPECT_EQ(books.sightings, shown) << "seed " << seed;
  EXPECT_EQ(pool.leased(), 0) << "seed " << seed;
  // Ids are given without gaps, so that every one of them came out, or is part of one that did.
  std::set<std::uint64_t> all = books.over;
  all.merge(books.joined);
  EXPECT_TRUE(books.joined.empty()) << "both, seed " << seed;
  EXPECT_EQ(all.empty() ? 0 : *all.rbegin(), all.size()) << "seed " << seed;
  retired += books.retired;
}

TEST(ManageTracksFuzz, NobodyIsLostOrCountedTwice) {
  memory::MemoryManager memory(memory::MemoryOptions{.gc_interval = 5, .budget_bytes = 100_MiB});
  memory::BufferPool pool = memory.make_pool({.owner = "gate", .buffer_bytes = 64, .max_buffers = 2000});
  memory.start();
  std::uint64_t retired = 0;
  for (unsigned seed = 1; seed <= 150; ++seed) {
    run_once(memory, pool, seed, retired);
    if (::testing::Test::HasFatalFailure()) return;
  }
  memory.stop();
  const memory::MemoryStats stats = memory.stats();
  EXPECT_EQ(stats.objects_collected, retired);
  EXPECT_EQ(stats.objects_pending, 0U);
  EXPECT_EQ(stats.bytes_pending, 0);
}

TEST(ManageTracksFuzz, TheSameInputGivesTheSameTracks) {
  const auto run = [] {
    Chance chance(7);
    ManageTracks tracks({}, 0.1, 0);
    std::vector<Finished> out;
    for (int i = 0; i < 200; ++i) {
      Frame frame;
      frame.size = {1280, 720};
      frame.stream_time = i * 100ms;
      tracks.update(frame, random_faces(chance, chance.below(20)), out);
    }
    tracks.close_all(out);
    std::vector<std::tuple<std::uint64_t, int, float, float>> result;
    for (const auto& [track, over] : out) {
      result.emplace_back(track->id, track->sightings, track->movement, track->last_box.left);
    }
    return result;
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace vigia::track
