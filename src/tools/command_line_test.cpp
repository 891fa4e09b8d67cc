#include "tools/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/command_line_test_support.h"

namespace vigia::tools {
namespace {

using settings::Farewell;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

CommandLine line(std::vector<const char*> words) {
  return settings::line_of<CommandLine>(parse_command_line, std::move(words));
}
Farewell farewell(std::vector<const char*> words) {
  return settings::farewell_of<CommandLine>(parse_command_line, std::move(words));
}

TEST(CommandLineTest, Soak) {
  const CommandLine soak = line({"soak",
                                 "--hours",
                                 "0.5",
                                 "--cameras",
                                 "6",
                                 "--clip",
                                 "a.mp4",
                                 "--clip",
                                 "b.mp4",
                                 "--seed",
                                 "9",
                                 "--faults",
                                 "storm",
                                 "--findface",
                                 "off",
                                 "--max-growth",
                                 "2M",
                                 "--max-rss",
                                 "1G",
                                 "--report",
                                 "r.json",
                                 "--plot",
                                 "p.svg",
                                 "--set",
                                 "memory.gc_interval=2",
                                 "-v"});
  EXPECT_EQ(soak.verb, Verb::soak);
  soak::SoakOptions expected;
  expected.seconds = 1800;
  expected.cameras = 6;
  expected.clips = {"a.mp4", "b.mp4"};
  expected.seed = 9;
  expected.faults = soak::FaultIntensity::storm;
  expected.findface = false;
  expected.sets = {"memory.gc_interval=2"};
  expected.max_growth = 2_MiB;
  expected.max_rss = 1_GiB;
  expected.report = "r.json";
  expected.plot = "p.svg";
  expected.verbose = true;
  EXPECT_EQ(soak.soak, expected);
  EXPECT_EQ(line({"soak"}).soak, soak::SoakOptions{});
  EXPECT_EQ(line({"soak", "--seconds", "90"}).soak.seconds, 90);
  EXPECT_EQ(farewell({"soak", "--seconds", "90", "--hours", "1"}).exit_code, 2);
  EXPECT_THAT(farewell({"soak", "--faults", "hail"}).text, HasSubstr("hail"));
  EXPECT_THAT(farewell({"soak", "--max-rss", "much"}).text, HasSubstr("is not a size"));
}

TEST(CommandLineTest, BenchMemory) {
  const CommandLine plain = line({"bench", "memory"});
  EXPECT_EQ(plain.verb, Verb::bench);
  EXPECT_EQ(plain.memory_bench, bench::MemoryBenchOptions{});
  const CommandLine given = line({"bench",
                                  "memory",
                                  "--cameras",
                                  "4",
                                  "--seconds",
                                  "2.5",
                                  "--modes",
                                  "never,destroy",
                                  "--pace",
                                  "free",
                                  "--limit",
                                  "512M",
                                  "--until-killed",
                                  "--gc-interval",
                                  "1",
                                  "--destroy",
                                  "64M",
                                  "--seed",
                                  "9",
                                  "--json",
                                  "a.json",
                                  "--plot=b.svg",
                                  "-v"});
  using bench::Mode;
  bench::MemoryBenchOptions expected;
  expected.cameras = 4;
  expected.seconds = 2.5;
  expected.modes = {Mode::never, Mode::destroy_inline, Mode::destroy_background};
  expected.pace = bench::Pace::free;
  expected.limit = 512_MiB;
  expected.until_killed = true;
  expected.gc_interval = 1;
  expected.destroy = 64_MiB;
  expected.seed = 9;
  expected.json = "a.json";
  expected.plot = "b.svg";
  EXPECT_EQ(given.memory_bench, expected);
  EXPECT_TRUE(given.verbose);
  EXPECT_EQ(line({"bench", "memory", "--child", "naive-background"}).memory_bench.child,
            Mode::naive_background);
  EXPECT_THAT(farewell({"bench", "memory", "--help"}).text,
              AllOf(HasSubstr("--plot"), Not(HasSubstr("--child"))));
}

TEST(CommandLineTest, BenchPipeline) {
  const CommandLine plain = line({"bench", "pipeline"});
  EXPECT_EQ(plain.bench, Bench::pipeline);
  EXPECT_EQ(plain.pipeline_bench, bench::PipelineBenchOptions{});
  const CommandLine given =
      line({"bench", "pipeline",  "--cameras", "1,2",         "--clip", "a.mp4",       "b.mp4", "--pace",
            "free",  "--input",   "320x192",   "--model",     "m.onnx", "--precision", "f32",   "--seconds",
            "2.5",   "--warm-up", "1",         "--repeat",    "3",      "--no-bound",  "--set", "a.b=c",
            "--set", "d.e=f",     "--clip",    "sim:faces=2", "--json", "o.json",      "-v"});
  bench::PipelineBenchOptions expected;
  expected.cameras = {1, 2};
  expected.clips = {"a.mp4", "b.mp4", "sim:faces=2"};
  expected.pace = bench::Pace::free;
  expected.input = {320, 192};
  expected.model = "m.onnx";
  expected.precision = "f32";
  expected.seconds = 2.5;
  expected.warm_up = 1;
  expected.repeat = 3;
  expected.bound = false;
  expected.sets = {"a.b=c", "d.e=f"};
  expected.json = "o.json";
  expected.verbose = true;
  EXPECT_EQ(given.pipeline_bench, expected);
  const auto child = line({"bench", "pipeline", "--input", "auto", "--child", "bound", "--folder", "f"});
  EXPECT_EQ(child.pipeline_bench.child, bench::PipelineStep::bound);
  EXPECT_EQ(child.pipeline_bench.folder, "f");
  EXPECT_EQ(child.pipeline_bench.input, domain::Size{});
  EXPECT_THAT(farewell({"bench", "pipeline", "--help"}).text, Not(HasSubstr("--child")));
}

TEST(CommandLineTest, BenchDetector) {
  const CommandLine plain = line({"bench", "detector"});
  EXPECT_EQ(plain.bench, Bench::detector);
  EXPECT_EQ(plain.detector_bench, bench::DetectorBenchOptions{});
  const CommandLine given =
      line({"bench", "detector", "--model", "m.onnx", "--input", "320x192,640x384", "--precision", "f32",
            "--threads", "3", "--seconds", "0.5", "--frame", "1920x1080", "--json", "o.json"});
  bench::DetectorBenchOptions expected;
  expected.model = "m.onnx";
  expected.inputs = {{320, 192}, {640, 384}};
  expected.precisions = {"f32"};
  expected.threads = 3;
  expected.seconds = 0.5;
  expected.frame = {1920, 1080};
  expected.json = "o.json";
  EXPECT_EQ(given.detector_bench, expected);
}

TEST(CommandLineTest, BenchPeople) {
  const CommandLine plain = line({"bench", "people"});
  EXPECT_EQ(plain.bench, Bench::people);
  EXPECT_EQ(plain.people_bench, bench::PeopleBenchOptions{});
  const CommandLine given = line({"bench",
                                  "people",
                                  "--films",
                                  "a",
                                  "b",
                                  "--only",
                                  "queue,crowd",
                                  "--tracks",
                                  "c.txt",
                                  "--sim",
                                  "queue",
                                  "--people",
                                  "7",
                                  "--seed",
                                  "3",
                                  "--fps",
                                  "12.5",
                                  "--frame",
                                  "800x600",
                                  "--model",
                                  "m.onnx",
                                  "--input",
                                  "320x192",
                                  "--precision",
                                  "f32",
                                  "--workers",
                                  "3",
                                  "--set",
                                  "defaults.filter_min_size=20",
                                  "--json",
                                  "o.json"});
  bench::PeopleBenchOptions expected;
  expected.films = {"a", "b"};
  expected.only = {"queue", "crowd"};
  expected.tracks = {"c.txt"};
  expected.scenes = {"queue"};
  expected.people = 7;
  expected.seed = 3;
  expected.fps = 12.5;
  expected.frame = {800, 600};
  expected.model = "m.onnx";
  expected.input = {320, 192};
  expected.precision = "f32";
  expected.workers = 3;
  expected.sets = {"defaults.filter_min_size=20"};
  expected.json = "o.json";
  EXPECT_EQ(given.people_bench, expected);
}

TEST(CommandLineTest, HelpIsNoError) {
  for (const std::vector<const char*>& words :
       {std::vector{"bench", "--help"}, std::vector{"bench", "memory", "--help"},
        std::vector{"bench", "pipeline", "--help"}, std::vector{"bench", "detector", "--help"},
        std::vector{"bench", "people", "--help"}, std::vector{"soak", "--help"}}) {
    EXPECT_EQ(farewell(words).exit_code, 0);
    EXPECT_THAT(farewell(words).text, HasSubstr("vigia run -c vigia.yaml"));
  }
}

TEST(CommandLineTest, WrongArgumentsAreOneLineAndExit2) {
  const std::vector<std::pair<std::vector<const char*>, std::string>> table{
      {{"bench"},
       "vigia: the bench is missing: memory, pipeline, detector or people; see 'vigia bench --help'"},
      {{"bench", "outbox"},
       "vigia: there is no such bench; there are memory, pipeline, detector and people; see 'vigia bench "
       "--help'"},
      {{"bench", "pipeline", "--cameras", "1,0"},
       "vigia: --cameras: '0' is not a whole number from 1 to 256; see 'vigia bench pipeline --help'"},
      {{"bench", "pipeline", "--input", "large"},
       "vigia: --input: 'large' is neither a size such as 640x384 nor auto; see 'vigia bench pipeline "
       "--help'"},
      {{"bench", "pipeline", "--input", "321x192"},
       "vigia: --input: '321x192' is not a multiple of 32 both ways; see 'vigia bench "
       "pipeline "
       "--help'"},
      {{"bench", "pipeline", "--pace", "slow"},
       "vigia: --pace: 'slow' is neither realtime nor free; see 'vigia bench pipeline --help'"},
      {{"bench", "pipeline", "--clip"}, "vigia: --clip needs a value; see 'vigia bench pipeline --help'"},
      {{"bench", "pipeline", "--clips", "a.mp4"},
       "vigia: '--clips' is not an option of vigia bench pipeline; did you mean '--clip'?"},
      {{"bench", "detector", "--input", "320x192,auto"},
       "vigia: --input: 'auto' is not a size such as 640x384; see 'vigia bench detector --help'"},
      {{"bench", "detector", "--threads", "0"},
       "vigia: --threads: '0' is not a whole number from 1 to 256; see 'vigia bench detector --help'"},
      {{"bench", "memory", "fast"},
       "vigia: unexpected argument; every value follows its option; see 'vigia bench memory --help'"},
      {{"bench", "memory", "--plto", "a.svg"},
       "vigia: '--plto' is not an option of vigia bench memory; did you mean '--plot'?"},
      {{"bench", "memory", "--modes", "inline,often"},
       "vigia: --modes: 'often' is not a mode; see 'vigia bench memory --help'"},
      {{"bench", "memory", "--pace", "slow"},
       "vigia: --pace: 'slow' is neither realtime nor free; see 'vigia bench memory --help'"},
      {{"bench", "memory", "--limit", "much"},
       "vigia: --limit: 'much' is not a size such as 512M or 2G; see 'vigia bench memory --help'"},
      {{"bench", "memory", "--limit", "1M"},
       "vigia: --limit: '1M' is too little; 64M at least; see 'vigia bench memory --help'"},
      {{"bench", "memory", "--cameras", "0"},
       "vigia: --cameras: '0' is not a whole number from 1 to 64; see 'vigia bench memory --help'"},
      {{"bench", "memory", "--json"}, "vigia: --json needs a value; see 'vigia bench memory --help'"},
  };
  for (const auto& [words, text] : table) {
    const Farewell said = farewell(words);
    EXPECT_EQ(said.exit_code, 2);
    EXPECT_EQ(said.text, text);
  }
}

}  // namespace
}  // namespace vigia::tools
