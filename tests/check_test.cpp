// `vigia check` while a Vigia runs, and on files that it must not touch.
#include <gmock/gmock.h>
#include <sqlite3.h>
#include <unistd.h>

#include <csignal>
#include <iterator>

#include "testing/data.h"
#include "testing/odd_server.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using testing::FakeFindFace;
using ::testing::HasSubstr;

class CheckTest : public VigiaProgram {
 protected:
  // Returns every file that Vigia made, with its content.
  [[nodiscard]] std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      const std::string name = entry.path().filename();
      if (!name.starts_with("vigia") || entry.is_directory()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      all[name] = {std::istreambuf_iterator<char>(in), {}};
    }
    return all;
  }
  void execute(const std::string& sql) const {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open((folder() / "vigia.db").c_str(), &handle), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle);
    sqlite3_close(handle);
  }
  // Waits until a running Vigia has fetched its list of cameras that many more times.
  static void wait_for_lists(const FakeFindFace& server, int more) {
    const int from = server.requests("/cameras/");
    for (int i = 0; i < 6000 && server.requests("/cameras/") < from + more; ++i) ::usleep(10'000);
    EXPECT_GE(server.requests("/cameras/"), from + more);
  }
};

TEST_F(CheckTest, BesideARunningVigiaAllIsWellAndTheRunGoesOn) {
  auto server = FakeFindFace::start({});
  ASSERT_TRUE(server.ok());
  add_gate(**server);
  use_findface(**server);
  write_settings(
      "cameras:\n  - {name: gate, url: \"sim:faces=2&size=640x360&fps=10\", id: 7, token: gate-token}\n"
      "delivery: {findface: {reload_interval: 0.2}}\n");
  testing::Program program(vigia({"run", "-c", "vigia.yaml", "--summary", "summary.json"}));
  ASSERT_TRUE(program.wait_for_text("Vigia started")) << program.err();
  const std::string process = std::to_string(program.pid());
  wait_for_lists(**server, 1);
  // Its output goes to another folder than that of the running one.
  std::filesystem::create_directory(folder() / "beside");
  testing::Program::Start check = vigia({"check", "-c", "vigia.yaml"});
  check.arguments[2] = (folder() / "vigia.yaml").string();
  check.arguments.insert(check.arguments.end(),
                         {"--set", "outbox.path=" + (folder() / "vigia.db").string(), "--set",
                          "ledger.path=" + (folder() / "vigia-events.db").string()});
  check.folder = folder() / "beside";
  const auto checked = testing::run_program(check);
  EXPECT_EQ(checked.exit_status, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("in use by process " + process + ", which is fine"));
  EXPECT_THAT(checked.out, HasSubstr("ok    FindFace: login"));
  wait_for_lists(**server, 3);
  EXPECT_TRUE(program.running());
  EXPECT_EQ((*server)->requests("/auth/login/"), 2) << "the run's own login still holds";
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().exit_status, 0);
}

TEST_F(CheckTest, TouchesNoFile) {
  write("vigia.yaml", "cameras:\n  - {name: gate, url: \"sim:faces=0&size=640x360&fps=10\"}\n");
  const auto nothing = files();
  EXPECT_EQ(run({"check", "-c", "vigia.yaml"}).exit_status, 0);
  EXPECT_EQ(files(), nothing) << "no database is made";

  EXPECT_EQ(run({"run", "-c", "vigia.yaml", "--seconds", "0.2"}).exit_status, 0);
  execute("DROP TABLE journal; PRAGMA user_version=4;");
  const auto before = files();
  ASSERT_TRUE(before.contains("vigia.db"));
  ASSERT_TRUE(before.contains("vigia-events.db"));
  const auto checked = run({"check", "-c", "vigia.yaml"});
  EXPECT_EQ(checked.exit_status, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("of an older Vigia: the next start brings it up to date"));
  EXPECT_EQ(files(), before);

  write("vigia.db", std::string(9000, 'x'));
  const auto damaged = files();
  EXPECT_EQ(run({"check", "-c", "vigia.yaml"}).exit_status, 2);
  EXPECT_EQ(files(), damaged) << "nothing is repaired or renamed";
}

// Its key frames are 28 s apart, and it is joined in the middle: nothing is wrong with that camera.
TEST_F(CheckTest, ACameraWithKeyFramesFarApartIsGivenItsTime) {
  NEED_DATA();
  const auto server =
      testing::OddServer::rtsp("--file " + testing::field_file("made_longgop_28s.h264") + " --start 500");
  ASSERT_TRUE(server.ok()) << server.error().text;
  write_settings("cameras:\n  - {name: gate, url: \"" + (*server)->url() + "\", source_timeout: 2}\n");
  const auto checked = testing::run_program(vigia({"check", "-c", "vigia.yaml"}));
  EXPECT_EQ(checked.exit_status, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("ok    camera gate: "));
}

TEST_F(CheckTest, APasswordThatCutsTheUrlIsNamedByItsCharacterAndNotShown) {
  write_settings("cameras:\n  - {name: gate, url: \"rtsp://admin:hun/ter2@127.0.0.1:1/x\"}\n");
  const auto checked = testing::run_program(vigia({"check", "-c", "vigia.yaml"}));
  EXPECT_EQ(checked.exit_status, 2);
  EXPECT_THAT(checked.out, HasSubstr("WRONG camera gate: "));
  EXPECT_THAT(checked.out, HasSubstr("write %2F"));
  EXPECT_THAT(checked.out + checked.err, ::testing::Not(HasSubstr("ter2")));
}

TEST_F(CheckTest, SaysWhichRegionDoesNotFitThePicture) {
  write("vigia.yaml",
        "cameras:\n  - {name: gate, url: \"sim:faces=0&size=640x360&fps=10\", rot: 400x300+1000+500}\n"
        "  - {name: hall, url: \"sim:faces=0&size=640x360&fps=10\", rot: 50%x100%+50%+0%, roi: "
        "320x360+320+0}\n");
  const auto checked = run({"check", "-c", "vigia.yaml"});
  EXPECT_EQ(checked.exit_status, 2) << checked.out;
  EXPECT_THAT(checked.out,
              HasSubstr("WRONG camera gate: rot 400x300+1000+500 lies outside of the picture, which is "
                        "640x360: no face is found"));
  EXPECT_THAT(checked.out, HasSubstr("write rot: "));
  EXPECT_THAT(checked.out, HasSubstr("ok    camera hall: 640x360"));
}

}  // namespace
}  // namespace vigia::tests
