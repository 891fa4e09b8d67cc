// What is on disk once a shot counts as delivered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sinks/directory_courier.h"
#include "testing/noted_syncs.h"
#include "testing/sample_shot.h"
#include "testing/temp_dir.h"

namespace vigia::sinks {
namespace {

using Outcome = delivery::DeliveryResult::Outcome;
using ::testing::IsSupersetOf;
using testing::NotedSyncs;
using testing::sample_shot;
using testing::TempDir;

// The image, its line, and every folder that names one of them or a new folder: all of the first shot's
// syncs.
std::vector<std::string> all_of_the_first(const TempDir& dir) {
  const std::string image = dir / "new/faces/gate/2026-11-23/130001.123_1.jpg";
  return {dir.path(),
          dir / "new",
          dir / "new/faces",
          dir / "new/faces/gate",
          dir / "new/faces/gate/2026-11-23",
          image + ".part",
          dir / "new/faces/events.jsonl"};
}

TEST(DirectorySyncTest, AFirstShotSyncsItsFilesAndEveryFolderThatNamesThem) {
  const TempDir dir;
  const NotedSyncs syncs;
  DirectoryCourier courier(dir / "new/faces");
  ASSERT_EQ(courier.deliver(sample_shot(), {}).outcome, Outcome::delivered);
  EXPECT_THAT(syncs.paths(), IsSupersetOf(all_of_the_first(dir)));
}

TEST(DirectorySyncTest, AShotCountsAsDeliveredOnlyAfterEachSyncThatFailedWasRepeated) {
  const std::size_t all = [] {
    const TempDir dir;
    const NotedSyncs syncs;
    DirectoryCourier courier(dir / "new/faces");
    courier.deliver(sample_shot(), {});
    return syncs.paths().size();
  }();
  ASSERT_GE(all, 8U);
  for (int failing = 1; failing <= static_cast<int>(all); ++failing) {
    const TempDir dir;
    NotedSyncs syncs;
    DirectoryCourier courier(dir / "new/faces");
    syncs.fail_at(failing);
    ASSERT_EQ(courier.deliver(sample_shot(), {}).outcome, Outcome::retry) << failing;
    const std::string failed = syncs.paths().back();
    syncs.fail_at(0);
    ASSERT_EQ(courier.deliver(sample_shot(), {}).outcome, Outcome::delivered) << failing;
    EXPECT_THAT(syncs.paths(), ::testing::Contains(failed)) << failing;
  }
}

}  // namespace
}  // namespace vigia::sinks
