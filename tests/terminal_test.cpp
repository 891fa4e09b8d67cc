// What a person sees: the state of a running Vigia, the terminal, the log.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <sstream>

#include "tests/pty_program.h"
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class TerminalTest : public VigiaProgram {
 protected:
  // A camera that works, and one that nothing answers for.
  void write_cameras(const std::string& more = {}) {
    write_settings(
        "cameras:\n"
        "  - {name: good, url: \"sim:faces=2&size=320x180&fps=10\"}\n"
        "  - {name: gone, url: \"rtsp://127.0.0.1:1/none\"}\n"
        "web: {listen: \"127.0.0.1:0\", token: \"a token of this test\"}\n" +
        more);
  }
  void write_good_camera(const std::string& more = {}) {
    write_settings("cameras:\n  - {name: good, url: \"sim:faces=2&size=320x180&fps=10\"}\n" + more);
  }
  // "http://127.0.0.1:34567", from the log.
  static std::string address_in(const std::string& log) {
    const std::string before = "metrics: ";
    const std::size_t begin = log.find(before) + before.size();
    return log.substr(begin, log.find_first_of("\r\n", begin) - begin);
  }
  testing::Finished status(const std::string& url, std::vector<std::string> more = {}) {
    // In a folder of its own: its output must not replace that of the running one.
    const std::filesystem::path beside = folder() / "beside";
    std::filesystem::create_directories(beside);
    std::vector<std::string> words{"status", "-c", (folder() / "vigia.yaml").string(), "--url", url};
    words.insert(words.end(), more.begin(), more.end());
    return testing::run_program({VIGIA_PROGRAM, words, environment_, beside});
  }
  // Until it says so, a minute at most: states take a moment to be reached.
  testing::Finished status_until(const std::string& url, const std::string& text) {
    testing::Finished last;
    for (int i = 0; i < 60 && last.out.find(text) == std::string::npos; ++i) {
      if (i > 0) ::usleep(1'000'000);
      last = status(url);
    }
    return last;
  }
};

TEST_F(TerminalTest, StatusTellsWhatIsWrongAndEndsWithOne) {
  write_cameras();
  testing::Program program(vigia({"run", "-c", "vigia.yaml"}));
  ASSERT_TRUE(program.wait_for_text("Vigia started"));
  const std::string url = address_in(program.err());
  const auto troubled = status_until(url, "offline: ");
  EXPECT_EQ(troubled.exit_status, 1) << troubled.out << troubled.err;
  EXPECT_THAT(troubled.out, HasSubstr("amera gone")) << "the sentence names it";
  EXPECT_THAT(troubled.out, HasSubstr("check its power"));
  EXPECT_THAT(troubled.out, Not(HasSubstr("\x1b"))) << "a pipe gets no colours";
  EXPECT_LT(troubled.out.find("\ngone "), troubled.out.find("\ngood "));
  const auto in_json = status(url, {"--json"});
  EXPECT_EQ(in_json.exit_status, 1);
  EXPECT_EQ(json::parse(in_json.out)["health"]["subject"], "gone");
  const auto alive = status(url, {"--alive"});
  EXPECT_EQ(alive.exit_status, 0);
  EXPECT_EQ(alive.out, "alive\n");
  const auto other_token = status(url, {"--set", "web.token=another token of it"});
  EXPECT_EQ(other_token.exit_status, 2);
  EXPECT_THAT(other_token.err, HasSubstr("wants another token"));
  EXPECT_THAT(other_token.err, Not(HasSubstr("another token of it")));
}

TEST_F(TerminalTest, StatusOfAVigiaThatIsWellEndsWithZero) {
  write_good_camera("web: {listen: \"127.0.0.1:0\"}\n");
  testing::Program program(vigia({"run", "-c", "vigia.yaml"}));
  ASSERT_TRUE(program.wait_for_text("Vigia started"));
  const auto well = status_until(address_in(program.err()), "All well");
  EXPECT_EQ(well.exit_status, 0) << well.out << well.err;
  EXPECT_THAT(well.out, HasSubstr("All well: 1 of 1 cameras send video"));
}

TEST_F(TerminalTest, StatusEndsWithThreeWhereNobodyAnswers) {
  write_good_camera();
  const auto nobody = status("http://127.0.0.1:1");
  EXPECT_EQ(nobody.exit_status, 3);
  EXPECT_THAT(nobody.err, HasSubstr("no Vigia answers at http://127.0.0.1:1"));
  EXPECT_EQ(status("http://127.0.0.1:1", {"--alive"}).exit_status, 3);
  EXPECT_EQ(run({"status", "--set", "web.listen=off"}).exit_status, 2);
}

