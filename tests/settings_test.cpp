// The program's errors for wrong arguments and settings: one line each, and exit 2. (Every rule has its own
// test in src/settings.)
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

class SettingsTest : public VigiaProgram {
 protected:
  void expect_refused(const std::vector<std::string>& arguments, const std::string& line) {
    const auto finished = run(arguments);
    EXPECT_EQ(finished.exit_status, 2) << finished.out << finished.err;
    EXPECT_NE(finished.err.find(line), std::string::npos) << finished.err;
  }
};

TEST_F(SettingsTest, ASlipOfThePenNamesTheFileTheLineAndTheRightSpelling) {
  write("vigia.yaml", "cameras:\n  - name: gate\n    url: \"sim:\"\n    jpeg_qualty: 80\n");
  expect_refused({"run", "-c", "vigia.yaml"}, "vigia.yaml:4:");
  expect_refused({"run", "-c", "vigia.yaml"}, "did you mean 'jpeg_quality'?");
}

TEST_F(SettingsTest, NothingToWatchIsSaid) {
  write("vigia.yaml", "memory: {gc_interval: 2}\n");
  expect_refused({"run", "-c", "vigia.yaml"}, "there is nothing to watch");
}

TEST_F(SettingsTest, AMissingFileIsNamed) {
  expect_refused({"run", "-c", "none.yaml"}, "none.yaml");
}

TEST_F(SettingsTest, WrongArgumentsAreRefused) {
  expect_refused({"walk"}, "there is no such command");
  expect_refused({"run", "--secnds", "3"}, "secnds");
}

TEST_F(SettingsTest, AModelThatIsNamedButNotThereOrBadIsNoSilentFallback) {
  expect_refused({"run", "--set", "cameras.a.url=sim:", "--set", "detector.model=none.onnx"}, "none.onnx");
  write("bad.onnx", "this is no model");
  expect_refused({"run", "--set", "cameras.a.url=sim:", "--set", "detector.model=bad.onnx"}, "bad.onnx");
}

TEST_F(SettingsTest, AnOutboxThatCannotBeWrittenIsSaidAtTheStart) {
  expect_refused({"run", "--set", "cameras.a.url=sim:", "--set", "outbox.path=/nowhere/vigia.db"},
                 "/nowhere/vigia.db");
}

TEST_F(SettingsTest, HelpAndDefaultsArePrinted) {
  EXPECT_EQ(run({"--help"}).exit_status, 0);
  EXPECT_EQ(run({"--version"}).exit_status, 0);
  const auto defaults = run({"check", "--defaults"});
  EXPECT_EQ(defaults.exit_status, 0);
  EXPECT_NE(defaults.out.find("gc_interval: 5"), std::string::npos);
}

}  // namespace
}  // namespace vigia::tests
