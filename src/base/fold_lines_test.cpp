#include "base/fold_lines.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace vigia::log {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FoldLinesTest : public ::testing::Test {
 protected:
  // Whether it was written at once.
  bool say(LogLevel level, const std::string& text, const std::string& camera = "gate",
           const char* format = "{}") {
    return folds_.take(
        {.level = level, .at = {}, .file = "a.cpp", .format = format, .camera = camera, .text = text}, now_);
  }
  std::vector<std::string> told_after(Nanoseconds time) {
    now_ += time;
    folds_.tell_due(now_);
    return std::exchange(told_, {});
  }

  SteadyTime now_{1h};
  std::vector<std::string> told_;
  FoldLines folds_{10s, [this](const LogLine& line) { told_.emplace_back(line.text); }};
};

TEST_F(FoldLinesTest, TheSameLineAgainIsCountedAndToldOnce) {
  EXPECT_TRUE(say(LogLevel::error, "refused"));
  for (int i = 0; i < 57; ++i) EXPECT_FALSE(say(LogLevel::error, "refused"));
  EXPECT_THAT(told_after(9s), IsEmpty());
  EXPECT_THAT(told_after(1s), ElementsAre("refused (repeated 57 times in 10 s)"));
  EXPECT_THAT(told_after(1h), IsEmpty());
}

TEST_F(FoldLinesTest, AStormIsALineEachInterval) {
  int written = 0;
  std::vector<std::string> all;
  for (int second = 0; second < 60; ++second) {
    for (int i = 0; i < 1000; ++i) written += say(LogLevel::warning, "refused") ? 1 : 0;
    for (auto& line : told_after(1s)) all.push_back(line);
  }
  EXPECT_EQ(written, 1);
  EXPECT_EQ(all.size(), 6U);
}

TEST_F(FoldLinesTest, ErrorsOfOneCallAreFoldedFromTheEleventhOnWhateverTheySay) {
  int written = 0;
  for (int i = 0; i < 100; ++i)
    written += say(LogLevel::warning, fmt::format("packet {} is damaged", i)) ? 1 : 0;
  EXPECT_EQ(written, 10);
  EXPECT_THAT(told_after(10s), ElementsAre("packet 99 is damaged (and 89 more like it in 10 s)"));
}

TEST_F(FoldLinesTest, InformationThatIsNewIsNeverKeptBack) {
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(say(LogLevel::info, fmt::format("face posted: track {}", i)));
  EXPECT_FALSE(say(LogLevel::info, "face posted: track 9999"));
  EXPECT_THAT(told_after(10s), ElementsAre("face posted: track 9999")) << "once only: that line itself";
}

TEST_F(FoldLinesTest, CamerasAndCallsAreFoldedApart) {
  EXPECT_TRUE(say(LogLevel::error, "refused", "gate"));
  EXPECT_TRUE(say(LogLevel::error, "refused", "hall"));
  EXPECT_TRUE(say(LogLevel::error, "refused", "gate", "another {}"));
  EXPECT_FALSE(say(LogLevel::error, "refused", "hall"));
}

TEST_F(FoldLinesTest, TheEndTellsAllThatIsKeptBack) {
  EXPECT_TRUE(say(LogLevel::error, "refused"));
  EXPECT_FALSE(say(LogLevel::error, "refused"));
  EXPECT_FALSE(say(LogLevel::error, "refused"));
  folds_.tell_all(now_ + 2s);
  EXPECT_THAT(told_, ElementsAre("refused (repeated 2 times in 2 s)"));
}

TEST_F(FoldLinesTest, ManyMoreCallsThanItsPlacesLoseNoLine) {
  int written = 0;
  std::multiset<std::string> said, heard;
  for (int i = 0; i < 5000; ++i) {
    for (int twice = 0; twice < 2; ++twice) {
      const std::string camera = fmt::format("camera {}", i);
      if (say(LogLevel::error, camera, camera)) ++written;
    }
  }
  folds_.tell_all(now_ + 1s);
  EXPECT_EQ(written, 5000);
  EXPECT_EQ(told_.size(), 5000U) << "the second line of each";
}

TEST(FoldLinesOffTest, WithoutAnIntervalEveryLineIsWritten) {
  FoldLines folds(0s, [](const LogLine&) { FAIL(); });
  const LogLine line{
      .level = LogLevel::error, .at = {}, .file = "a.cpp", .format = "{}", .camera = {}, .text = "x"};
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(folds.take(line, SteadyTime(1h)));
  folds.tell_all(SteadyTime(2h));
}

}  // namespace
}  // namespace vigia::log
