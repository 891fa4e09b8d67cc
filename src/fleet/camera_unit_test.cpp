#include "fleet/camera_unit.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace vigia::fleet {
namespace {

TEST(CameraUnitTest, ADetectorThatFailsIsAStateUntilItWorks) {
  memory::MemoryManager memory{{.budget_bytes = 100_MiB}};
  testing::FakeClock clock;
  pipeline::RunQueue run_queue;
  pipeline::ShotOrders orders{10};
  pipeline::StageLatency latency;
  pipeline::LoadMeter load;
  pipeline::CameraSettings settings;
  settings.spec = {"gate", "rtsp://127.0.0.1:1/gate", {}, {}};
  const auto context = std::make_shared<pipeline::CameraContext>(settings, memory.budget());
  const CameraUnit camera(context, 0, {memory, clock, run_queue, orders, latency, load});
  EXPECT_EQ(camera.status(1).state, "NOT_STARTED");
  pipeline::DetectorFailures failures;
  static_cast<void>(failures.failed("no memory", context->counters, clock.now()));
  EXPECT_EQ(camera.status(1).state, "DETECTOR_FAILS");
  EXPECT_NE(camera.status(1).message.find("failed on 1 of its frames"), std::string::npos);
  EXPECT_EQ(camera.status(1).detector_errors, 1U);
  EXPECT_TRUE(camera.status(1).failed);
  failures.worked(context->counters);
  EXPECT_EQ(camera.status(1).state, "NOT_STARTED");
  EXPECT_FALSE(camera.status(1).failed);
}

}  // namespace
}  // namespace vigia::fleet
