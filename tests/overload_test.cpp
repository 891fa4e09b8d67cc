// More work than the machine has time for, with the built program: judged by counts, not by times.
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

class OverloadProgramTest : public VigiaProgram {
 protected:
  void run_with(const std::string& cameras, std::vector<std::string> more) {
    write("vigia.yaml", "cameras:\n" + cameras);
    std::vector<std::string> arguments = {"run", "-c", "vigia.yaml", "--summary", "summary.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    finished_ = run(arguments);
    ASSERT_EQ(finished_.exit_status, 0) << finished_.err;
  }
  // Every frame of each camera ended as one thing.
  void expect_every_frame_accounted_for() const {
    const nlohmann::json now = summary();
    for (const auto& camera : now.at("cameras")) {
      std::uint64_t sum = 0;
      for (const char* const what :
           {"frames_processed", "frames_dropped", "frames_skipped", "frames_overload_skipped",
            "frames_imotion_skipped", "detector_errors"}) {
        sum += camera[what].get<std::uint64_t>();
      }
      EXPECT_EQ(camera["frames_decoded"].get<std::uint64_t>(), sum) << camera.dump(1);
    }
  }

  testing::Finished finished_;
};

// Three cameras of few frames, which have room to wait for seconds, beside a file that needs more than one
// worker on any machine: 120 frames a second at 1280x1280.
TEST_F(OverloadProgramTest, OneThatAsksForTooMuchDropsAndNobodyElse) {
  std::string cameras;
  for (const char* const name : {"a", "b", "c"}) {
    cameras += std::string("  - {name: ") + name +
               ", url: \"sim:faces=1&size=640x360&fps=2&seconds=20\", frame_buffer_size: 32}\n";
  }
  cameras += "  - {name: hog, url: \"sim:faces=1&size=640x360&fps=30&seconds=20\", play_speed: 4}\n";
  run_with(cameras, {"--seconds", "8", "--set", "detector.input=1280x1280", "--set", "detector.workers=1"});
  const auto figures = summary();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(figures["cameras"][i]["frames_dropped"], 0) << figures["cameras"][i].dump(1);
    EXPECT_GT(figures["cameras"][i]["frames_processed"], 5);
  }
  EXPECT_GT(figures["cameras"][3]["frames_dropped"], 0);
  EXPECT_GT(figures["cameras"][3]["frames_processed"], 0);
  EXPECT_EQ(figures["overload"]["changes"], 0) << "a file faster than time is no overload";
  expect_every_frame_accounted_for();
}

TEST_F(OverloadProgramTest, TooMuchForTheInputMakesItSmallerAndSaysSo) {
  const std::string camera =
      "  - {name: gate, url: \"sim:faces=1&size=640x360&fps=60&seconds=20\", imotion_threshold: 0.002}\n";
  run_with(camera, {"--seconds", "14", "--set", "detector.input=1920x1920", "--set", "detector.workers=1"});
  const auto overload = summary()["overload"];
  EXPECT_GT(overload["changes"], 0);
  EXPECT_GT(overload["level"], 0);
  EXPECT_NE(overload["input"], "1920x1920");
  EXPECT_GT(overload["seconds_reduced"], 0);
  EXPECT_NE(finished_.err.find("overload, down to 640x384: "), std::string::npos) << finished_.err;
  EXPECT_NE(finished_.out.find("s reduced; now "), std::string::npos) << finished_.out;
  expect_every_frame_accounted_for();
}

TEST_F(OverloadProgramTest, AutoSaysWhatItChoseAndWhy) {
  run_with("  - {name: gate, url: \"sim:faces=0&size=640x360&fps=10&seconds=10\"}\n", {"--seconds", "1"});
  EXPECT_NE(finished_.err.find("detector.input auto: "), std::string::npos) << finished_.err;
  EXPECT_NE(finished_.err.find(": 1 camera would keep "), std::string::npos) << finished_.err;
  expect_every_frame_accounted_for();
}

TEST_F(OverloadProgramTest, CheckSaysWhichFacesAreFoundAndWhichAreMissed) {
  write("vigia.yaml", "cameras:\n  - {name: gate, url: \"sim:faces=1&size=640x360&seconds=10\"}\n");
  auto finished = run({"check", "-c", "vigia.yaml"});
  EXPECT_NE(finished.out.find("ok    camera gate: 640x360, input "), std::string::npos) << finished.out;
  EXPECT_NE(finished.out.find(" pixels are found (filter_min_size 60)"), std::string::npos) << finished.out;
  EXPECT_EQ(finished.out.find("note  camera gate"), std::string::npos) << finished.out;
  finished = run({"check", "-c", "vigia.yaml", "--set", "detector.input=64x64"});
  EXPECT_NE(finished.out.find(
                "ok    camera gate: 640x360, input 64x64: faces below 180 pixels are mostly missed, and "
                "filter_min_size is 60\n"
                "note  camera gate: detector.input: auto, or 320x192, finds them\n"),
            std::string::npos)
      << finished.out;
}

}  // namespace
}  // namespace vigia::tests
