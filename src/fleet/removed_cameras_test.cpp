#include "fleet/removed_cameras.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "status/snapshot.h"

namespace vigia::fleet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A removed camera with one track that was posted.
RemovedCamera former(std::int64_t id) {
  auto ledger = std::make_shared<pipeline::CameraCounters>();
  ledger->tracks_closed = 2;
  ledger->faces_posted = 1;
  ledger->not_posted(domain::Reason::too_small);
  return {.id = id,
          .name = "camera " + std::to_string(id),
          .history = {.stats = {.frames_decoded = 10}},
          .counters = std::move(ledger)};
}

std::vector<status::CameraStatus> rows_of(const RemovedCameras& cameras) {
  std::vector<status::CameraStatus> rows;
  cameras.append_rows(10, rows);
  return rows;
}

TEST(RemovedCamerasTest, KeepARowInStateRemoved) {
  RemovedCameras cameras;
  cameras.add(former(7));
  const auto rows = rows_of(cameras);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].name, "camera 7");
  EXPECT_EQ(rows[0].state, "REMOVED");
  EXPECT_EQ(rows[0].frames_decoded, 10U);
  EXPECT_EQ(rows[0].faces_posted, 1U);
  EXPECT_EQ(rows[0].faces_not_posted.at("too_small"), 1U);
  EXPECT_FALSE(rows[0].failed);
  EXPECT_FALSE(cameras.sum());
}

TEST(RemovedCamerasTest, AreSettledOnceNothingOfThemWaits) {
  pipeline::CameraSettings settings;
  settings.spec.name = "gate";
  memory::Budget budget(100_MiB);
  auto on_its_way = std::make_shared<pipeline::CameraContext>(settings, budget);
  RemovedCamera camera = former(7);
  camera.counters = on_its_way->shared_counters;
  camera.context = on_its_way;
  const auto ledger = camera.counters;
  RemovedCameras cameras;
  cameras.add(std::move(camera));
  EXPECT_THAT(cameras.settle(), IsEmpty()) << "an order to the shot encoder holds it";
  ledger->shots_waiting = 1;
  on_its_way.reset();
  EXPECT_THAT(cameras.settle(), IsEmpty()) << "its shot is in the outbox";
  ++ledger->faces_posted;
  ledger->shot_left();
  EXPECT_EQ(rows_of(cameras)[0].faces_posted, 1U) << "counted after it was removed";
  EXPECT_THAT(cameras.settle(), ElementsAre(7));
  EXPECT_THAT(cameras.settle(), IsEmpty()) << "returned once";
}

TEST(RemovedCamerasTest, BeyondAHundredOnlyTheirSumIsKept) {
  RemovedCameras cameras;
  for (int id = 1; id <= 150; ++id) {
    cameras.add(former(id));
    static_cast<void>(cameras.settle());
  }
  const auto rows = rows_of(cameras);
  ASSERT_EQ(rows.size(), RemovedCameras::kMostRows);
  EXPECT_EQ(rows.front().name, "camera 51");
  ASSERT_TRUE(cameras.sum());
  EXPECT_EQ(cameras.sum()->frames_decoded, 500U);
  EXPECT_EQ(cameras.sum()->tracks_closed, 100U);
  EXPECT_EQ(cameras.sum()->faces_not_posted.at("too_small"), 50U);

  status::Snapshot summary;
  summary.cameras = rows;
  summary.former = cameras.sum();
  EXPECT_EQ(summary.total(&status::CameraStatus::tracks_closed), 300U);
  EXPECT_EQ(summary.total(&status::CameraStatus::faces_posted), 150U);
}

TEST(RemovedCamerasTest, NoneIsSummedUpWhileSomethingOfItWaits) {
  RemovedCameras cameras;
  RemovedCamera waiting = former(1);
  waiting.counters->shots_waiting = 1;
  const auto ledger = waiting.counters;
  cameras.add(std::move(waiting));
  for (int id = 2; id <= 120; ++id) {
    cameras.add(former(id));
    static_cast<void>(cameras.settle());
  }
  EXPECT_EQ(rows_of(cameras).front().name, "camera 1");
  ledger->shot_left();
  EXPECT_THAT(cameras.settle(), ElementsAre(1));
  cameras.add(former(121));
  EXPECT_EQ(rows_of(cameras).front().name, "camera 22");
  EXPECT_EQ(rows_of(cameras).size(), RemovedCameras::kMostRows);
}

TEST(RemovedCamerasTest, OneThatComesBackTakesItsBooksWithIt) {
  RemovedCameras cameras;
  cameras.add(former(7));
  cameras.add(former(8));
  EXPECT_FALSE(cameras.take(9));
  const auto back = cameras.take(7);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->counters->tracks_closed, 2U);
  EXPECT_EQ(rows_of(cameras).size(), 1U);
}

}  // namespace
}  // namespace vigia::fleet
