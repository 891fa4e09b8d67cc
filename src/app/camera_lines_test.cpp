#include "app/camera_lines.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace vigia::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

status::CameraStatus camera_of(const std::string& name, std::uint64_t frames) {
  status::CameraStatus camera;
  camera.name = name;
  camera.state = "INPROGRESS";
  camera.frames_processed = frames;
  camera.faces_detected = 30;
  camera.faces_posted = 2;
  return camera;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(CameraLinesTest, TellsStateFramesASecondFacesAndShots) {
  CameraLines lines;
  status::Snapshot now;
  now.seconds = 10;
  now.cameras = {camera_of("gate", 100)};
  static_cast<void>(lines.draw(now, {80, 24}));
  now.seconds = 12;
  now.cameras[0].frames_processed = 150;
  EXPECT_EQ(lines.draw(now, {80, 24}), "gate  INPROGRESS     25.0 fps      30 faces      2 posted   \n");
}

TEST(CameraLinesTest, ACameraInTroubleSaysWhichAndNoLineIsLongerThanTheTerminal) {
  CameraLines lines;
  status::Snapshot now;
  now.cameras = {camera_of("gate", 0)};
  now.cameras[0].state = "INTERRUPTED";
  now.cameras[0].reason = "offline";
  now.cameras[0].message = "no connection\x1b[2J to 10.0.0.5";
  EXPECT_THAT(lines.draw(now, {120, 24}), HasSubstr("offline: no connection\\x1b[2J to 10.0.0.5"));
  for (const int columns : {1, 20, 40, 60}) {
    for (const std::string& line : lines_of(lines.draw(now, {columns, 24})))
      EXPECT_LE(columns_of(line), columns);
  }
}

TEST(CameraLinesTest, WhereThereIsNoRoomThoseInTroubleStay) {
  CameraLines lines;
  status::Snapshot now;
  for (int i = 0; i < 64; ++i) now.cameras.push_back(camera_of(fmt::format("cam{}", i), 0));
  now.cameras[50].reason = "offline";
  const auto shown = lines_of(lines.draw(now, {80, 24}));
  ASSERT_THAT(shown, SizeIs(12));
  EXPECT_THAT(shown.front(), HasSubstr("cam50"));
  EXPECT_EQ(shown.back(), "and 53 more");
}

}  // namespace
}  // namespace vigia::app
