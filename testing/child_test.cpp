#include "testing/child.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "base/fd.h"
#include "testing/process_sample.h"
#include "testing/temp_dir.h"

namespace vigia::testing {
namespace {

using namespace std::chrono_literals;

class ChildTest : public ::testing::Test {
 protected:
  std::unique_ptr<Child> shell(const std::string& script) {
    std::filesystem::remove(folder_.path() / "out");  // an earlier one's words
    auto child = Child::start({.program = "/bin/sh",
                               .arguments = {"-c", script},
                               .environment = {{"PATH", "/usr/bin:/bin"}, {"GREETING", "good day"}},
                               .out = folder_.path() / "out",
                               .err = folder_.path() / "err"});
    EXPECT_TRUE(child.ok());
    return *std::move(child);
  }
  std::string content(const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }
  std::string wait_for_content(const std::string& name) {
    for (int i = 0; i < 6000 && content(name).find('\n') == std::string::npos; ++i)
      std::this_thread::sleep_for(10ms);
    return content(name);
  }

  testing::TempDir folder_;
};

TEST_F(ChildTest, RunsWithItsOwnEnvironmentAndOutput) {
  const auto child = shell("echo $GREETING; echo $HOME >&2; exit 3");
  EXPECT_EQ(child->wait(), 3);
  EXPECT_EQ(content("out"), "good day\n");
  EXPECT_EQ(content("err"), "\n");
}

TEST_F(ChildTest, OutputWithoutAFileIsReadHereUntilItsEnd) {
  auto child = Child::start({.program = "/bin/sh",
                             .arguments = {"-c", "echo one; echo two; exit 4"},
                             .err = folder_.path() / "err"});
  ASSERT_TRUE(child.ok());
  std::string text;
  while ((*child)->read(text, 60s)) {
  }
  EXPECT_EQ(text, "one\ntwo\n");
  EXPECT_EQ((*child)->wait(), 4);
}

TEST_F(ChildTest, ThisProgramRunsOnceMoreWithOurEnvironment) {
  ::setenv("GREETING", "good day", 1);
  EXPECT_EQ(own_environment()["GREETING"], "good day");
  auto child = Child::start(this_program({"us", "--gtest_list_tests", "--gtest_filter=ProcessSampleTest.*"}));
  ASSERT_TRUE(child.ok());
  std::string text;
  while ((*child)->read(text, 60s)) {
  }
  EXPECT_EQ((*child)->wait(), 0);
  EXPECT_NE(text.find("SeesMemoryDescriptorsAndThreadsComeAndGo"), std::string::npos) << text;
}

TEST_F(ChildTest, IsAskedToStopAndKilledIfItDoesNot) {
  const auto kind = shell("trap 'exit 5' INT; echo ready; while :; do sleep 0.01; done");
  EXPECT_EQ(wait_for_content("out"), "ready\n");
  EXPECT_EQ(kind->stop(60s), 5);
  const auto deaf = shell("trap '' INT; echo ready; while :; do sleep 0.01; done");
  EXPECT_EQ(wait_for_content("out"), "ready\n");
  EXPECT_EQ(deaf->stop(0s), 128 + SIGKILL);
}

TEST_F(ChildTest, SeesNoDescriptorOfOursAndIsInAGroupOfItsOwn) {
  const Fd ours(::fcntl(STDIN_FILENO, F_DUPFD, 100));  // not close-on-exec
  const auto child = shell("echo /proc/self/fd/*; sleep 60");
  std::istringstream listed(wait_for_content("out"));
  for (std::string name; listed >> name;) {
    EXPECT_NE(name, "/proc/self/fd/" + std::to_string(ours.get()));
  }
  EXPECT_EQ(::getpgid(child->pid()), child->pid());
}

TEST_F(ChildTest, DiesWithTheThreadThatStartedIt) {
  std::unique_ptr<Child> child;
  std::thread([&] {
    child = shell("echo ready; sleep 60");
    EXPECT_EQ(wait_for_content("out"), "ready\n");
  }).join();
  EXPECT_EQ(child->wait(), 128 + SIGKILL);
}

TEST_F(ChildTest, ItsEndIsKnownAlsoWhereSigchldWasIgnored) {
  ::signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(shell("exit 3")->wait(), 3);
  ::signal(SIGCHLD, SIG_DFL);
}

TEST_F(ChildTest, IsNotAskedForAgainWhenSomebodyElseWasTold) {
  const auto child = shell("exit 3");
  ASSERT_EQ(::waitpid(child->pid(), nullptr, 0), child->pid());
  EXPECT_EQ(child->stop(60s), Child::kUnknown);
  EXPECT_EQ(child->exit_status(), Child::kUnknown);
}

TEST_F(ChildTest, AProgramThatIsNotThereIsKnownByItsStatus) {
  auto child =
      Child::start({.program = "/nonexistent", .out = folder_.path() / "out", .err = folder_.path() / "err"});
  ASSERT_TRUE(child.ok());
  EXPECT_EQ((*child)->wait(), 127);
}

TEST(ProcessSampleTest, SeesMemoryDescriptorsAndThreadsComeAndGo) {
  constexpr std::size_t kBlock = 64 << 20;
  std::jthread([] {}).join();  // ThreadSanitizer's own thread comes with the first
  const ProcessSample before = sample_process(::getpid()).value();
  EXPECT_GT(before.anonymous, 0);
  EXPECT_GT(before.resident, before.anonymous);
  void* const block =
      ::mmap(nullptr, kBlock, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  ASSERT_NE(block, MAP_FAILED);
  const Fd one(::dup(STDERR_FILENO));
  const Fd two(::dup(STDERR_FILENO));
  std::jthread thread([](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
  });
  const ProcessSample with = sample_process(::getpid()).value();
  ::munmap(block, kBlock);
  EXPECT_NEAR(static_cast<double>(with.anonymous - before.anonymous), kBlock, 8 << 20);
  EXPECT_GE(with.peak, with.resident);
  EXPECT_EQ(with.descriptors, before.descriptors + 2);
  EXPECT_EQ(with.threads, before.threads + 1);
}

TEST(ProcessSampleTest, OfAProcessThatHasEndedIsAnError) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(sample_process(pid).error().code, ErrorCode::not_found) << "a zombie holds nothing";
  ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED);
  EXPECT_EQ(sample_process(pid).error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace vigia::testing
