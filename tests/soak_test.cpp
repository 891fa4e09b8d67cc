// `vigia soak` as a user starts it: the main job of a minute among failing cameras, from outside.
#include <csignal>
#include <thread>

#include "testing/process_sample.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using namespace std::chrono_literals;

class SoakTest : public VigiaProgram {
 protected:
  testing::Program::Start soak(std::vector<std::string> arguments) {
    // The folder of a failed soak is removed with the test.
    environment_["TMPDIR"] = folder().string();
    std::vector<std::string> all{"soak", "--cameras", "3", "--size", "640x360", "--fps", "15"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return vigia(std::move(all));
  }
  testing::Finished finish(std::vector<std::string> arguments) {
    return testing::Program(soak(std::move(arguments))).wait(200s);
  }
  [[nodiscard]] nlohmann::json report() const {
    std::ifstream in(folder() / "report.json");
    return nlohmann::json::parse(in, nullptr, false);
  }
  // The folders that soaks have left.
  [[nodiscard]] int left_over() const {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder()))
      count += static_cast<int>(entry.path().filename().string().starts_with("vigia-soak-"));
    return count;
  }
  // The program that a running soak watches.
  static pid_t job_of(pid_t soak) {
    std::ifstream children("/proc/" + std::to_string(soak) + "/task/" + std::to_string(soak) + "/children");
    pid_t job = 0;
    children >> job;
    return job;
  }
  static bool ends(pid_t pid) {
    for (int i = 0; i < 3000; ++i) {
      if (!testing::sample_process(pid).ok()) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }
};

// Sanitizers keep freed memory, so only its bound is checked with them.
TEST_F(SoakTest, AMinuteOfStormIsBorne) {
  const auto finished = finish({"--seconds", "60", "--faults", "storm", "--max-rss", "4G", "--report",
                                "report.json", "--plot", "plot.svg", "--verbose"});
  ASSERT_EQ(finished.exit_status, 0) << finished.out << finished.err;
  EXPECT_NE(finished.out.find("too short for a verdict on slope"), std::string::npos) << finished.out;
  EXPECT_NE(finished.out.find("vigia soak: good"), std::string::npos);
  EXPECT_EQ(report()["faults"].size(), 10U) << "each kind once at least";
  EXPECT_GT(report()["frames"]["decoded"], 300);
  EXPECT_GT(report()["tracks"]["closed"], 0);
  EXPECT_GE(report()["arrived"], report()["tracks"]["posted"]);
  EXPECT_GT(report()["samples"].size(), 40U);
  EXPECT_TRUE(std::filesystem::file_size(folder() / "plot.svg") > 1000);
  EXPECT_EQ(left_over(), 0);
}

TEST_F(SoakTest, FailsBeyondItsBounds) {
  const auto finished =
      finish({"--seconds", "8", "--faults", "none", "--max-rss", "20M", "--findface", "off"});
  EXPECT_EQ(finished.exit_status, 1) << finished.out << finished.err;
  EXPECT_NE(finished.out.find("FAILED: resident memory reached"), std::string::npos) << finished.out;
  EXPECT_EQ(left_over(), 1) << "its log is kept";
}

TEST_F(SoakTest, AnInterruptEndsBothAndJudges) {
  testing::Program program(soak({"--hours", "8", "--max-rss", "4G", "--findface", "off"}));
  ASSERT_TRUE(program.wait_for_text(" MB "));  // the first line of what was seen: all cameras are up
  const pid_t job = job_of(program.pid());
  ASSERT_GT(job, 0);
  program.signal(SIGINT);
  const auto finished = program.wait();
  EXPECT_EQ(finished.exit_status, 0) << finished.out << finished.err;
  EXPECT_NE(finished.out.find("what was seen until now is judged"), std::string::npos) << finished.out;
  EXPECT_TRUE(ends(job));
}

TEST_F(SoakTest, TheJobDoesNotOutliveIt) {
  testing::Program program(soak({"--hours", "8", "--findface", "off"}));
  ASSERT_TRUE(program.wait_for_text("warm-up"));
  pid_t job = 0;
  for (int i = 0; i < 3000 && job == 0; ++i) {
    job = job_of(program.pid());
    std::this_thread::sleep_for(10ms);
  }
  ASSERT_GT(job, 0);
  program.signal(SIGKILL);
  EXPECT_EQ(program.wait().exit_status, 128 + SIGKILL);
  EXPECT_TRUE(ends(job));
}

TEST_F(SoakTest, WhatCannotBeUsedIsAWrongArgument) {
  EXPECT_EQ(finish({"--seconds", "5", "--clip", "nowhere.mp4"}).exit_status, 2);
  EXPECT_EQ(finish({"--seconds", "5", "--size", "1x1"}).exit_status, 2);
  const auto finished = finish({"--seconds", "60", "--set", "memory.budget_bytes=1"});
  EXPECT_EQ(finished.exit_status, 2);
  EXPECT_NE(finished.err.find("memory.budget_bytes"), std::string::npos) << finished.err;
}

}  // namespace
}  // namespace vigia::tests
