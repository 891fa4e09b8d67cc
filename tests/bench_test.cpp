// 'vigia bench memory', 'pipeline' and 'detector' as a user starts them.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>

#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

using ::testing::AllOf;
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
  // 83 MB/s that are kept, compared with some tens of MB that are reused.
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

constexpr const char* kScene = "sim:faces=1&size=320x240&fps=25&seconds=10";

class PipelineBenchTest : public BenchTest {
 protected:
  // Temporary files that the bench leaves are seen there.
  void SetUp() override {
    std::filesystem::create_directory(folder() / "tmp");
    environment_["TMPDIR"] = (folder() / "tmp").string();
  }
  [[nodiscard]] bool left_nothing() const { return std::filesystem::is_empty(folder() / "tmp"); }
};

TEST_F(PipelineBenchTest, TheMainJobBesideItsBound) {
  const auto done = run({"bench", "pipeline", "--cameras", "2", "--clip", kScene, "--input", "320x192",
                         "--seconds", "1.5", "--warm-up", "0.2", "--json", "bench.json"});
  ASSERT_EQ(done.exit_status, 0) << done.err;
  const auto json = figures();
  ASSERT_TRUE(json.is_object());
  EXPECT_TRUE(json.at("machine").contains("cpu"));
  EXPECT_EQ(json.at("options").at("input"), "320x192");
  EXPECT_EQ(json.at("clips").at(0).at("width"), 320);
  ASSERT_EQ(json.at("runs").size(), 1U);
  const auto& one = json.at("runs").at(0);
  const auto& job = one.at("job");
  EXPECT_EQ(job.at("stopped"), false);
  EXPECT_GT(job.at("frames_processed"), 0);
  EXPECT_GE(job.at("frames_offered"), 75) << "2 cameras at 25 frames a second";
  EXPECT_GT(job.at("latency_ms").at("p99"), 0);
  EXPECT_GT(job.at("cpu_seconds"), 0);
  EXPECT_GT(job.at("rss_peak_bytes"), 0);
  EXPECT_GT(job.at("core_ms"), 0);
  for (const char* const stage : {"read", "decode", "wait", "infer", "track"}) {
    EXPECT_GT(job.at("stages_ms").at(stage).at("count"), 0) << stage;
  }
  for (const char* const side : {"bound_before", "bound_after"}) {
    EXPECT_GT(one.at(side).at("frames"), 0) << side;
    EXPECT_GT(one.at(side).at("cpu_seconds"), 0) << side;
    EXPECT_GT(one.at(side).at("decode_ms"), 0) << side;
  }
  EXPECT_GT(one.at("share_of_core_time"), 0);
  EXPECT_THAT(done.out, AllOf(HasSubstr("2 cameras, "), HasSubstr("bound "), HasSubstr("share ")));
  EXPECT_TRUE(left_nothing());
}

TEST_F(PipelineBenchTest, EachNumberOfCamerasIsARowAndNothingIsDroppedWhenFree) {
  const auto done =
      run({"bench", "pipeline", "--cameras", "1,2", "--clip", kScene, "--pace", "free", "--no-bound",
           "--seconds", "0.5", "--warm-up", "0", "--repeat", "2", "--json", "bench.json"});
  ASSERT_EQ(done.exit_status, 0) << done.err;
  const auto json = figures();
  ASSERT_EQ(json.at("runs").size(), 4U);
  for (const auto& one : json.at("runs")) {
    EXPECT_EQ(one.at("job").at("frames_dropped"), 0);
    EXPECT_GT(one.at("job").at("frames_processed"), 0);
    EXPECT_FALSE(one.contains("bound"));
  }
  ASSERT_EQ(json.at("medians").size(), 2U);
  EXPECT_EQ(json.at("medians").at(1).at("cameras"), 2);
  EXPECT_EQ(json.at("medians").at(1).at("runs"), 2);
  EXPECT_THAT(done.out, HasSubstr("medians of the runs"));
  EXPECT_TRUE(left_nothing());
}

