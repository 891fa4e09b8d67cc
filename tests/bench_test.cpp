// 'vigia bench memory' as a user starts it.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>

#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class BenchTest : public VigiaProgram {
 protected:
  [[nodiscard]] nlohmann::json figures() const {
    std::ifstream in(folder() / "bench.json");
    return nlohmann::json::parse(in, nullptr, false);
  }
  [[nodiscard]] std::string picture() const {
    std::ifstream in(folder() / "bench.svg");
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static bool one_line(const std::string& text) { return std::count(text.begin(), text.end(), '\n') == 1; }
};

TEST_F(BenchTest, EveryModeGivesItsFigures) {
  const auto done = run({"bench", "memory", "--cameras", "2", "--seconds", "1.5", "--gc-interval", "0.3",
                         "--limit", "2G", "--destroy", "32M", "--json", "bench.json", "--plot", "bench.svg"});
  ASSERT_EQ(done.exit_status, 0) << done.err;
  const auto json = figures();
  ASSERT_TRUE(json.is_object());
  for (const char* const field : {"cpu", "cores", "memory_bytes", "kernel", "allocator"}) {
    EXPECT_TRUE(json.at("machine").contains(field)) << field;
  }
  EXPECT_EQ(json.at("options").at("cameras"), 2);
  EXPECT_EQ(json.at("options").at("gc_interval"), 0.3);
  std::map<std::string, nlohmann::json> modes;
  for (const auto& mode : json.at("modes")) modes[mode.at("mode")] = mode;
  ASSERT_EQ(modes.size(), 6U);
  for (const auto& [name, mode] : modes) {
    EXPECT_EQ(mode.at("ended"), "time") << name;
    EXPECT_GT(mode.at("frames_done"), 0) << name;
    EXPECT_GT(mode.at("stall_us").at("count"), 0) << name;
    EXPECT_LE(mode.at("stall_us").at("p50"), mode.at("stall_us").at("max")) << name;
    EXPECT_GT(mode.at("touch_us").at("count"), 0) << name;
    EXPECT_GT(mode.at("rss_peak_bytes"), 0) << name;
    EXPECT_FALSE(mode.at("samples").empty()) << name;
    EXPECT_THAT(done.out, HasSubstr(name));
    EXPECT_THAT(picture(), HasSubstr(">" + name + "<"));
  }
  // 83 MB/s, kept; as against some tens of MB that go round.
  EXPECT_LT(modes["background"].at("rss_peak_bytes"), modes["never"].at("rss_peak_bytes"));
  EXPECT_GT(modes["never"].at("rss_growth_bytes_per_second"), 0);
  EXPECT_GT(modes["inline"].at("passes"), 0);
  EXPECT_GT(modes["naive-background"].at("objects_collected"), 0);
  EXPECT_GT(modes["background"].at("objects_collected"), 0);
  EXPECT_GT(modes["destroy-background"].at("objects_collected"), 0);
  EXPECT_EQ(modes["destroy-inline"].at("destroyed_bytes"), 32 << 20);
  EXPECT_GT(modes["destroy-background"].at("malloc_us").at("count"), 0);
}

TEST_F(BenchTest, NeverEndsAtTheLimit) {
  const auto done = run({"bench", "memory", "--cameras", "4", "--pace", "free", "--seconds", "100", "--limit",
                         "300M", "--modes", "never", "--json", "bench.json"});
  ASSERT_EQ(done.exit_status, 0) << done.err;
  const auto mode = figures().at("modes").at(0);
  EXPECT_EQ(mode.at("ended"), "limit");
  EXPECT_GE(mode.at("rss_peak_bytes"), 300 << 20);
  EXPECT_EQ(mode.at("seconds_to_limit"), mode.at("seconds"));
  EXPECT_THAT(done.out, HasSubstr("after "));
}

TEST_F(BenchTest, CtrlCEndsItWithWhatThereIs) {
  testing::Program program(vigia({"bench", "memory", "--cameras", "1", "--seconds", "1000", "--modes",
                                  "background,inline", "--json", "bench.json"}));
  ASSERT_TRUE(program.wait_for_text("[1/2] background"));
  // The hot threads have started when there is a second process; a signal before that ends it as well.
  program.signal(SIGINT);
  const auto done = program.wait();
  EXPECT_EQ(done.exit_status, 1);
  const auto json = figures();
  ASSERT_TRUE(json.is_object());
  ASSERT_LE(json.at("modes").size(), 1U) << "the next mode is not begun";
  for (const auto& mode : json.at("modes")) EXPECT_EQ(mode.at("ended"), "stopped");
}

TEST_F(BenchTest, FilesThatCannotBeWrittenAreSaidBeforeTheRun) {
  for (const char* const flag : {"--json", "--plot"}) {
    const auto done = run({"bench", "memory", flag, "no/such/folder/file"});
    EXPECT_EQ(done.exit_status, 2);
    EXPECT_EQ(done.err, std::string("vigia: ") + flag + ": there is no folder no/such/folder\n");
    EXPECT_EQ(done.out, "");
  }
  EXPECT_EQ(run({"bench", "memory", "--json", "."}).err, "vigia: --json: . is a folder; name a file\n");
}

TEST_F(BenchTest, WhatTheMachineCannotDoIsRefused) {
  const auto huge = run({"bench", "memory", "--modes", "destroy", "--destroy", "100000G"});
  EXPECT_EQ(huge.exit_status, 2);
  EXPECT_TRUE(one_line(huge.err)) << huge.err;
  EXPECT_THAT(huge.err, HasSubstr("--destroy"));
}

}  // namespace
}  // namespace vigia::tests
