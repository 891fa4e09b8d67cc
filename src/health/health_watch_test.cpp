#include "health/health_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vigia::health {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HealthWatchTest : public ::testing::Test {
 protected:
  static status::CameraStatus online(const std::string& name) {
    status::CameraStatus camera;
    camera.name = name;
    camera.state = "INPROGRESS";
    camera.is_online = true;
    camera.signal = {.is_live = true, .brightness = 0.4, .contrast = 0.2};
    return camera;
  }
  std::unique_ptr<HealthWatch> watch() {
    return std::make_unique<HealthWatch>(
        file_, clock_, [this](const std::string& camera, const HealthChange& change) {
          told_.push_back(camera + (change.holds ? " +" : " -") + std::string(to_string(change.condition)));
        });
  }
  static std::vector<std::string> conditions(const HealthWatch& health,
                                             std::vector<status::CameraStatus> cameras) {
    health.add_conditions(cameras);
    std::vector<std::string> names;
    for (const auto& camera : cameras) {
      for (const auto& condition : camera.conditions) names.push_back(camera.name + " " + condition.name);
    }
    return names;
  }

  testing::TempDir folder_;
  const std::string file_ = folder_ / "vigia.db.usual";
  testing::FakeClock clock_;
  std::vector<std::string> told_;
};

TEST_F(HealthWatchTest, EachCameraHasItsOwnConditionsAlsoThoseOfOneName) {
  const auto health = watch();
  std::vector cameras{online("gate"), online("door"), online("gate")};
  cameras[2].signal.still_for = 2min;
  health->look(cameras);
  EXPECT_THAT(told_, ElementsAre("gate +frozen"));
  cameras[2].conditions.clear();
  health->add_conditions(cameras);
  EXPECT_THAT(cameras[0].conditions, IsEmpty());
  EXPECT_THAT(cameras[2].conditions, ::testing::SizeIs(1));
}

TEST_F(HealthWatchTest, ACameraThatIsRemovedHasNoConditionAnyMore) {
  const auto health = watch();
  std::vector cameras{online("gate")};
  cameras[0].signal.still_for = 2min;
  health->look(cameras);
  EXPECT_THAT(conditions(*health, cameras), ElementsAre("gate frozen"));
  cameras[0].state = status::kRemoved;
  health->look(cameras);
  EXPECT_THAT(conditions(*health, cameras), IsEmpty());
}

// Two weeks in which a camera brings a hundred people each hour, a restart, and a quiet hour.
TEST_F(HealthWatchTest, WhatIsUsualIsKnownAgainAfterARestart) {
  std::vector cameras{online("gate")};
  const auto play = [&](HealthWatch& health, Nanoseconds length, int faces_an_hour) {
    for (Nanoseconds t{0}; t < length; t += 1min) {
      clock_.advance(1min);
      if (faces_an_hour > 0) cameras[0].tracks_closed += static_cast<std::uint64_t>(faces_an_hour) / 60;
      health.look(cameras);
    }
  };
  std::stop_source stop;
  {
    const auto health = watch();
    play(*health, std::chrono::hours(15 * 24), 120);
    EXPECT_THAT(told_, IsEmpty());
  }
  cameras[0].tracks_closed = 0;
  const auto health = watch();
  stop.request_stop();
  health->run(stop.get_token(), [&] { return cameras; });  // reads the file
  play(*health, 4min, 0);
  EXPECT_THAT(told_, IsEmpty());
  play(*health, 30min, 0);
  EXPECT_THAT(told_, ElementsAre("gate +no_faces"));
}

TEST_F(HealthWatchTest, PostersAreNotPeople) {
  std::vector cameras{online("gate")};
  const auto health = watch();
  for (int minute = 0; minute < 15 * 24 * 60; ++minute) {
    clock_.advance(1min);
    cameras[0].tracks_closed += 2;
    cameras[0].faces_not_posted["no_movement"] += 2;
    health->look(cameras);
  }
  for (int minute = 0; minute < 120; ++minute) {
    clock_.advance(1min);
    health->look(cameras);
  }
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(HealthWatchTest, AFileThatCannotBeReadIsLearnedAnew) {
  std::ofstream(file_) << "rubbish";
  std::stop_source stop;
  stop.request_stop();
  const auto health = watch();
  health->run(stop.get_token(), [] { return std::vector<status::CameraStatus>{}; });
  EXPECT_TRUE(read_usual_faces(file_).ok());
}

}  // namespace
}  // namespace vigia::health