TEST_F(PipelineBenchTest, WithInputAutoTheBoundComesAfterTheRun) {
  const auto done = run({"bench", "pipeline", "--cameras", "1", "--clip", kScene, "--seconds", "0.6",
                         "--warm-up", "0", "--json", "bench.json"});
  ASSERT_EQ(done.exit_status, 0) << done.err;
  const auto one = figures().at("runs").at(0);
  EXPECT_FALSE(one.contains("bound_before"));
  EXPECT_GT(one.at("bound_after").at("frames"), 0);
  // The precision is the one that is faster, which on a busy machine is not the same each time.
  const auto input = [&](const char* part) {
    const auto name = one.at(part).at("detector").get<std::string>();
    return name.substr(0, name.rfind(' '));
  };
  EXPECT_EQ(input("bound_after"), input("job"));
}

TEST_F(PipelineBenchTest, TheBoundLooksOnlyWhereTheCameraDoes) {
  const auto faces = [this](const std::string& rot) {
    const auto done =
        run({"bench", "pipeline", "--cameras", "1", "--clip", "sim:faces=3&size=320x240&fps=25&seconds=10",
             "--input", "320x192", "--seconds", "2", "--warm-up", "0", "--set", "cameras.cam1.rot=" + rot,
             "--json", "bench.json"});
    EXPECT_EQ(done.exit_status, 0) << done.err;
    return figures().at("runs").at(0).at("bound_before").at("faces_detected").get<int>();
  };
  EXPECT_GT(faces("320x240+0+0"), 0);
  EXPECT_EQ(faces("32x32+0+0"), 0) << "nobody is in that corner";
}

TEST_F(PipelineBenchTest, WithDetectorStepThereIsNoShare) {
  const auto done =
      run({"bench", "pipeline", "--cameras", "1", "--clip", kScene, "--input", "320x192", "--seconds", "0.6",
           "--warm-up", "0", "--set", "cameras.cam1.detector_step=2", "--json", "bench.json"});
  ASSERT_EQ(done.exit_status, 0) << done.err;
  const auto one = figures().at("runs").at(0);
  EXPECT_FALSE(one.contains("share_of_core_time"));
  EXPECT_FALSE(one.contains("bound_after")) << "there is nothing to measure it for";
  EXPECT_THAT(done.out, HasSubstr("share      none: the job left out "));
}

TEST_F(PipelineBenchTest, TheModelSeesTheInputAndThePrecisionThatWereAsked) {
  const auto done = run({"bench", "pipeline", "--cameras", "1", "--clip", kScene, "--input", "128x96",
                         "--precision", "f32", "--seconds", "0.6", "--warm-up", "0", "--json", "bench.json"});
  ASSERT_EQ(done.exit_status, 0) << done.err;
  const auto one = figures().at("runs").at(0);
  for (const char* const part : {"bound_before", "job", "bound_after"}) {
    EXPECT_THAT(one.at(part).at("detector").get<std::string>(), AllOf(HasSubstr("128x96"), HasSubstr("f32")))
        << part;
  }
  environment_["ONEDNN_MAX_CPU_ISA"] = "AVX2";
  const auto lacking = run({"bench", "pipeline", "--clip", kScene, "--precision", "bf16"});
  EXPECT_EQ(lacking.exit_status, 2);
  EXPECT_TRUE(one_line(lacking.err)) << lacking.err;
  EXPECT_THAT(lacking.err, HasSubstr("bf16"));
}

