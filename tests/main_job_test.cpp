// The main job from camera to files, with the built program.
#include "tests/vigia_program.h"

namespace vigia::tests {
namespace {

class MainJobTest : public VigiaProgram {
 protected:
  // One cycle of the scene, every frame, as fast as the machine can.
  void run_scene(const std::string& url) {
    write("vigia.yaml",
          "cameras:\n  - {name: gate, url: \"" + url + "\", single_pass: true, play_speed: -1}\n");
    finished_ = run({"run", "-c", "vigia.yaml", "--summary", "summary.json"});
    ASSERT_EQ(finished_.exit_status, 0) << finished_.err;
  }
  void expect_each_person_once(const std::string& url, int people) const {
    const auto times = times_posted("gate", url);
    EXPECT_EQ(times.size(), static_cast<std::size_t>(people));
    for (const auto& [person, count] : times) {
      EXPECT_GE(person, 0) << "nobody was at that place";
      EXPECT_EQ(count, 1) << "person " << person;
    }
    expect_every_track_accounted_for(summary());
  }
  void run_clip(const std::string& clip) {
    write("vigia.yaml", "cameras:\n  - {name: clip, url: \"file:" + data("clips/" + clip) +
                            "\", single_pass: true, play_speed: -1}\n");
    finished_ = run({"run", "-c", "vigia.yaml", "--summary", "summary.json"});
    ASSERT_EQ(finished_.exit_status, 0) << finished_.err;
  }

  testing::Finished finished_;
};

TEST_F(MainJobTest, EveryPersonOfASceneIsPostedOnceWithYunet) {
  NEED_DATA();
  use_yunet();
  const std::string url = "sim:faces=6&size=1280x720&fps=15&seed=11&seconds=20&cycles=1";
  run_scene(url);
  expect_each_person_once(url, 6);
  EXPECT_TRUE(summary()["detector"].get<std::string>().starts_with("yunet_n 640x384 "));
  EXPECT_EQ(summary()["cameras"][0]["frames_processed"], 300);
  EXPECT_EQ(summary()["frames_dropped"], 0);
  EXPECT_EQ(summary()["cameras"][0]["state"], "COMPLETED");
}

TEST_F(MainJobTest, EveryPersonOfASceneIsPostedOnceWithTheBuiltInDetector) {
  const std::string url = "sim:faces=4&size=1280x720&fps=10&seed=3&seconds=20&cycles=1";
  run_scene(url);
  expect_each_person_once(url, 4);
  EXPECT_TRUE(summary()["detector"].get<std::string>().starts_with("vigia_n 640x384 "));
  EXPECT_EQ(summary()["frames_dropped"], 0);
}

// Two recordings one behind the other, as a camera that is set to another size.
TEST_F(MainJobTest, AnotherSizeInMidStreamIsSaidAndWhatDoesNotFitIt) {
  const std::string clip = folder_ / "two.h264";
  for (const char* const size : {"640x480", "320x240"}) {
    const std::string command =
        std::string("ffmpeg -v error -nostdin -f lavfi -i testsrc2=rate=25:size=") + size +
        " -t 2 -c:v libx264 -preset ultrafast -bf 0 -pix_fmt yuv420p -f h264 - >> " + clip;
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  write("vigia.yaml",
        "cameras:\n  - {name: gate, url: \"file:" + clip +
            "\", single_pass: true, play_speed: -1, rot: 400x480+240+0, roi: 100%x50%+0%+50%}\n");
  finished_ = run({"run", "-c", "vigia.yaml", "--summary", "summary.json"});
  EXPECT_EQ(finished_.exit_status, 0) << finished_.err;
  EXPECT_EQ(summary()["cameras"][0]["frames_processed"], 100);
  for (const char* const line :
       {"camera 'gate': the size of its pictures has changed from 640x480 to 320x240",
        "gate: rot 400x480+240+0 reaches out of the picture, which is 320x240: only what lies inside is "
        "searched; if it "
        "was meant for 640x480, write rot: 62.5%x100%+37.5%+0%, which fits every size"}) {
    EXPECT_NE(finished_.err.find(line), std::string::npos) << finished_.err;
  }
  EXPECT_EQ(finished_.err.find(": roi "), std::string::npos) << "percent fits every size";
}

TEST_F(MainJobTest, MemoryIsManagedAndSaysSo) {
  run_scene("sim:faces=1&size=640x360&fps=10&seconds=10&cycles=1");
  const auto memory = summary()["memory"];
  EXPECT_FALSE(memory["is_running"]);
  EXPECT_EQ(memory["objects_pending"], 0);
  EXPECT_GT(memory["objects_collected"], 0) << "tracks, images and the decoder are retired";
  EXPECT_EQ(memory["leases_refused"], 0);
  EXPECT_NE(finished_.err.find("MemoryManager started (interval: 5.0 s"), std::string::npos);
  EXPECT_NE(finished_.err.find("MemoryManager stopped | GC ran"), std::string::npos);
}

TEST_F(MainJobTest, TwoPeopleTurningTheirHeadsAreTwoTracksAndTwoPosts) {
  NEED_DATA();
  use_yunet();
  run_clip("head-pose-face-detection-female-and-male.gif");
  EXPECT_EQ(summary()["tracks_closed"], 2);
  EXPECT_EQ(summary()["faces_posted"], 2);
}

TEST_F(MainJobTest, AnEmptyRoomPostsNobody) {
  NEED_DATA();
  use_yunet();
  run_clip("people-detection.gif");
  EXPECT_EQ(summary()["faces_posted"], 0);
  EXPECT_EQ(summary()["tracks_closed"], 0);
}

TEST_F(MainJobTest, TheDemoNeedsNoSetUpAndTouchesNobodysOutbox) {
  environment_["FINDFACE_URL"] = environment_["VIGIA_DELIVERY_FINDFACE_URL"] = "http://127.0.0.1:1";
  finished_ = run({"demo", "--cameras", "1", "--faces", "1", "--seconds", "3", "--summary", "summary.json"});
  EXPECT_EQ(finished_.exit_status, 0) << finished_.err;
  EXPECT_GT(summary()["frames_processed"], 0);
  EXPECT_NE(finished_.out.find("people were shown"), std::string::npos) << finished_.out;
  EXPECT_FALSE(std::filesystem::exists(folder() / "vigia.db"));
  EXPECT_FALSE(std::filesystem::exists(folder() / "vigia-events.db"));
}

TEST_F(MainJobTest, ACameraThatCannotStartFailsTheRunAndTheOthersGoOn) {
  write("vigia.yaml",
        "cameras:\n"
        "  - {name: bad, url: \"sim:faces=1000\"}\n"
        "  - {name: good, url: \"sim:faces=0&size=640x360&fps=10&seconds=10&cycles=1\", "
        "single_pass: true, play_speed: -1}\n");
  finished_ = run({"run", "-c", "vigia.yaml", "--summary", "summary.json"});
  EXPECT_EQ(finished_.exit_status, 1);
  EXPECT_EQ(summary()["cameras"][0]["state"], "MISCONFIGURED");
  EXPECT_EQ(summary()["cameras"][1]["state"], "COMPLETED");
  EXPECT_NE(finished_.out.find("faces"), std::string::npos) << "and says why";
}

}  // namespace
}  // namespace vigia::tests