TEST_F(TerminalTest, ARunOnATerminalKeepsALineOfEachCameraBelowTheLog) {
  write_cameras();
  PtyProgram program(vigia({"run", "-c", "vigia.yaml"}), 100, 30);
  ASSERT_TRUE(program.wait_for_text("Vigia started")) << program.painted();
  ASSERT_TRUE(program.wait_for_text("fps")) << program.painted();
  program.forget();
  ASSERT_TRUE(program.wait_for_text("\x1b[2A\x1b[J")) << program.painted();
  ASSERT_TRUE(program.wait_for_text("good  INPROGRESS")) << program.painted();
  program.press("\x03");
  EXPECT_EQ(program.wait(), 0);
  const std::string& end = program.painted();
  const std::size_t summary = end.find("frames  dropped");
  ASSERT_NE(summary, std::string::npos) << end;
  EXPECT_EQ(end.find("\x1b[J", summary), std::string::npos) << "nothing is redrawn below the summary";
}

TEST_F(TerminalTest, ARunIntoAPipeHasPlainLines) {
  write_good_camera("web: {listen: \"off\"}\n");
  const auto finished = run({"run", "-c", "vigia.yaml", "--seconds", "3"});
  EXPECT_THAT(finished.err, HasSubstr("Vigia started"));
  EXPECT_THAT(finished.err, Not(HasSubstr("\x1b")));
}

TEST_F(TerminalTest, ADumbTerminalHasPlainLinesAndNoColorHasNoColours) {
  write_good_camera("web: {listen: \"off\"}\n");
  environment_["TERM"] = "dumb";
  PtyProgram dumb(vigia({"run", "-c", "vigia.yaml", "--seconds", "2"}), 100, 30);
  EXPECT_EQ(dumb.wait(), 0);
  EXPECT_THAT(dumb.painted(), HasSubstr("Vigia started"));
  EXPECT_THAT(dumb.painted(), Not(HasSubstr("\x1b")));
  environment_["TERM"] = "xterm";
  environment_["NO_COLOR"] = "1";
  PtyProgram plain(vigia({"run", "-c", "vigia.yaml", "--seconds", "2"}), 100, 30);
  EXPECT_EQ(plain.wait(), 0);
  EXPECT_THAT(plain.painted(), Not(HasSubstr("\x1b[3")));
}

TEST_F(TerminalTest, TopRedrawsFitsItsTerminalAndLeavesItAsItWas) {
  write_cameras();
  testing::Program program(vigia({"run", "-c", "vigia.yaml"}));
  ASSERT_TRUE(program.wait_for_text("Vigia started"));
  PtyProgram top(vigia({"top", "-c", "vigia.yaml", "--url", address_in(program.err())}), 60, 20);
  ASSERT_TRUE(top.wait_for_text("\x1b[?1049h")) << top.painted();
  ASSERT_TRUE(top.wait_for_text("gone")) << top.painted();
  ASSERT_TRUE(top.wait_for_text("q ends")) << top.painted();
  top.resize(30, 8);
  top.forget();
  ASSERT_TRUE(top.wait_for_text("q ends")) << top.painted();
  const std::string picture = top.painted().substr(0, top.painted().find("q ends"));
  EXPECT_LE(std::ranges::count(picture, '\n'), 7) << picture;
  top.press("q");
  EXPECT_EQ(top.wait(), 0);
  EXPECT_THAT(top.painted(), HasSubstr("\x1b[?25h\x1b[?1049l"));
}

TEST_F(TerminalTest, CtrlCEndsTopAsWell) {
  write_good_camera("web: {listen: \"127.0.0.1:0\"}\n");
  testing::Program program(vigia({"run", "-c", "vigia.yaml"}));
  ASSERT_TRUE(program.wait_for_text("Vigia started"));
  PtyProgram top(vigia({"top", "--url", address_in(program.err())}), 80, 24);
  ASSERT_TRUE(top.wait_for_text("q ends")) << top.painted();
  program.signal(SIGKILL);
  ASSERT_TRUE(top.wait_for_text("no Vigia answers")) << "it says so, and asks again";
  top.press("\x03");
  EXPECT_EQ(top.wait(), 0);
  EXPECT_THAT(top.painted(), HasSubstr("\x1b[?1049l"));
}

TEST_F(TerminalTest, TopRefusesWhatIsNoTerminal) {
  write_good_camera();
  const auto refused = run({"top", "-c", "vigia.yaml"});
  EXPECT_EQ(refused.exit_status, 2);
  EXPECT_THAT(refused.err, HasSubstr("vigia status"));
}