TEST_F(PipelineBenchTest, CtrlCEndsItInOrder) {
  testing::Program program(vigia({"bench", "pipeline", "--cameras", "1", "--clip", kScene, "--seconds",
                                  "1000", "--no-bound", "--json", "bench.json"}));
  ASSERT_TRUE(program.wait_for_text("[1/1] 1 camera"));
  program.signal(SIGINT);
  const auto done = program.wait();
  EXPECT_EQ(done.exit_status, 1);
  EXPECT_THAT(done.err, HasSubstr("vigia: stopped\n"));
  EXPECT_EQ(figures().at("stopped"), true);
  EXPECT_TRUE(figures().at("runs").empty()) << "half a run has no figures";
  EXPECT_TRUE(left_nothing());
}

TEST_F(PipelineBenchTest, WhatIsWrongIsOneLine) {
  write("no.mp4", "this is no video");
  const std::vector<std::pair<std::vector<std::string>, std::string>> table{
      {{}, "--clip is missing"},
      {{"--clip", "nowhere.mp4"}, "nowhere.mp4"},
      {{"--clip", kScene, "no.mp4"}, "no.mp4"},
      {{"--clip", "rtsp://127.0.0.1:1/x"}, "a bench shows files"},
      {{"--clip", kScene, "--model", "none.onnx"}, "none.onnx"},
      {{"--clip", kScene, "--json", "no/such/file"}, "--json: there is no folder"},
      {{"--clip", kScene, "--set", "detector.wokers=1"}, "detector.workers"},
      {{"--clip", kScene, "--input", "321x192"}, "multiple of 32"}};
  for (const auto& [words, text] : table) {
    std::vector<std::string> arguments{"bench", "pipeline"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    const auto done = run(arguments);
    EXPECT_EQ(done.exit_status, 2) << text;
    EXPECT_TRUE(one_line(done.err)) << done.err;
    EXPECT_THAT(done.err, AllOf(::testing::StartsWith("vigia: "), HasSubstr(text)));
    EXPECT_EQ(done.out, "");
  }
  EXPECT_TRUE(left_nothing());
}

TEST_F(BenchTest, DetectorByThreads) {
  const auto done =
      run({"bench", "detector", "--model", "vigia_n", "--input", "320x192", "--precision", "f32", "--frame",
           "320x240", "--threads", "2", "--seconds", "0.3", "--json", "bench.json"});
  ASSERT_EQ(done.exit_status, 0) << done.err;
  const auto rows = figures().at("detectors");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows.at(1).at("threads"), 2);
  for (const auto& row : rows) {
    EXPECT_GT(row.at("frames"), 0);
    EXPECT_GT(row.at("detect_ms").at("p50"), 0);
    EXPECT_LE(row.at("detect_ms").at("p50"), row.at("detect_ms").at("p99"));
    EXPECT_GT(row.at("bound_share"), 0);
    EXPECT_GT(row.at("cameras"), 0);
  }
  EXPECT_EQ(rows.at(0).at("scaling"), 1);
  EXPECT_THAT(done.out, HasSubstr("vigia_n"));
}

TEST_F(BenchTest, DetectorBySizeAndPrecision) {
  environment_["ONEDNN_MAX_CPU_ISA"] = "AVX2";  // no bf16, whatever machine this is
  const auto done = run({"bench", "detector", "--input", "64x64,128x96", "--threads", "1", "--seconds", "0.1",
                         "--json", "bench.json"});
  ASSERT_EQ(done.exit_status, 0) << done.err;
  const auto rows = figures().at("detectors");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_THAT(rows.at(1).at("detector").get<std::string>(), AllOf(HasSubstr("128x96"), HasSubstr("f32")));
  EXPECT_GT(rows.at(0).at("prepare_ms").at("p50"), 0);
  const auto lacking = run({"bench", "detector", "--precision", "bf16"});
  EXPECT_EQ(lacking.exit_status, 2);
  EXPECT_TRUE(one_line(lacking.err)) << lacking.err;
  const auto none = run({"bench", "detector", "--model", "none.onnx"});
  EXPECT_EQ(none.exit_status, 2);
  EXPECT_THAT(none.err, HasSubstr("none.onnx"));
}

}  // namespace
}  // namespace vigia::tests
