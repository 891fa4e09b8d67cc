#include "fleet/camera_unit.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace vigia::fleet {
namespace {

using camera::CameraState;

TEST(CameraUnitTest, ADetectorThatFailsIsAStateUntilItWorks) {
  pipeline::CameraCounters counters;
  pipeline::DetectorFailures failures;
  static_cast<void>(failures.failed("no memory", counters, SteadyTime{}));
  for (const CameraState source : {CameraState::inprogress, CameraState::completed}) {
    status::CameraStatus status{.name = "gate", .state = "the source's", .message = "", .detector_errors = 1};
    tell_of_detector(source, counters, status);
    EXPECT_EQ(status.state, "DETECTOR_FAILS");
    EXPECT_NE(status.message.find("failed on 1 of its frames"), std::string::npos);
    EXPECT_TRUE(status.failed);
  }
  failures.worked(counters);
  status::CameraStatus status{.name = "gate", .state = "the source's", .message = ""};
  tell_of_detector(CameraState::inprogress, counters, status);
  EXPECT_EQ(status.state, "the source's");
  EXPECT_FALSE(status.failed);
}

TEST(CameraUnitTest, ACameraThatIsAwaySaysSoAlthoughTheDetectorFailedOnItsLastFrame) {
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
  pipeline::DetectorFailures failures;
  static_cast<void>(failures.failed("no memory", context->counters, clock.now()));
  EXPECT_EQ(camera.status(1).state, "NOT_STARTED");
  EXPECT_EQ(camera.status(1).last_frame, UtcTime()) << "none has come";
  EXPECT_EQ(camera.status(1).last_face, UtcTime());
  context->counters.last_face = clock.now();
  clock.advance(std::chrono::seconds(5));
  EXPECT_EQ(camera.status(1).last_face, clock.utc_now() - std::chrono::seconds(5));
  EXPECT_EQ(camera.status(1).message, "");
  EXPECT_EQ(camera.status(1).reason, "");
  EXPECT_EQ(camera.status(1).since, clock.utc_now() - std::chrono::seconds(5));
  EXPECT_EQ(camera.status(1).detector_errors, 1U);
  EXPECT_FALSE(camera.status(1).failed);
}

}  // namespace
}  // namespace vigia::fleet
