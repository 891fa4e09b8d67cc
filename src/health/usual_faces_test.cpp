// What is usual is counted by hand: so many faces in so many hours.
#include "health/usual_faces.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "health/usual_faces_file.h"
#include "testing/temp_dir.h"

namespace vigia::health {
namespace {

using namespace std::chrono_literals;

// Monday, nine o'clock, and the hour after it.
constexpr int kNine = 24 + 9, kTen = kNine + 1;

// An hour in steps of a minute with so many faces, spread evenly.
void play_hour(UsualFaces& usual, int hour, int faces, Nanoseconds online = 1h) {
  int came = 0;
  for (int minute = 1; minute <= 60; ++minute) {
    const int due = faces * minute / 60;
    usual.pass(1min, hour, static_cast<std::uint64_t>(due - came), minute * 1min <= online);
    came = due;
  }
}

double quiet_minutes(UsualFaces& usual, int hour, int minutes) {
  double missed = 0;
  for (int i = 0; i < minutes; ++i) missed = usual.pass(1min, hour, 0, true);
  return missed;
}

TEST(UsualFacesTest, NothingIsKnownBeforeTwoWeeks) {
  UsualFaces usual;
  EXPECT_EQ(quiet_minutes(usual, kNine, 60), 0);
  play_hour(usual, kNine, 120);
  usual.pass(1s, kTen, 0, true);
  EXPECT_EQ(usual.usual(kNine), std::nullopt);
}

TEST(UsualFacesTest, AQuietHourMissesWhatUsuallyComes) {
  UsualFaces usual;
  for (int week = 0; week < 2; ++week) {
    play_hour(usual, kNine, 120);
    usual.pass(1s, kTen, 1, true);
  }
  EXPECT_EQ(usual.usual(kNine), 120);
  EXPECT_NEAR(quiet_minutes(usual, kNine, 5), 10, 0.001);
  EXPECT_EQ(usual.pass(1s, kNine, 1, true), 0);
}

TEST(UsualFacesTest, TheQuietestOfTheWeeksIsUsual) {
  UsualFaces usual;
  for (const int faces : {100, 3, 80}) {
    play_hour(usual, kNine, faces);
    usual.pass(1s, kTen, 1, true);
  }
  EXPECT_EQ(usual.usual(kNine), 3);
  for (const int faces : {90, 90, 90}) {
    play_hour(usual, kNine, faces);
    usual.pass(1s, kTen, 1, true);
  }
  EXPECT_EQ(usual.usual(kNine), 80) << "the quiet one is five weeks ago";
}

TEST(UsualFacesTest, AnHourInWhichTheCameraWasAwayTeachesNothing) {
  UsualFaces usual;
  for (int week = 0; week < 4; ++week) {
    play_hour(usual, kNine, 60, 30min);
    usual.pass(1s, kTen, 1, true);
  }
  EXPECT_EQ(usual.usual(kNine), std::nullopt);
}

TEST(UsualFacesTest, NobodyIsMissedWhileTheCameraIsAway) {
  UsualFaces::Hours hours;
  hours.at(kNine) = {600, 600};
  UsualFaces usual(hours);
  EXPECT_EQ(usual.pass(1h, kNine, 0, false), 0);
}

TEST(UsualFacesTest, TheHourOfTheWeekIsThatOfThisMachinesZone) {
  ASSERT_EQ(::setenv("TZ", "America/Sao_Paulo", 1), 0);
  ::tzset();
  // 2026-11-30 is a Monday; 12:00 UTC is 9:00 there.
  EXPECT_EQ(hour_of_week(UtcTime(std::chrono::seconds(1'796'040'000))), kNine);
  ASSERT_EQ(::unsetenv("TZ"), 0);
  ::tzset();
}

class UsualFacesFileTest : public ::testing::Test {
 protected:
  testing::TempDir folder_;
  const std::string file_ = folder_ / "vigia.db.usual";
};

TEST_F(UsualFacesFileTest, WhatIsWrittenIsReadAgain) {
  LearnedHours learned;
  learned["gate"].at(kNine) = {120, 118};
  learned["T\xfcr"].at(167) = {1};  // not UTF-8
  ASSERT_TRUE(write_usual_faces(file_, learned).ok());
  const auto read = read_usual_faces(file_);
  ASSERT_TRUE(read.ok()) << read.error().text;
  EXPECT_EQ(read->at("gate"), learned["gate"]);
  EXPECT_EQ(read->size(), 2U);
}

TEST_F(UsualFacesFileTest, AFileThatIsMissingIsEmpty) {
  const auto read = read_usual_faces(file_);
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->empty());
}

TEST_F(UsualFacesFileTest, ADamagedFileIsAnError) {
  for (const char* const text :
       {"", "{", "[]", R"({"cameras": 3})", R"({"cameras": {"gate": {"nine": [1]}}})",
        R"({"cameras": {"gate": {"9": ["many"]}}})"}) {
    std::ofstream(file_) << text;
    EXPECT_FALSE(read_usual_faces(file_).ok()) << text;
  }
}

}  // namespace
}  // namespace vigia::health
