// Drawn people, each with a face and clothes of their own: which tracks are taken for the same person.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include "track/manage_tracks.h"

namespace vigia::track {
namespace {

using namespace std::chrono_literals;
using domain::Frame;
using domain::Reason;
using domain::Sighting;
using domain::Size;
using domain::Track;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Size kPicture{640, 480};
constexpr int kGrid = 12;  // values of a person's pattern, in each direction

// A person's looks: a smooth pattern of light over head and body, and a colour for each.
struct Look {
  explicit Look(unsigned seed) {
    std::mt19937 random(seed);
    for (float& value : pattern) value = static_cast<float>(60 + random() % 140);
    head_u = static_cast<std::uint8_t>(100 + random() % 30);
    head_v = static_cast<std::uint8_t>(130 + random() % 30);
    coat_u = static_cast<std::uint8_t>(60 + random() % 140);
    coat_v = static_cast<std::uint8_t>(60 + random() % 140);
  }
  // x, y: 0..1 over the person's whole figure.
  [[nodiscard]] float light(float x, float y) const {
    const float column = std::clamp(x, 0.0F, 0.999F) * (kGrid - 1),
                row = std::clamp(y, 0.0F, 0.999F) * (kGrid - 1);
    const auto at = [&](int dx, int dy) {
      return pattern[static_cast<std::size_t>((static_cast<int>(row) + dy) * kGrid +
                                              static_cast<int>(column) + dx)];
    };
    const float u = column - std::floor(column), v = row - std::floor(row);
    return (1 - v) * ((1 - u) * at(0, 0) + u * at(1, 0)) + v * ((1 - u) * at(0, 1) + u * at(1, 1));
  }
  std::array<float, std::size_t{kGrid} * kGrid> pattern{};
  std::uint8_t head_u, head_v, coat_u, coat_v;
};

// Where a face is: its centre and width; it is 1.25 times as high.
struct Shown {
  const Look* look;
  float x, y, width = 60;
  float turn = 0;  // moves the middle of the face by so much of its width, and not its outline
  float rank = 0.8F;
  bool is_found = true;  // by the detector
};

class Room {
 public:
  explicit Room(const TrackOptions& options = {}, Nanoseconds interval = 40ms)
      : interval_(interval), tracks_(options, 0.1, 0) {}

  // One frame later.
  void show(const std::vector<Shown>& people) {
    draw(people);
    std::vector<Sighting> faces;
    for (const Shown& person : people) {
      if (person.is_found) faces.push_back(seen(person));
    }
    Frame frame;
    frame.size = kPicture;
    frame.stream_time = now_;
    frame.planes = {domain::Plane{luma_.data(), kPicture.width},
                    {u_.data(), kPicture.width / 2},
                    {v_.data(), kPicture.width / 2}};
    tracks_.update(frame, faces, out_);
    now_ += interval_;
  }
  void show_for(Nanoseconds time, const std::vector<Shown>& people) {
    for (const Nanoseconds end = now_ + time; now_ < end;) show(people);
  }
  // Walks to the right, `speed` face widths a second.
  void walk_for(Nanoseconds time, Shown& person, float speed) {
    for (const Nanoseconds end = now_ + time; now_ < end; person.x += speed * 0.04F * person.width)
      show({person});
  }
  void end() { tracks_.close_all(out_); }

  [[nodiscard]] std::vector<const Track*> tracks() const {
    std::vector<const Track*> found;
    for (const Finished& finished : out_) found.push_back(finished.track.get());
    return found;
  }
  [[nodiscard]] int posted() const {
    return static_cast<int>(std::ranges::count_if(
        out_, [](const Finished& finished) { return finished.track->best && !finished.track->withheld; }));
  }

