#include "web/problem_finder.h"

#include <gtest/gtest.h>

#include "web/web_test_support.h"

namespace vigia::web {
namespace {

using namespace std::chrono_literals;

const UtcTime kNow = from_unix_us(1'795'439'000'000'000);

std::vector<std::string> codes(const std::vector<StateProblem>& problems) {
  std::vector<std::string> codes;
  for (const StateProblem& problem : problems) codes.push_back(problem.code);
  return codes;
}

TEST(ProblemsTest, AllIsWell) {
  status::Snapshot snapshot;
  snapshot.cameras = {camera_of("gate", "INPROGRESS"), camera_of("old", "REMOVED"),
                      camera_of("off", "DISABLED")};
  ProblemFinder problems;
  const Health health = health_of(problems.find(snapshot, kNow), count_cameras(snapshot));
  EXPECT_EQ(health.level, "ok");
  EXPECT_EQ(health.text, "All well: 1 of 1 cameras send video");
  snapshot.cameras.push_back(camera_of("hall", "STARTING"));
  EXPECT_EQ(health_of(problems.find(snapshot, kNow), count_cameras(snapshot)).code, "starting");
}

TEST(ProblemsTest, TheWorstComesFirstAndSaysWhatWhichSinceWhenAndWhatToDo) {
  ProblemFinder problems;
  const auto found = problems.find(rich_snapshot(), kNow);
  EXPECT_EQ(codes(found),
            (std::vector<std::string>{"disk_refuses", "faces_lost", "receiver_down", "offline", "dark",
                                      "ledger_lost", "receiver_refuses_camera", "memory_full", "memory_grows",
                                      "overloaded", "crashed_before"}));
  for (const StateProblem& problem : found) {
    EXPECT_FALSE(problem.text.empty()) << problem.code;
    EXPECT_FALSE(problem.advice.empty()) << problem.code;
    EXPECT_TRUE(problem.since) << problem.code;
  }
  status::Snapshot one;
  one.cameras = rich_snapshot().cameras;
  one.cameras.pop_back();
  const Health health = health_of(ProblemFinder().find(one, kNow), count_cameras(one));
  EXPECT_EQ(health.text, "Camera gate sends no video: no connection to 10.0.0.5:554 (since 13:00 UTC)");
  EXPECT_EQ(health.advice, "check its power, its network and the address in its url");
  EXPECT_EQ(health.others, 0);
}

TEST(ProblemsTest, WhatHasGrownIsShownForAWhile) {
  ProblemFinder problems;
  status::Snapshot snapshot;
  EXPECT_TRUE(problems.find(snapshot, kNow).empty());
  snapshot.outbox.lost = 1;
  EXPECT_EQ(codes(problems.find(snapshot, kNow)), std::vector<std::string>{"faces_lost"});
  const auto later = problems.find(snapshot, kNow + 30min);
  ASSERT_EQ(codes(later), std::vector<std::string>{"faces_lost"});
  EXPECT_EQ(later[0].since, kNow) << "from when it was first seen";
  EXPECT_TRUE(problems.find(snapshot, kNow + 2h).empty());
}

TEST(ProblemsTest, AReceiverThatIsBehindIsToldOnlyWhileItTakesFaces) {
  ProblemFinder problems;
  status::Snapshot snapshot;
  snapshot.routes = {{.name = "mqtt", .pending = 9}};
  snapshot.outbox.routes = {{"mqtt", 9, 6min}};
  EXPECT_EQ(codes(problems.find(snapshot, kNow)), std::vector<std::string>{"delivery_behind"});
  snapshot.routes[0].breaker.state = status::BreakerState::half_open;
  EXPECT_EQ(codes(problems.find(snapshot, kNow)), std::vector<std::string>{"receiver_down"});
}

TEST(ProblemsTest, StatesOfACameraThatCannotWorkAreErrors) {
  status::Snapshot snapshot;
  snapshot.cameras = {camera_of("a", "MISCONFIGURED"), camera_of("b", "DETECTOR_FAILS")};
  EXPECT_EQ(codes(ProblemFinder().find(snapshot, kNow)),
            (std::vector<std::string>{"misconfigured", "detector_fails"}));
}

}  // namespace
}  // namespace vigia::web
