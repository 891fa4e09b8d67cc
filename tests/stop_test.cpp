// How a run ends: at any moment, with nothing lost.
#include <arpa/inet.h>
#include <poll.h>

#include <csignal>
#include <thread>

#include "testing/loopback_listener.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using namespace std::chrono_literals;

class StopTest : public VigiaProgram {
 protected:
  testing::Program::Start two_cameras() {
    write("vigia.yaml",
          "cameras:\n"
          "  - {name: gate, url: \"sim:faces=4&size=640x360&fps=10&seed=5\", play_speed: 4}\n"
          "  - {name: hall, url: \"sim:faces=4&size=640x360&fps=10&seed=6\", play_speed: 4}\n"
          "defaults: {filter_min_size: 20}\n");
    return vigia({"run", "-c", "vigia.yaml", "--summary", "summary.json"});
  }
};

TEST_F(StopTest, AtAnyMomentEverythingTrackedIsPosted) {
  for (const auto after : {0ms, 50ms, 300ms, 900ms, 2000ms}) {
    testing::Program program(two_cameras());
    ASSERT_TRUE(program.wait_for_text("Vigia started"));
    std::this_thread::sleep_for(after);  // the moment is the test's subject
    program.signal(after == 300ms ? SIGTERM : SIGINT);
    const auto finished = program.wait();
    EXPECT_EQ(finished.exit_status, 0) << finished.err;
    expect_every_track_accounted_for(summary());
    EXPECT_EQ(summary()["faces_pending"], 0);
    EXPECT_EQ(summary()["memory"]["objects_pending"], 0);
  }
}

// A server that accepts connections and never answers.
class SilentServer {
 public:
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.port()); }
  // False: nobody came within a minute.
  [[nodiscard]] bool wait_for_a_client() const {
    pollfd comes{listener_.get(), POLLIN, 0};
    return ::poll(&comes, 1, 60'000) == 1;
  }

 private:
  testing::LoopbackListener listener_;
};

TEST_F(StopTest, ASecondSignalEndsItAtOnce) {
  const SilentServer server;  // the first stop would wait for its senders
  write(
      "vigia.yaml",
      "cameras:\n  - {name: gate, url: \"sim:faces=4&size=640x360&fps=10\", play_speed: 8, id: 1, token: t}\n"
      "defaults: {filter_min_size: 20}\n"
      "delivery: {findface: {url: \"" +
          server.url() + "\"}, stop_timeout: 60}\n");
  std::filesystem::permissions(folder() / "vigia.yaml", std::filesystem::perms::owner_read);
  environment_.insert({{"FINDFACE_USER", "u"}, {"FINDFACE_PASSWORD", "p"}});
  testing::Program program(vigia({"run", "-c", "vigia.yaml"}));
  ASSERT_TRUE(server.wait_for_a_client());
  program.signal(SIGINT);
  ASSERT_TRUE(program.wait_for_text("stopping"));
  program.signal(SIGINT);
  const auto finished = program.wait();
  EXPECT_EQ(finished.exit_status, 1);
}

TEST_F(StopTest, ACheckEndsAtOnce) {
  const SilentServer server;
  write("vigia.yaml", "cameras:\n  - {name: gate, url: \"" + server.url() + "/x\", source_timeout: 600}\n");
  testing::Program program(vigia({"check", "-c", "vigia.yaml"}));
  ASSERT_TRUE(server.wait_for_a_client());
  program.signal(SIGINT);
  EXPECT_EQ(program.wait(30s).exit_status, 1);
  EXPECT_NE(program.out().find("ok    outbox: "), std::string::npos)
      << "it has printed what it found until then";
}

TEST_F(StopTest, AHangupStopsNothingAndIsSaid) {
  testing::Program program(two_cameras());
  ASSERT_TRUE(program.wait_for_text("Vigia started"));
  program.signal(SIGHUP);
  ASSERT_TRUE(program.wait_for_text("SIGHUP is ignored")) << program.err();
  EXPECT_TRUE(program.running());
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait().exit_status, 0);
  expect_every_track_accounted_for(summary());
}

TEST_F(StopTest, ARunThatIsStoppedEndsWellWhateverFailedMeanwhile) {
  write("vigia.yaml",
        "cameras:\n"
        "  - {name: bad, url: \"sim:faces=1000\"}\n"
        "  - {name: good, url: \"sim:faces=0&size=640x360&fps=10\"}\n");
  const auto finished = run({"run", "-c", "vigia.yaml", "--seconds", "2", "--summary", "summary.json"});
  EXPECT_EQ(finished.exit_status, 0) << finished.err;
  EXPECT_EQ(summary()["cameras"][0]["state"], "MISCONFIGURED");
}

TEST_F(StopTest, SecondsAreObeyed) {
  write("vigia.yaml", "cameras:\n  - {name: gate, url: \"sim:faces=0&size=640x360&fps=10\"}\n");
  const auto finished = run({"run", "-c", "vigia.yaml", "--seconds", "1.5", "--summary", "summary.json"});
  EXPECT_EQ(finished.exit_status, 0);
  EXPECT_GE(summary()["seconds"], 1.5);
}

}  // namespace
}  // namespace vigia::tests
