#include "settings/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/command_line_test_support.h"

namespace vigia::settings {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

CommandLine line(std::vector<const char*> words) {
  return line_of<CommandLine>(parse_command_line, std::move(words));
}
Farewell farewell(std::vector<const char*> words) {
  return farewell_of<CommandLine>(parse_command_line, std::move(words));
}

TEST(CommandLineTest, Run) {
  const CommandLine run = line({"run", "-c", "vigia.yaml", "--seconds", "2.5", "--summary", "s.json", "--set",
                                "memory.gc_interval=2", "--set=cameras.gate.url=rtsp://h/?a=b", "--verbose"});
  CommandLine expected;
  expected.verb = Verb::run;
  expected.config = "vigia.yaml";
  expected.seconds = 2.5;
  expected.summary = "s.json";
  expected.sets = {"memory.gc_interval=2", "cameras.gate.url=rtsp://h/?a=b"};
  expected.verbose = true;
  EXPECT_EQ(run, expected);
  EXPECT_EQ(line({"run"}), CommandLine{}) << "without a file: environment and flags";
}

TEST(CommandLineTest, Demo) {
  const CommandLine demo = line({"demo", "--cameras", "8", "--faces", "2", "--seconds", "20", "-v"});
  EXPECT_EQ(demo.verb, Verb::demo);
  EXPECT_EQ(demo.cameras, 8);
  EXPECT_EQ(demo.faces, 2);
  EXPECT_EQ(demo.seconds, 20);
  EXPECT_TRUE(demo.verbose);
}

TEST(CommandLineTest, Check) {
  const CommandLine check = line({"check", "--config", "vigia.yaml"});
  EXPECT_EQ(check.verb, Verb::check);
  EXPECT_EQ(check.config, "vigia.yaml");
  EXPECT_FALSE(check.print_defaults);
  EXPECT_TRUE(line({"check", "--defaults"}).print_defaults);
}

TEST(CommandLineTest, Events) {
  const CommandLine events =
      line({"events", "-c", "vigia.yaml", "--camera", "gate", "--reason", "too_small", "--since", "1h",
            "--limit", "7", "--json", "--thumbnails", "faces", "--set", "ledger.path=a.db"});
  EXPECT_EQ(events.verb, Verb::events);
  EXPECT_EQ(events.config, "vigia.yaml");
  EXPECT_THAT(events.sets, ElementsAre("ledger.path=a.db"));
  const ledger::EventsOptions expected{.camera = "gate",
                                       .reason = "too_small",
                                       .since = "1h",
                                       .limit = 7,
                                       .json = true,
                                       .thumbnails = "faces"};
  EXPECT_EQ(events.events, expected);
  EXPECT_EQ(line({"events"}).events, ledger::EventsOptions{});
  EXPECT_THAT(farewell({"events", "--limit", "0"}).text, HasSubstr("from 1 to 1000000"));
}

TEST(CommandLineTest, DiscoverSaysWhomToAskAndHow) {
  EXPECT_EQ(line({"discover"}).verb, Verb::discover);
  EXPECT_EQ(line({"discover"}).discover, discover::DiscoverOptions{});
  const CommandLine all =
      line({"discover", "10.0.0.5", "10.0.1.0/24", "--from", "more.txt", "--interface", "eth0", "--interface",
            "10.0.0.1", "--user", "admin", "--wait", "1.5", "--json", "-c", "vigia.yaml", "--set", "a=b"});
  const discover::DiscoverOptions expected{.addresses = {"10.0.0.5", "10.0.1.0/24"},
                                           .from = "more.txt",
                                           .interfaces = {"eth0", "10.0.0.1"},
                                           .user = "admin",
                                           .wait = 1.5,
                                           .json = true};
  EXPECT_EQ(all.discover, expected);
  EXPECT_EQ(all.config, "vigia.yaml");
  EXPECT_THAT(all.sets, ElementsAre("a=b"));
  EXPECT_EQ(farewell({"discover", "--password", "s3cret"}).exit_code, 2);
  EXPECT_THAT(farewell({"discover", "--password", "s3cret"}).text, Not(HasSubstr("s3cret")));
}

TEST(CommandLineTest, ModelSaysWhichAndWhereFrom) {
  EXPECT_EQ(line({"model"}).verb, Verb::model);
  EXPECT_EQ(line({"model"}).model, ModelOptions{});
  const CommandLine model = line({"model", "s", "--from", "a.onnx", "--within", "5"});
  EXPECT_EQ(model.model, (ModelOptions{.letter = "s", .from = "a.onnx", .within = 5}));
  EXPECT_THAT(farewell({"model", "m"}).text, HasSubstr("{s,n}"));
  EXPECT_THAT(farewell({"model", "n", "s"}).text, HasSubstr("unexpected argument"));
}

TEST(CommandLineTest, HelpAndVersionAreNoErrors) {
  for (const std::vector<const char*>& words : {std::vector{"--help"}, std::vector{"run", "--help"},
                                                std::vector{"demo", "-h"}, std::vector{"check", "--help"}}) {
    EXPECT_EQ(farewell(words).exit_code, 0);
    EXPECT_THAT(farewell(words).text, HasSubstr("vigia run -c vigia.yaml"));
  }
  EXPECT_THAT(farewell({"--version"}).text, testing::ContainsRegex("^vigia [0-9.]+( \\([0-9a-f]+\\+?\\))?$"));
}

TEST(CommandLineTest, WrongArgumentsAreOneLineAndExit2) {
  const std::vector<std::pair<std::vector<const char*>, std::string>> table{
      {{},
       "vigia: the command is missing: run, demo, check, status, top, events, discover, model, bench or "
       "soak; see 'vigia "
       "--help'"},
      {{"rnu"}, "vigia: 'rnu' is not a command; did you mean 'run'?"},
      {{"watch"},
       "vigia: there is no such command; there are run, demo, check, status, top, events, discover, model, "
       "bench and "
       "soak; see "
       "'vigia "
       "--help'"},
      {{"--secnds", "3"}, "vigia: '--secnds' is not an option of vigia; see 'vigia --help'"},
      {{"run", "--secnds", "3"},
       "vigia: '--secnds' is not an option of vigia run; did you mean '--seconds'?"},
      {{"run", "--sett=a.b=c"}, "vigia: '--sett' is not an option of vigia run; did you mean '--set'?"},
      {{"run", "--cameras", "3"}, "vigia: '--cameras' is not an option of vigia run; see 'vigia run --help'"},
      {{"run", "vigia.yaml"}, "vigia: unexpected argument: 'vigia.yaml'; did you mean '-c vigia.yaml'?"},
      {{"run", "--seconds"}, "vigia: --seconds needs a value; see 'vigia run --help'"},
      {{"run", "--set"}, "vigia: --set needs a value; see 'vigia run --help'"},
      {{"run", "--seconds", "soon"},
       "vigia: --seconds: 'soon' is not a number from 0.1 to 1000000000; see 'vigia run --help'"},
      {{"run", "--seconds", "0"},
       "vigia: --seconds: '0' is not a number from 0.1 to 1000000000; see 'vigia run --help'"},
      {{"demo", "--cameras", "0"},
       "vigia: --cameras: '0' is not a whole number from 1 to 64; see 'vigia demo --help'"},
      {{"demo", "--faces", "1.5"},
       "vigia: --faces: '1.5' is not a whole number from 0 to 16; see 'vigia demo --help'"},
      {{"check", "run"},
       "vigia: unexpected argument; every value follows its option; see 'vigia check --help'"},
      {{"run", "--set", "cameras.gate.token=x", "hunter2"},
       "vigia: unexpected argument; every value follows its option; see 'vigia run --help'"},
      {{"run", "--rtsp://u:hunter2@h"},
       "vigia: '--rtsp://***@h' is not an option of vigia run; see 'vigia run --help'"},
  };
  for (const auto& [words, text] : table) {
    const Farewell said = farewell(words);
    EXPECT_EQ(said.exit_code, 2);
    EXPECT_EQ(said.text, text);
  }
}

TEST(CommandLineTest, BenchAndSoakAreForTheToolsWhateverStandsBeforeThem) {
  const auto is_for_the_tools = [](std::vector<const char*> words) { return is_for_tools(words); };
  EXPECT_TRUE(is_for_the_tools({"bench"}));
  EXPECT_TRUE(is_for_the_tools({"-v", "soak", "--hours", "1"}));
  EXPECT_TRUE(is_for_the_tools({"--help", "bench", "memory"}));
  EXPECT_FALSE(is_for_the_tools({}));
  EXPECT_FALSE(is_for_the_tools({"--help"}));
  EXPECT_FALSE(is_for_the_tools({"run", "bench"}));
  EXPECT_THAT(farewell({"--help"}).text, AllOf(HasSubstr("bench "), HasSubstr("soak ")));
}

}  // namespace
}  // namespace vigia::settings
