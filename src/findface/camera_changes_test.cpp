#include "findface/camera_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigia::findface {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

FindfaceCamera camera(std::int64_t id, const std::string& name) {
  return {.spec = {.name = name, .url = "rtsp://u:url-secret@h/" + name, .id = id, .token = "token-secret"},
          .filters = {}};
}

CameraList list_of(std::vector<FindfaceCamera> cameras) {
  return {.cameras = std::move(cameras), .notes = {}};
}

// "+7 gate", "-8 hall", "~9 yard": what take() says, in the order removed, changed, added.
std::vector<std::string> summary_of(const CameraChanges& changes) {
  std::vector<std::string> all;
  for (const auto& gone : changes.removed) all.push_back("-" + std::to_string(*gone.spec.id));
  for (const auto& changed : changes.changed) all.push_back("~" + changed.now.spec.name);
  for (const auto& added : changes.added) all.push_back("+" + added.spec.name);
  return all;
}

TEST(CompareTest, FindsWhatWasAddedRemovedAndChanged) {
  const std::vector<FindfaceCamera> before{camera(1, "gate"), camera(2, "hall"), camera(3, "yard")};
  const std::vector<FindfaceCamera> now{camera(-4, "door"), camera(1, "gate"), camera(3, "court")};
  EXPECT_THAT(summary_of(compare(before, now)), ElementsAre("-2", "~court", "+door"));
  EXPECT_THAT(summary_of(compare(before, before)), IsEmpty());
  EXPECT_THAT(summary_of(compare({}, {})), IsEmpty());
}

TEST(CompareTest, TellsWhatChangedAndNothingSecret) {
  const FindfaceCamera before = camera(1, "gate");
  const auto text_after = [&before](auto change) {
    FindfaceCamera now = before;
    change(now);
    const CameraChanges changes = compare(std::vector{before}, std::vector{now});
    return to_text(changes.changed.at(0));
  };
  EXPECT_EQ(text_after([](FindfaceCamera& now) { now.spec.name = "door"; }), "name (it was 'gate')");
  EXPECT_EQ(text_after([](FindfaceCamera& now) { now.spec.url = "rtsp://u:url-secret@other/1"; }),
            "address (now rtsp://***@other/1)");
  EXPECT_EQ(text_after([](FindfaceCamera& now) { now.spec.token = "other-secret"; }), "token");
  EXPECT_EQ(text_after([](FindfaceCamera& now) { now.filters.min_size = 80; }),
            "filters (filter_min_size 80)");
  EXPECT_EQ(text_after([](FindfaceCamera& now) {
              now.spec.token = "other-secret";
              now.filters.roi = domain::Region{0, 0, 640, 360};
            }),
            "token, filters (roi 640x360+0+0)");
}

TEST(KnownCamerasTest, ACameraIsRemovedWhenTwoListsMissIt) {
  KnownCameras known;
  EXPECT_THAT(summary_of(known.take(list_of({camera(1, "gate"), camera(2, "hall")}))),
              ElementsAre("+gate", "+hall"));
  EXPECT_THAT(summary_of(known.take(list_of({camera(2, "hall")}))), IsEmpty());
  EXPECT_EQ(known.cameras().size(), 2U);
  EXPECT_THAT(summary_of(known.take(list_of({camera(2, "hall")}))), ElementsAre("-1"));
  EXPECT_EQ(known.cameras().size(), 1U);
  EXPECT_THAT(summary_of(known.take(list_of({camera(2, "hall")}))), IsEmpty());
}

TEST(KnownCamerasTest, AListThatIsEmptyForAMomentChangesNothing) {
  KnownCameras known;
  const CameraList full = list_of({camera(1, "gate"), camera(2, "hall")});
  EXPECT_EQ(known.take(full).added.size(), 2U);
  for (int times = 0; times < 3; ++times) {
    EXPECT_THAT(summary_of(known.take(list_of({}))), IsEmpty());
    EXPECT_THAT(summary_of(known.take(full)), IsEmpty());
  }
  EXPECT_THAT(summary_of(known.take(list_of({}))), IsEmpty());
  EXPECT_THAT(summary_of(known.take(list_of({}))), ElementsAre("-1", "-2"));
  EXPECT_THAT(summary_of(known.take(full)), ElementsAre("+gate", "+hall"));
}

TEST(KnownCamerasTest, AListThatIsNotWholeRemovesNothingAndTheRestOfItHolds) {
  KnownCameras known(std::vector{camera(1, "gate"), camera(2, "hall")});
  CameraList part = list_of({camera(2, "door"), camera(3, "yard")});
  part.is_whole = false;
  EXPECT_THAT(summary_of(known.take(part)), ElementsAre("~door", "+yard"));
  EXPECT_THAT(summary_of(known.take(part)), IsEmpty());
  part.is_whole = true;
  EXPECT_THAT(summary_of(known.take(part)), IsEmpty()) << "the first whole list that misses it";
  EXPECT_THAT(summary_of(known.take(part)), ElementsAre("-1"));
}

TEST(KnownCamerasTest, ANameStaysReservedWhileItsCameraIsOnlyMissing) {
  KnownCameras known(std::vector{camera(1, "gate"), camera(2, "hall")});
  const CameraList swapped = list_of({camera(2, "gate"), camera(3, "yard")});
  EXPECT_THAT(summary_of(known.take(swapped)), ElementsAre("+yard"));
  EXPECT_THAT(summary_of(known.take(swapped)), ElementsAre("-1", "~gate"));

  KnownCameras replaced(std::vector{camera(1, "gate")});
  EXPECT_THAT(summary_of(replaced.take(list_of({camera(9, "gate")}))), IsEmpty());
  EXPECT_THAT(summary_of(replaced.take(list_of({camera(9, "gate")}))), ElementsAre("-1", "+gate"));
}

TEST(KnownCamerasTest, WhatIsForgottenIsNewAgain) {
  KnownCameras known(std::vector{camera(1, "gate")});
  known.forget(1);
  EXPECT_THAT(summary_of(known.take(list_of({camera(1, "gate")}))), ElementsAre("+gate"));
}

}  // namespace
}  // namespace vigia::findface