TEST_F(TerminalTest, TheLogInJsonIsALineForEachEvent) {
  write_good_camera("web: {listen: \"off\"}\nlogging: {format: json}\n");
  const auto finished = run({"run", "-c", "vigia.yaml", "--seconds", "2"});
  std::istringstream lines(finished.err);
  std::map<std::string, int> parts;
  for (std::string line; std::getline(lines, line);) {
    const json parsed = json::parse(line, nullptr, false);
    ASSERT_FALSE(parsed.is_discarded()) << line;
    ++parts[parsed.at("part").get<std::string>()];
    if (parsed.at("message").get<std::string>().starts_with("camera 'good'")) {
      EXPECT_EQ(parsed.at("camera"), "good");
    }
  }
  EXPECT_GT(parts["orchestrator"], 0);
  EXPECT_GT(parts["memory"], 0);
  EXPECT_GT(parts["camera"], 0);
}

// A file stands for the stream that systemd has connected with its journal: both are told by device and
// number.
TEST_F(TerminalTest, SystemdsJournalGetsPrioritiesAndNoTimes) {
  write_good_camera("web: {listen: \"off\"}\n");
  const std::string command = VIGIA_PROGRAM " run -c vigia.yaml --seconds 1";
  const std::string with_its_stream = "JOURNAL_STREAM=$(stat -L -c %d:%i /dev/stderr) exec " + command;
  const std::string with_another = "JOURNAL_STREAM=1:1 exec " + command;
  const auto run_in_shell = [this](const std::string& line) {
    return testing::run_program({"/bin/sh", {"-c", line}, environment_, folder()}).err;
  };
  const std::string err = run_in_shell(with_its_stream);
  EXPECT_TRUE(err.starts_with("<6>")) << err;
  EXPECT_THAT(err, HasSubstr("\n<6>Vigia started"));
  EXPECT_THAT(run_in_shell(with_another), Not(HasSubstr("<6>")));
}

TEST_F(TerminalTest, TheLogGoesToItsFileAndAHangupOpensItAgain) {
  write_good_camera("web: {listen: \"off\"}\nlogging: {file: \"vigia.log\"}\n");
  testing::Program program(vigia({"run", "-c", "vigia.yaml"}));
  const auto log = [this](const char* name) {
    std::ostringstream all;
    all << std::ifstream(folder() / name).rdbuf();
    return all.str();
  };
  const auto wait_for = [&](const char* name, const std::string& text) {
    for (int i = 0; i < 600 && log(name).find(text) == std::string::npos; ++i) ::usleep(100'000);
    return log(name).find(text) != std::string::npos;
  };
  ASSERT_TRUE(wait_for("vigia.log", "Vigia started")) << program.err();
  std::filesystem::rename(folder() / "vigia.log", folder() / "moved.log");
  program.signal(SIGHUP);
  ASSERT_TRUE(wait_for("vigia.log", "logging.file is opened again")) << log("moved.log");
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait().exit_status, 0);
  EXPECT_THAT(log("vigia.log"), HasSubstr("MemoryManager stopped"));
  EXPECT_THAT(log("moved.log"), HasSubstr("Vigia started"));
}

TEST_F(TerminalTest, ALogOnAFullDiskStallsAndEndsNothing) {
  write_good_camera("web: {listen: \"off\"}\nlogging: {file: \"/dev/full\"}\n");
  const auto finished = run({"run", "-c", "vigia.yaml", "--seconds", "2"});
  EXPECT_EQ(finished.exit_status, 0);
  EXPECT_THAT(finished.err, HasSubstr("log file /dev/full: cannot be written: No space left on device"));
  EXPECT_THAT(finished.err, HasSubstr("Vigia started")) << "its lines come here meanwhile";
}

TEST_F(TerminalTest, ALogThatCannotBeOpenedIsAnErrorOfTheSettings) {
  write_good_camera("logging: {file: \"no folder/vigia.log\"}\n");
  const auto finished = run({"run", "-c", "vigia.yaml", "--seconds", "1"});
  EXPECT_EQ(finished.exit_status, 2);
  EXPECT_THAT(finished.err, HasSubstr("logging.file: no folder/vigia.log"));
}

TEST_F(TerminalTest, TheLineOfEachFaceCanBeSwitchedOff) {
  const std::string camera =
      "cameras:\n  - {name: gate, url: \"sim:faces=2&size=640x360&fps=10&seconds=10&cycles=1\", single_pass: "
      "true, "
      "play_speed: -1, filter_min_size: 20}\nweb: {listen: \"off\"}\n";
  write_settings(camera);
  EXPECT_THAT(run({"run", "-c", "vigia.yaml"}).err, HasSubstr("gate: face posted"));
  write_settings(camera + "logging: {faces: false}\n");
  const auto without = run({"run", "-c", "vigia.yaml", "--summary", "summary.json"});
  EXPECT_THAT(without.err, Not(HasSubstr("face posted")));
  EXPECT_GT(summary()["faces_posted"], 0);
}

}  // namespace
}  // namespace vigia::tests
