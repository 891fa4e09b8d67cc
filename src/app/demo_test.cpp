#include "app/demo.h"

#include <gtest/gtest.h>

namespace vigia::app {
namespace {

TEST(DemoTest, SaysHowManyPeopleWereShown) {
  settings::Settings settings;
  settings.cameras.resize(3);
  settings.cameras[0].spec = {.name = "sim1", .url = "sim:faces=4&seed=1&seconds=20", .id = {}, .token = ""};
  settings.cameras[1].spec = {.name = "gate", .url = "rtsp://gate/", .id = {}, .token = ""};
  settings.cameras[2].spec = {.name = "sim2", .url = "sim:faces=4&seed=2&seconds=20", .id = {}, .token = ""};
  status::Snapshot snapshot;
  snapshot.cameras.resize(3);
  for (std::size_t i = 0; i < 3; ++i) snapshot.cameras[i].name = settings.cameras[i].spec.name;
  snapshot.cameras[0].stream_time = from_seconds(20);
  snapshot.cameras[0].faces_posted = 3;
  EXPECT_EQ(people_shown(settings, snapshot),
            "sim1: 4 people were shown, 3 faces posted\nsim2: 0 people were shown, 0 faces posted\n");
}

}  // namespace
}  // namespace vigia::app
