#include "base/line_ring.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace vigia::log {
namespace {

LogLine line_of(std::string_view text, std::string_view camera = {}) {
  return {.level = LogLevel::warning,
          .at = UtcTime(std::chrono::seconds(5)),
          .file = "src/camera/a.cpp",
          .format = "{}",
          .camera = camera,
          .text = text};
}

TEST(LineRingTest, GivesLinesBackAsTheyWere) {
  LineRing ring(1024);
  ASSERT_TRUE(ring.push(line_of("hello", "gate"), ring.capacity()));
  ASSERT_TRUE(ring.push(line_of(""), ring.capacity()));
  const auto first = ring.front();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->text, "hello");
  EXPECT_EQ(first->camera, "gate");
  EXPECT_EQ(first->level, LogLevel::warning);
  EXPECT_EQ(first->at, UtcTime(std::chrono::seconds(5)));
  EXPECT_EQ(first->format, "{}");
  EXPECT_STREQ(first->file, "src/camera/a.cpp");
  ring.pop();
  EXPECT_EQ(ring.front()->text, "");
  ring.pop();
  EXPECT_FALSE(ring.front());
  EXPECT_EQ(ring.begin(), ring.end());
}

TEST(LineRingTest, RefusesWhatHasNoRoomAndTakesItOnceThereIs) {
  LineRing ring(512);
  int inside = 0;
  while (ring.push(line_of("x"), ring.capacity())) ++inside;
  EXPECT_GT(inside, 4);
  ASSERT_TRUE(ring.front());
  ring.pop();
  EXPECT_TRUE(ring.push(line_of("x"), ring.capacity()));
  EXPECT_FALSE(ring.push(line_of("x"), ring.capacity()));
  EXPECT_FALSE(ring.push(line_of(std::string(600, 'x')), ring.capacity())) << "larger than the ring";
}

TEST(LineRingTest, KeepsLinesWholeWhereTheBlockEnds) {
  LineRing ring(1000);
  for (int i = 0; i < 1000; ++i) {
    const std::string text = std::to_string(i) + std::string(static_cast<std::size_t>(i * 7 % 300), 'a');
    ASSERT_TRUE(ring.push(line_of(text), ring.capacity())) << i;
    ASSERT_TRUE(ring.front());
    ASSERT_EQ(ring.front()->text, text);
    ring.pop();
  }
}

TEST(LineRingTest, ManyThreadsLoseNothingAndMixNothing) {
  constexpr int kThreads = 4, kLines = 20'000;
  LineRing ring(16 * 1024);
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&ring, t] {
      for (int i = 0; i < kLines; ++i) {
        const std::string text = std::to_string(i) + std::string(static_cast<std::size_t>(i % 50), 'b');
        while (!ring.push(line_of(text, std::to_string(t)), ring.capacity())) std::this_thread::yield();
      }
    });
  }
  std::vector<int> next(kThreads, 0);
  for (int taken = 0; taken < kThreads * kLines;) {
    const auto line = ring.front();
    if (!line) {
      std::this_thread::yield();
      continue;
    }
    int& i = next.at(static_cast<std::size_t>(std::stoi(std::string(line->camera))));
    ASSERT_EQ(line->text, std::to_string(i) + std::string(static_cast<std::size_t>(i % 50), 'b'));
    ++i;
    ++taken;
    ring.pop();
  }
  EXPECT_FALSE(ring.front());
}

}  // namespace
}  // namespace vigia::log
