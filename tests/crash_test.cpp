// A crash on one camera's thread: the program starts again by itself, and that camera waits.
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <sys/socket.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "testing/loopback_listener.h"
#include "testing/sanitized.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using namespace std::chrono_literals;

class CrashTest : public VigiaProgram {
 protected:
  void SetUp() override {
    if (testing::kSanitized) GTEST_SKIP() << "a sanitizer reports a crash instead";
  }
  testing::Program::Start two_cameras() const {
    return vigia({"run", "--set", "cameras.gate.url=sim:faces=1&size=640x360&fps=10", "--set",
                  "cameras.door.url=sim:faces=1&size=320x180&fps=10", "--summary", "summary.json"});
  }
  // As a fault of its own would: the signal comes to that thread alone.
  static bool crash(pid_t process, const std::string& thread, int signal = SIGSEGV) {
    const std::string tasks = "/proc/" + std::to_string(process) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
      std::string name;
      std::getline(std::ifstream(task.path() / "comm"), name);
      if (name != thread) continue;
      return ::syscall(SYS_tgkill, process, std::stoi(task.path().filename()), signal) == 0;
    }
    return false;
  }
  static bool shows_times(testing::Program& program, const std::string& text, int times) {
    for (const auto end = std::chrono::steady_clock::now() + 60s; std::chrono::steady_clock::now() < end;) {
      int seen = 0;
      const std::string err = program.err();
      for (std::size_t at = 0; (at = err.find(text, at)) != std::string::npos; ++at) ++seen;
      if (seen >= times) return true;
      if (!program.running()) return false;
      std::this_thread::sleep_for(20ms);
    }
    return false;
  }
  static nlohmann::json camera(const nlohmann::json& summary, const std::string& name) {
    for (const auto& row : summary.at("cameras")) {
      if (row.at("name") == name) return row;
    }
    return {};
  }
};

TEST_F(CrashTest, TheOthersGoOnAndTheCameraAtFaultWaits) {
  testing::Program program(two_cameras());
  ASSERT_TRUE(program.wait_for_text("'gate': 640x360")) << program.err();
  ASSERT_TRUE(program.wait_for_text("'door': 320x180")) << program.err();
  const pid_t process = program.pid();
  ASSERT_TRUE(crash(process, "cam gate"));
  ASSERT_TRUE(program.wait_for_text("crashed (SIGSEGV) at work for 'gate'; it starts again"))
      << program.err();
  ASSERT_TRUE(program.wait_for_text("it is opened in 5 min")) << program.err();
  ASSERT_TRUE(shows_times(program, "'door': 320x180", 2)) << program.err();
  EXPECT_EQ(program.pid(), process);
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().exit_status, 0);
  EXPECT_EQ(summary()["crashes"], 1);
  EXPECT_EQ(camera(summary(), "gate")["state"], "INTERRUPTED");
  EXPECT_EQ(camera(summary(), "gate")["reason"], "crashed");
  EXPECT_EQ(camera(summary(), "door")["state"], "INPROGRESS");
}

// A broker that sends a property of MQTT 5 that does not exist. libmosquitto aborts the program at it.
TEST_F(CrashTest, ABrokerThatCrashesMqtt5IsSpokenToInTheOldProtocol) {
  const testing::LoopbackListener listener;
  std::atomic<int> last_level{0};
  std::jthread broker([&] {
    for (Fd client = listener.accept(); client.valid(); client = listener.accept()) {
      std::array<char, 512> hello{};
      const auto size = ::recv(client.get(), hello.data(), hello.size(), 0);
      if (size < 9) continue;
      const int level = hello[8];  // behind the packet's head and the name "MQTT"
      last_level = level;
      constexpr std::string_view kAccept5{"\x20\x05\x00\x00\x02\x7e\x00", 7}, kAccept3{"\x20\x02\x00\x00", 4};
      const std::string_view reply = level == 5 ? kAccept5 : kAccept3;
      ::send(client.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
      if (level != 5) break;
      ::recv(client.get(), hello.data(), hello.size(), 0);  // until it is gone
    }
  });
  testing::Program program(vigia({"run", "--set", "cameras.gate.url=sim:faces=0&size=320x180&fps=5", "--set",
                                  "delivery.mqtt.url=mqtt://127.0.0.1:" + std::to_string(listener.port())}));
  EXPECT_TRUE(program.wait_for_text("crashed (SIGABRT) at work for 'MQTT 5'; it starts again"))
      << program.err();
  EXPECT_TRUE(program.wait_for_text("so MQTT 3.1.1 is spoken")) << program.err();
  broker.join();
  EXPECT_EQ(last_level, 4);
  program.signal(SIGINT);
  program.wait();
  listener.interrupt();
}

TEST_F(CrashTest, CrashesThatAreNobodysEndTheProgramTheThirdTime) {
  testing::Program program(two_cameras());
  for (int start = 1; start <= 3; ++start) {
    ASSERT_TRUE(shows_times(program, "'door': 320x180", start)) << program.err();
    ASSERT_TRUE(crash(program.pid(), "vigia", SIGABRT)) << "the main thread";
  }
  EXPECT_EQ(program.wait().exit_status, 128 + SIGABRT) << program.err();
}

// What somebody who wants to find the defect needs.
TEST_F(CrashTest, WhereACoreDumpIsAllowedACrashEndsTheProgram) {
  testing::Program program(two_cameras());
  ASSERT_TRUE(program.wait_for_text("'gate': 640x360")) << program.err();
  rlimit allowed{};
  ASSERT_EQ(::prlimit(program.pid(), RLIMIT_CORE, nullptr, &allowed), 0);
  allowed.rlim_cur = allowed.rlim_max;
  if (allowed.rlim_max <= 1) GTEST_SKIP() << "no core dump can be allowed here";
  ASSERT_EQ(::prlimit(program.pid(), RLIMIT_CORE, &allowed, nullptr), 0);
  ASSERT_TRUE(crash(program.pid(), "cam gate"));
  EXPECT_EQ(program.wait().exit_status, 128 + SIGSEGV) << program.err();
}

}  // namespace
}  // namespace vigia::tests
