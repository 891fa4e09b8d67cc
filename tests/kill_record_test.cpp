#include "tests/kill_record.h"

#include <gtest/gtest.h>

namespace vigia::tests {
namespace {

constexpr auto kStored =
    "2026-11-23 13:00:01.000 debug   gate: face stored: track 3 of 2026-11-23T13:00:00.125000Z, roi 10,20 "
    "90x110\n";
constexpr auto kPosted =
    "2026-11-23 13:00:02.000 info    gate: face posted: track 3 of 2026-11-23T13:00:00.125000Z, quality "
    "0.81, "
    "75x92 pixels\n";

class KillBooksTest : public ::testing::Test {
 protected:
  void arrives() {
    testing::FakeEvent event;
    event.timestamp = "2026-11-23T13:00:00.125000Z";
    event.roi = {10, 20, 100, 130};
    books_.arrived(event);
  }
  [[nodiscard]] std::string why_twice() const {
    const auto duplicates = books_.duplicates();
    return duplicates.size() == 1 ? duplicates.front().why : "not twice";
  }

  KillRecord books_;
};

TEST_F(KillBooksTest, WhatWasStoredAndIsNotThereIsMissing) {
  books_.begin(1);
  books_.read(kStored);
  ASSERT_EQ(books_.missing().size(), 1U);
  books_.begin(2);
  arrives();
  EXPECT_TRUE(books_.missing().empty());
  EXPECT_TRUE(books_.duplicates().empty());
  EXPECT_EQ(books_.stored().begin()->second.run, 1);
}

TEST_F(KillBooksTest, ALineThatTheKillCutOffSaysNothing) {
  books_.read(std::string(kStored).substr(0, std::string(kStored).size() - 2));
  EXPECT_TRUE(books_.stored().empty());
}

TEST_F(KillBooksTest, AKillExplainsWhatWasOnItsWay) {
  arrives();
  books_.read(kStored);
  books_.begin(1);
  arrives();
  books_.read(kPosted);
  EXPECT_EQ(why_twice(), KillRecord::kKilled);
}

TEST_F(KillBooksTest, NothingExplainsWhatHadBeenStruckOff) {
  arrives();
  books_.read(std::string(kStored) + kPosted);
  books_.begin(1);
  arrives();
  EXPECT_EQ(why_twice(), "");
}

TEST_F(KillBooksTest, AServerThatGoesDownExplainsASecondTryOfTheSameRun) {
  arrives();
  books_.server_went_down();
  arrives();
  books_.read(std::string(kStored) + kPosted);
  EXPECT_EQ(why_twice(), KillRecord::kNoAnswer);
}

TEST_F(KillBooksTest, NothingExplainsTwiceInARunOfAServerThatWasUp) {
  books_.server_went_down();
  arrives();
  arrives();
  books_.read(std::string(kStored) + kPosted);
  EXPECT_EQ(why_twice(), "");
}

}  // namespace
}  // namespace vigia::tests
