#include "app/status_text.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/terminal.h"

namespace vigia::app {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Json camera_of(const std::string& name, bool is_online) {
  return {{"name", name},
          {"state", is_online ? "INPROGRESS" : "INTERRUPTED"},
          {"online", is_online},
          {"reason", is_online ? Json() : Json("offline")},
          {"message", is_online ? "" : "no connection to 10.0.0.5:554"},
          {"conditions", Json::array()},
          {"fps", 25.0},
          {"faces_detected", 312},
          {"faces_posted", 14},
          {"last_face", "2026-11-23T13:06:00.000000Z"}};
}

AgentState state_of(const std::string& level) {
  AgentState state;
  state.status = {
      {"version", "0.1.0"},
      {"uptime_seconds", 4080.0},
      {"health",
       {{"level", level},
        {"text", level == "ok" ? "All well: 2 of 2 cameras send video" : "Camera gate sends no video"},
        {"advice", level == "ok" ? "" : "check its power"}}},
      {"problems", Json::array()},
      {"log", {{"written", 98}, {"folded", 56}, {"left_out", 0}}}};
  state.cameras = {{"now", "2026-11-23T13:08:00.000000Z"},
                   {"cameras", {camera_of("hall", true), camera_of("gate", false)}}};
  state.receivers = {
      {"receivers",
       {{{"name", "findface"},
         {"pending", 3},
         {"oldest_seconds", 400.0},
         {"delivered", 2},
         {"breaker", {{"state", "open"}, {"seconds", 30.0}, {"why", "connection refused"}}}}}}};
  state.memory = {{"rss_bytes", 98000000}, {"limit_bytes", 1789569706}};
  return state;
}

std::string all_of(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

TEST(StatusTextTest, BeginsWithOneSentenceAndWhatToDo) {
  const auto lines = status_lines(state_of("error"), {});
  EXPECT_EQ(lines.at(0), "Camera gate sends no video");
  EXPECT_EQ(lines.at(1), "  check its power");
  EXPECT_EQ(status_lines(state_of("ok"), {}).front(), "All well: 2 of 2 cameras send video");
}

TEST(StatusTextTest, ShowsCamerasThoseInTroubleFirstThenReceiversAndFigures) {
  const std::string all = all_of(status_lines(state_of("error"), {}));
  EXPECT_LT(all.find("gate    INTERRUPTED"), all.find("hall    INPROGRESS"));
  EXPECT_THAT(all, HasSubstr("offline: no connection to 10.0.0.5:554"));
  EXPECT_THAT(all, HasSubstr("2 min ago"));
  EXPECT_THAT(all, HasSubstr("for 30 s: connection refused"));
  EXPECT_THAT(all, HasSubstr("98 lines written, 56 folded, 0 left out"));
}

TEST(StatusTextTest, OnlyErrorsAndWarningsAreNotWell) {
  EXPECT_TRUE(is_well(state_of("ok")));
  EXPECT_TRUE(is_well(state_of("starting")));
  EXPECT_FALSE(is_well(state_of("warning")));
  EXPECT_FALSE(is_well(state_of("error")));
}

TEST(StatusTextTest, FitsIntoATerminalOfAnyWidthAndLeavesCamerasOut) {
  AgentState state = state_of("error");
  for (int i = 0; i < 100; ++i) state.cameras["cameras"].push_back(camera_of(fmt::format("cam{}", i), true));
  for (const int columns : {10, 40, 80}) {
    const auto lines = status_lines(state, {.columns = columns, .rows = 24});
    EXPECT_LE(lines.size(), 24U);
    for (const std::string& line : lines) EXPECT_LE(columns_of(line), columns) << line;
  }
  EXPECT_THAT(all_of(status_lines(state, {.columns = 80, .rows = 24})), HasSubstr("\nand "));
  EXPECT_THAT(all_of(status_lines(state, {.columns = 80, .rows = 24})), HasSubstr("gate    INTERRUPTED"));
}

TEST(StatusTextTest, TheSentenceIsWrappedAndNeverCutShort) {
  AgentState state = state_of("error");
  state.status["health"]["text"] =
      "Camera gate sends no video since 13:05 UTC: no connection to 10.0.0.5:554";
  const auto lines = status_lines(state, {.columns = 40});
  EXPECT_EQ(lines.at(0), "Camera gate sends no video since 13:05");
  EXPECT_EQ(lines.at(1), "    UTC: no connection to 10.0.0.5:554");
  EXPECT_EQ(lines.at(2), "  check its power");
}

TEST(StatusTextTest, ColoursAreAroundWholeLinesOnly) {
  const auto lines = status_lines(state_of("error"), {.has_colours = true});
  EXPECT_THAT(lines.front(), StartsWith("\x1b[1;31mCamera gate"));
  for (const std::string& line : lines) {
    EXPECT_EQ(std::ranges::count(line, '\x1b'), line.starts_with('\x1b') ? 2 : 0);
  }
}

TEST(StatusTextTest, AnAnswerOfAnotherVersionLeavesGapsAndNoError) {
  AgentState state;
  state.status = {{"health", "well"}, {"log", 3}};
  state.cameras = {{"cameras", {{{"name", 7}, {"conditions", "none"}}, "text", 4}}};
  state.receivers = {{"receivers", {{{"breaker", 1}}}}};
  EXPECT_FALSE(status_lines(state, {}).empty());
  EXPECT_FALSE(is_well(state));
}

TEST(StatusTextTest, NoNamePaintsOnTheTerminal) {
  AgentState state = state_of("ok");
  state.cameras["cameras"][0]["name"] = "ha\x1b[2Jll";
  EXPECT_THAT(all_of(status_lines(state, {})), HasSubstr("ha\\x1b[2Jll"));
}

}  // namespace
}  // namespace vigia::app
