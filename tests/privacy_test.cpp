// Faces on disk and the program's memory must be hidden from other users of the machine, and simulated people
// from real receivers.
#include <gmock/gmock.h>
#include <httplib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>

#include "testing/http_loop.h"
#include "testing/umask.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using ::testing::HasSubstr;

class PrivacyTest : public VigiaProgram {
 protected:
  // Checks each file and folder; returns how many there are.
  [[nodiscard]] std::size_t expect_all_private() const {
    std::size_t seen = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder())) {
      struct stat info {};
      if (::lstat(entry.path().c_str(), &info) != 0) continue;  // removed since
      EXPECT_EQ(info.st_mode & 0777U, S_ISDIR(info.st_mode) ? 0700U : 0600U) << entry.path();
      ++seen;
    }
    return seen;
  }
};

TEST_F(PrivacyTest, EveryFileOfARunIsTheOwnersAloneWhateverTheUmask) {
  write_settings(
      "cameras: [{name: gate, url: \"sim:faces=4&size=640x360&fps=10&seed=5\", play_speed: 4, "
      "filter_min_size: 20}]\n");
  for (const mode_t mask : {0000U, 0022U}) {
    const testing::Umask umask(mask);
    testing::Program program(vigia({"run", "-c", "vigia.yaml"}));
    ASSERT_TRUE(program.wait_for_text("face posted")) << program.err();
    EXPECT_GT(expect_all_private(), 8U);
    for (const char* name : {"vigia.db", "vigia.db-wal", "vigia.db-shm", "vigia.db.lock", "vigia-events.db",
                             "vigia-events.db-wal", "faces/events.jsonl"}) {
      EXPECT_TRUE(std::filesystem::exists(folder() / name)) << name;
    }
    program.signal(SIGINT);
    EXPECT_EQ(program.wait().exit_status, 0);
    EXPECT_EQ(run({"events", "-c", "vigia.yaml", "--thumbnails", "pictures/new"}).exit_status, 0);
    EXPECT_GT(expect_all_private(), 8U);
    EXPECT_TRUE(std::filesystem::exists(folder() / "pictures/new"));
    for (const char* name : {"faces", "pictures", "vigia.db", "vigia.db.lock", "vigia-events.db"})
      std::filesystem::remove_all(folder() / name);
  }
}

TEST_F(PrivacyTest, ACrashOfARunLeavesNoCoreDump) {
  rlimit allowed{};
  ASSERT_EQ(::getrlimit(RLIMIT_CORE, &allowed), 0);
  const rlimit before = allowed;
  allowed.rlim_cur = allowed.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_CORE, &allowed), 0);
  testing::Program program(vigia({"demo", "--cameras", "1"}));
  ASSERT_EQ(::setrlimit(RLIMIT_CORE, &before), 0);
  ASSERT_TRUE(program.wait_for_text("Vigia started")) << program.err();
  rlimit its{};
  ASSERT_EQ(::prlimit(program.pid(), RLIMIT_CORE, nullptr, &its), 0);
  EXPECT_LE(its.rlim_cur, 1U) << "neither a file nor a program of core_pattern";
  program.signal(SIGABRT);
  EXPECT_EQ(program.wait().exit_status, 128 + SIGABRT);
  for (const auto& entry : std::filesystem::directory_iterator(folder()))
    EXPECT_FALSE(entry.path().filename().string().starts_with("core")) << entry.path();
}

// A working receiver that only the environment names.
class PlayTest : public VigiaProgram {
 protected:
  void SetUp() override {
    server_.Post("/real", [this](const httplib::Request&, httplib::Response&) { ++posts_; });
    server_.set_default_headers({{"Connection", "close"}});
    ASSERT_TRUE(loop_.open().ok());
    url_ = "http://127.0.0.1:" + std::to_string(loop_.port()) + "/real";
    environment_["VIGIA_DELIVERY_WEBHOOK_URL"] = url_;
    environment_["TMPDIR"] = folder().string();
  }
  void expect_nothing_sent(std::vector<std::string> arguments) {
    const auto finished = run(std::move(arguments));
    EXPECT_EQ(posts_, 0);
    EXPECT_THAT(finished.err, HasSubstr("vigia: VIGIA_DELIVERY_WEBHOOK_URL is ignored"));
  }

  // Returns the sum of all figures of that name, wherever they are in the file.
  [[nodiscard]] std::uint64_t sum_of(const std::string& figure, const std::string& file) const {
    std::ifstream in(folder() / file);
    std::uint64_t sum = 0;
    const auto flat = nlohmann::json::parse(in, nullptr, false).flatten();
    for (const auto& [path, value] : flat.items()) {
      if (path.ends_with("/" + figure)) sum += value.get<std::uint64_t>();
    }
    return sum;
  }

  std::atomic<int> posts_{0};
  httplib::Server server_;
  testing::HttpLoop loop_{server_};
  std::string url_;
};

TEST_F(PlayTest, TheDemosFacesReachNoReceiverOfTheEnvironment) {
  expect_nothing_sent({"demo", "--cameras", "1", "--faces", "3", "--seconds", "10"});
  EXPECT_FALSE(events().empty()) << "there were faces";
}

TEST_F(PlayTest, TheBenchsFacesReachNoReceiverOfTheEnvironment) {
  expect_nothing_sent({"bench", "pipeline", "--clip", "sim:faces=4&size=640x360&fps=10&seconds=10", "--pace",
                       "free", "--cameras", "1", "--seconds", "5", "--warm-up", "0", "--no-bound", "--set",
                       "defaults.filter_min_size=20", "--json", "bench.json"});
  EXPECT_GT(sum_of("faces_posted", "bench.json"), 0U) << "there were faces";
}

TEST_F(PlayTest, TheSoaksFacesReachNoReceiverOfTheEnvironment) {
  expect_nothing_sent({"soak", "--cameras", "1", "--size", "640x360", "--fps", "15", "--seconds", "12",
                       "--faults", "none", "--findface", "off", "--report", "soak.json"});
  EXPECT_GT(sum_of("posted", "soak.json"), 0U) << "there were faces";
}

TEST_F(PlayTest, AReceiverThatAFlagNamesGetsTheDemosFaces) {
  const auto finished = run(
      {"demo", "--cameras", "1", "--faces", "3", "--seconds", "10", "--set", "delivery.webhook.url=" + url_});
  EXPECT_EQ(finished.exit_status, 0) << finished.err;
  EXPECT_GT(posts_, 0);
}

}  // namespace
}  // namespace vigia::tests