 private:
  [[nodiscard]] static Sighting seen(const Shown& person) {
    const float height = 1.25F * person.width;
    Sighting face;
    face.detection.box = {person.x - person.width / 2, person.y - height / 2, person.width, height};
    face.detection.score = 0.9F;
    const auto point = [&](float x, float y) {
      return domain::Point{person.x + x * person.width, person.y + y * height};
    };
    face.detection.landmarks = domain::Landmarks{point(-.22F, -.12F), point(.22F, -.12F), point(0, .08F),
                                                 point(-.18F, .26F), point(.18F, .26F)};
    face.quality.total = 0.8F;
    face.quality.rank = person.rank;
    return face;
  }
  void draw(const std::vector<Shown>& people) {
    std::ranges::fill(luma_, 120);
    std::ranges::fill(u_, 128);
    std::ranges::fill(v_, 128);
    for (const Shown& person : people) draw(person);
    for (std::uint8_t& value : luma_)
      value = static_cast<std::uint8_t>(value + random_() % 5);  // a camera's noise
  }
  void draw(const Shown& person) {
    const float height = 1.25F * person.width;
    const float left = person.x - person.width, top = person.y - 0.75F * height;
    const float width = 2 * person.width, bottom = person.y + 2.6F * height;
    for (int y = std::max(0, static_cast<int>(top));
         y < std::min<int>(kPicture.height, static_cast<int>(bottom)); ++y) {
      for (int x = std::max(0, static_cast<int>(left));
           x < std::min<int>(kPicture.width, static_cast<int>(left + width)); ++x) {
        const float across = (static_cast<float>(x) - person.x) / person.width,
                    down = (static_cast<float>(y) - person.y) / height;
        const bool head = across * across / 0.36F + down * down / 0.5F < 1, coat = down > 0.6F;
        if (!head && !coat) continue;
        const float middle = person.turn * std::max(0.0F, 1 - across * across / 0.2F - down * down / 0.2F);
        luma_[static_cast<std::size_t>(y * kPicture.width + x)] = static_cast<std::uint8_t>(
            person.look->light((across + middle + 1) / 2, (static_cast<float>(y) - top) / (bottom - top)));
        const auto chroma = static_cast<std::size_t>(y / 2 * (kPicture.width / 2) + x / 2);
        u_[chroma] = head ? person.look->head_u : person.look->coat_u;
        v_[chroma] = head ? person.look->head_v : person.look->coat_v;
      }
    }
  }

