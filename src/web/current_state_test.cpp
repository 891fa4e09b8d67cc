#include "web/current_state.h"

#include <gtest/gtest.h>

#include "web/web_test_support.h"

namespace vigia::web {
namespace {

using namespace std::chrono_literals;

class FiguresTest : public WebTest {};

TEST_F(FiguresTest, HoweverManyAskOneSnapshotIsTakenInAQuarterOfASecond) {
  World world = this->world();
  int taken = 0;
  world.snapshot = [&] {
    ++taken;
    return rich_snapshot();
  };
  CurrentState figures(world);
  for (int i = 0; i < 100; ++i) figures.now();
  EXPECT_EQ(taken, 1);
  fake_clock_.advance(250ms);
  figures.now();
  EXPECT_EQ(taken, 2);
}

TEST_F(FiguresTest, RatesAreThoseOfTheLastSeconds) {
  const World world = this->world();
  CurrentState figures(world);
  status::Snapshot snapshot = rich_snapshot();
  for (int second = 0; second <= 10; ++second) {
    set(snapshot);
    figures.now();
    fake_clock_.advance(1s);
    snapshot.cameras[1].frames_processed += second < 5 ? 10 : 30;
    snapshot.cameras[1].frames_decoded += 40;
    snapshot.cpu_seconds += 0.5;
  }
  EXPECT_NEAR(figures.rates().of("hall").processed, 30, 1e-9);
  EXPECT_NEAR(figures.rates().of("hall").decoded, 40, 1e-9);
  EXPECT_NEAR(figures.rates().cpu_cores(), 0.5, 1e-9);
  EXPECT_EQ(figures.rates().of("gate").processed, 0);
  EXPECT_EQ(figures.rates().of("nowhere").processed, 0);
}

TEST_F(FiguresTest, TheHistoryIsBounded) {
  const World world = this->world();
  CurrentState figures(world);
  for (int i = 0; i < 2 * 24 * 360; ++i) {
    figures.tick();
    fake_clock_.advance(10s);
  }
  EXPECT_EQ(figures.history().samples(Span::hour).size(), History::kSamples);
  EXPECT_EQ(figures.history().samples(Span::day).size(), History::kSamples);
  const auto& hour = figures.history().samples(Span::hour);
  EXPECT_EQ(hour.back().at - hour.front().at, 3590);
}

}  // namespace
}  // namespace vigia::web
