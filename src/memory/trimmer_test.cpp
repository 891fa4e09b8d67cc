#include "memory/trimmer.h"

#include <gtest/gtest.h>

#include <latch>
#include <stdexcept>
#include <thread>

namespace vigia::memory {
namespace {

TEST(TrimmerTest, RunsWhileItsHandleLives) {
  TrimmerList list;
  int runs = 0;
  auto trimmer = list.add("cache", [&]() -> Bytes {
    ++runs;
    return 5;
  });
  EXPECT_EQ(list.run().trimmed, 5);
  trimmer.reset();
  EXPECT_EQ(list.run().trimmed, 0);
  EXPECT_EQ(runs, 1);
}

TEST(TrimmerTest, OneThatThrowsIsCountedAndTheOthersRun) {
  TrimmerList list;
  const auto bad = list.add("bad", []() -> Bytes { throw std::runtime_error("no"); });
  const auto worse = list.add("worse", []() -> Bytes { throw 7; });  // NOLINT: what a plug-in may do
  const auto good = list.add("good", []() -> Bytes { return 3; });
  const auto outcome = list.run();
  EXPECT_EQ(outcome.failed, 2);
  EXPECT_EQ(outcome.trimmed, 3);
}

TEST(TrimmerTest, TheHandlesEndWaitsForARunUnderWay) {
  TrimmerList list;
  std::latch inside(1), go_on(1);
  std::atomic<bool> finished = false;
  auto trimmer = list.add("slow", [&]() -> Bytes {
    inside.count_down();
    go_on.wait();
    finished = true;
    return 0;
  });
  std::jthread runner([&] { list.run(); });
  inside.wait();
  std::jthread release([&] { go_on.count_down(); });
  trimmer.reset();
  EXPECT_TRUE(finished);
}

TEST(TrimmerTest, AHandleMayEndInsideItsOwnRun) {
  TrimmerList list;
  Trimmer trimmer;
  trimmer = list.add("self", [&]() -> Bytes {
    trimmer.reset();
    return 1;
  });
  EXPECT_EQ(list.run().trimmed, 1);
  EXPECT_EQ(list.run().trimmed, 0);
}

}  // namespace
}  // namespace vigia::memory