  const Nanoseconds interval_;
  Nanoseconds now_{0};
  std::mt19937 random_{1};
  std::vector<std::uint8_t> luma_ = std::vector<std::uint8_t>(std::size_t{640} * 480);
  std::vector<std::uint8_t> u_ = std::vector<std::uint8_t>(std::size_t{320} * 240), v_ = u_;
  ManageTracks tracks_;
  std::vector<Finished> out_;
};

TEST(KnownPeople, TheNextOneAtTheSamePlaceIsSomebodyElse) {
  for (const Nanoseconds gap : {320ms, 600ms, 1500ms}) {
    Room room;
    for (unsigned person = 1; person <= 6; ++person) {
      const Look look(person);
      room.show_for(1500ms, {{&look, 320, 160}});
      room.show_for(gap, {});
    }
    room.end();
    EXPECT_THAT(room.tracks(), SizeIs(6)) << gap.count() / 1000000 << " ms";
    EXPECT_EQ(room.posted(), 6);
  }
}

// In one frame the first is there, in the next the second: both times the track goes on, and turns back.
TEST(KnownPeople, ATrackThatTurnsBackAtOnceIsTwoPeople) {
  for (const float meet : {80.0F, 350.0F}) {  // by the picture's edge, and in the middle
    Room room;
    const Look twins(7);
    Shown one{&twins, meet + 240, 160};
    room.walk_for(1600ms, one, -2.5F);
    Shown other{&twins, one.x, 160};
    room.walk_for(1600ms, other, 2.5F);
    room.end();
    EXPECT_THAT(room.tracks(), SizeIs(2)) << meet;
    EXPECT_EQ(room.posted(), 2) << meet;
  }
}

TEST(KnownPeople, WhoStoodInOnePlaceIsNotWhoStandsInAnother) {
  Room room;
  const Look twins(7);
  room.show_for(2s, {{&twins, 120, 160}});
  room.show_for(1200ms, {});
  room.show_for(2s, {{&twins, 400, 160}});
  room.end();
  EXPECT_THAT(room.tracks(), SizeIs(2));
  EXPECT_EQ(room.posted(), 2);
}

// At five frames a second the second sighting is no gap.
TEST(KnownPeople, AFaceThatIsStillThereInTheNextFrameContinuesItsTrack) {
  Room room({}, 200ms);
  const Look look(8);
  for (int i = 0; i < 8; ++i) room.show({{&look, 320 + static_cast<float>(i % 2), 160}});
  room.end();
  ASSERT_THAT(room.tracks(), SizeIs(1));
  EXPECT_THAT(room.tracks()[0]->joined, IsEmpty());
}

TEST(KnownPeople, WhoComesBackIsTheSamePerson) {
  for (const Nanoseconds gap : {120ms, 600ms, 1400ms, 2600ms}) {
    Room room;
    const Look look(7);
    Shown person{&look, 100, 160};
    room.walk_for(1500ms, person, 1.5F);
    room.show_for(gap, {});
    room.walk_for(1500ms, person, 1.5F);
    room.end();
    ASSERT_THAT(room.tracks(), SizeIs(1)) << gap.count() / 1000000 << " ms";
    EXPECT_EQ(room.tracks()[0]->joined.size(), gap > 200ms ? 1U : 0U);
    EXPECT_EQ(room.posted(), 1);
  }
}

TEST(KnownPeople, WhoLeavesOnOneSideDoesNotComeInOnTheOther) {
  for (const Nanoseconds gap : {600ms, 1400ms, 2200ms}) {
    Room room;
    const Look twins(7);
    Shown one{&twins, 430, 160};
    room.walk_for(2s, one, 1.5F);  // to 610
    room.show_for(gap, {});
    Shown other{&twins, 30, 160};
    room.walk_for(2s, other, 1.5F);
    room.end();
    EXPECT_THAT(room.tracks(), SizeIs(2)) << gap.count() / 1000000 << " ms";
    EXPECT_EQ(room.posted(), 2);
  }
}

TEST(KnownPeople, WhoLeavesByAnEdgeDoesNotComeInFarFromThere) {
  for (const float elsewhere : {0.0F, 440.0F}) {
    Room room;
    const Look twins(7);
    Shown one{&twins, 100, 160}, other{&twins, 100 + elsewhere, 440};
    for (; one.y < 440; one.y += 4) room.show({one});
    room.show_for(1400ms, {});
    for (; other.y > 160; other.y -= 4) room.show({other});
    room.end();
    EXPECT_THAT(room.tracks(), SizeIs(elsewhere > 0 ? 2 : 1)) << elsewhere;
  }
}

TEST(KnownPeople, WhoComesInJustWhereAnotherOneLeavesIsSomebodyElse) {
  for (const int frames_between : {0, 1, 3, 10}) {
    Room room;
    const Look twins(7);
    Shown one{&twins, 200, 160}, other{&twins, 15, 162};
    for (; one.x > 0; one.x -= 7) room.show({one});
    for (int i = 0; i < frames_between; ++i) room.show({});
    for (; other.x < 200; other.x += 7) room.show({other});
    room.end();
    EXPECT_THAT(room.tracks(), SizeIs(2)) << frames_between;
    EXPECT_EQ(room.posted(), 2) << frames_between;
  }
}

TEST(KnownPeople, WhoComesBackTooLateIsSomebodyNew) {
  Room room({.track_miss_interval = 0.5, .track_stitch_interval = 0});
  const Look look(7);
  Shown person{&look, 100, 160};
  room.walk_for(1500ms, person, 1.5F);
  room.show_for(800ms, {});
  room.walk_for(1500ms, person, 1.5F);
  room.end();
  EXPECT_THAT(room.tracks(), SizeIs(2));
}

TEST(KnownPeople, InTheSilentPeriodTheSameFaceIsNotPostedAgain) {
  for (const double silent_period : {0.0, 60.0}) {
    Room room({.silent_period = silent_period});
    const Look look(8), other(9);
    for (const Look* one : {&look, &look, &other}) {
      Shown person{one, 100, 160};
      room.walk_for(1500ms, person, 1.5F);
      room.show_for(8s, {});
    }
    room.end();
    EXPECT_EQ(room.posted(), silent_period > 0 ? 2 : 3);
    EXPECT_EQ(room.tracks()[1]->withheld == Reason::already_posted, silent_period > 0);
  }
}

TEST(KnownPeople, TwoWhoCrossKeepTheirOwnTracks) {
  Room room;
  const Look right(10), left(11);
  std::vector<Shown> people{{&right, 80, 150}, {&left, 560, 170}};
  for (int i = 0; i < 100; ++i) {
    people[0].x += 4.8F;
    people[1].x -= 4.8F;
    const bool covered = std::abs(people[0].x - people[1].x) < 45;
    room.show(covered ? std::vector{people[0]} : people);
  }
  room.end();
  ASSERT_THAT(room.tracks(), SizeIs(2));
  for (const Track* track : room.tracks()) {
    const bool went_right = track->last_box.left > 320;
    EXPECT_EQ(track->id, went_right ? 1U : 2U);
  }
}

// The face in front is as good as ever while it covers the other one, and may go to either track.
TEST(KnownPeople, ABestShotIsNotOfTheMomentWhenOneCoversTheOther) {
  Room room;
  const Look right(10), left(11);
  std::vector<Shown> people{{&right, 80, 150}, {&left, 560, 160}};
  std::vector<Nanoseconds> covered_at;
  for (int i = 0; i < 100; ++i) {
    people[0].x += 4.8F;
    people[1].x -= 4.8F;
    const bool covered = std::abs(people[0].x - people[1].x) < 40;
    if (covered) covered_at.push_back(i * 40ms);
    people[0].rank = covered ? 0.99F : 0.8F;
    room.show(covered ? std::vector{people[0]} : people);
  }
  room.end();
  ASSERT_THAT(room.tracks(), SizeIs(2));
  for (const Track* track : room.tracks()) {
    EXPECT_THAT(covered_at, ::testing::Not(::testing::Contains(track->best->stream_time))) << track->id;
  }
}

TEST(KnownPeople, WhoIsNeverSeenAloneIsPostedAllTheSame) {
  Room room;
  const Look one(10), other(11);
  for (int i = 0; i < 60; ++i) {
    const auto sway = 6 * std::sin(static_cast<float>(i) / 6);
    room.show({{&one, 300 + sway, 150}, {&other, 330 + sway, 170}});
  }
  room.end();
  EXPECT_EQ(room.posted(), 2);
}

// At two frames a second a person who walks is seen at least a face width further on each time.
TEST(KnownPeople, OnASlowCameraWhoIsHalfCoveredOnceIsOnePerson) {
  Room room({}, 500ms);
  const Look walker(15), smeared(16);
  for (int i = 0; i < 8; ++i) {
    room.show({{i == 4 ? &smeared : &walker, 60 + 70 * static_cast<float>(i), 160}});
  }
  room.end();
  EXPECT_EQ(room.posted(), 1);
}

TEST(KnownPeople, OnASlowCameraWhoIsSeenOnceBesideAnothersWayIsPosted) {
  Room room({}, 500ms);
  const Look walker(15), other(16);
  for (int i = 0; i < 8; ++i) {
    const float x = 60 + 70 * static_cast<float>(i);
    room.show({i == 4 ? Shown{&other, x, 220} : Shown{&walker, x, 160}});
  }
  room.end();
  EXPECT_EQ(room.posted(), 2);
}

TEST(KnownPeople, AFaceOnTheWallIsNeverPostedThoughItComesAndGoes) {
  Room room;
  const Look poster(12);
  for (int i = 0; i < 8; ++i) {
    room.show_for(2s + i * 300ms, {{&poster, 320, 160}});
    room.show_for(i % 3 * 900ms, {});
  }
  room.end();
  EXPECT_EQ(room.posted(), 0);
}

// A dark or small poster, which the detector finds for a second now and then.
TEST(KnownPeople, AFaceOnTheWallThatIsSeldomFoundIsPostedOnceAtMost) {
  Room room({}, 100ms);
  const Look poster(12);
  Shown shown{&poster, 320, 160};
  for (int i = 0; i < 6; ++i) {
    shown.is_found = true;
    room.show_for(1s, {shown});
    shown.is_found = false;
    room.show_for(20s, {shown});
  }
  room.end();
  EXPECT_THAT(room.tracks(), SizeIs(6));
  EXPECT_LE(room.posted(), 1);
}

// A turnstile: each person stands there for two seconds, and in the poor light all look much alike.
TEST(KnownPeople, WhoStoodThereForAMomentDoesNotHideTheNextWhoLooksAlike) {
  Room room({}, 100ms);
  const Look alike(12);
  for (int i = 0; i < 6; ++i) {
    room.show_for(2s, {{&alike, 320, 160}});
    room.show_for(20s, {});
  }
  room.end();
  EXPECT_EQ(room.posted(), 6);
}

TEST(KnownPeople, WhoSitsAndTurnsTheHeadALittleIsPosted) {
  Room room;
  const Look look(13);
  for (int i = 0; i < 500; ++i) {
    room.show({{&look, 320, 160, 60, 0.08F * std::sin(static_cast<float>(i) / 20)}});
  }
  room.end();
  ASSERT_THAT(room.tracks(), SizeIs(1));
  EXPECT_EQ(room.posted(), 1);
}

TEST(KnownPeople, WhoStandsStillForAMomentIsPosted) {
  Room room;
  const Look look(14);
  room.show_for(1200ms, {{&look, 320, 160}});
  room.show_for(5s, {});
  EXPECT_THAT(room.tracks(), IsEmpty()) << "it may be a picture that is seen again";
  room.show_for(12s, {});
  EXPECT_THAT(room.tracks(), SizeIs(1));
  EXPECT_EQ(room.posted(), 1);
}

}  // namespace
}  // namespace vigia::track
