#include "bench/pipeline_settings.h"

#include <gmock/gmock.h>

#include <array>
#include <cstdlib>

#include "bench/pipeline_process.h"

namespace vigia::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<Clip> kClips{{"file:/v/a.mp4", {1280, 720}, 30, 600, "h264"},
                               {"file:/v/b.mp4", {1280, 720}, 25, 600, "h264"}};

TEST(PipelineSettingsTest, CamerasTakeTheClipsInTurn) {
  const auto settings = pipeline_settings({}, 3, kClips, "/somewhere");
  ASSERT_TRUE(settings) << settings.error().text;
  std::vector<std::string> urls;
  for (const auto& camera : settings->cameras) urls.push_back(camera.spec.url);
  EXPECT_THAT(urls, ElementsAre("file:/v/a.mp4", "file:/v/b.mp4", "file:/v/a.mp4"));
  EXPECT_EQ(settings->cameras[0].source.play_speed, 1);
  EXPECT_EQ(settings->delivery.directory, "/somewhere/faces");
  EXPECT_EQ(settings->outbox.path, "/somewhere/outbox.db");
  EXPECT_EQ(settings->detector, detect::DetectorOptions{}) << "as vigia run would";
}

TEST(PipelineSettingsTest, BusyCamerasShowFilmsOnceAndTheOthersTheEmptyRoom) {
  PipelineBenchOptions options;
  options.people = true;
  options.busy = 2;
  options.idle = "file:/v/empty.mp4";
  const auto settings = pipeline_settings(options, 3, kClips, "/somewhere");
  ASSERT_TRUE(settings) << settings.error().text;
  std::vector<std::string> urls;
  for (const auto& camera : settings->cameras) urls.push_back(camera.spec.url);
  EXPECT_THAT(urls, ElementsAre("file:/v/a.mp4", "file:/v/b.mp4", "file:/v/empty.mp4"));
  EXPECT_TRUE(settings->cameras[1].source.single_pass);
  EXPECT_FALSE(settings->cameras[2].source.single_pass);
}

TEST(PipelineSettingsTest, FlagsGoOverSetsGoOverTheBench) {
  PipelineBenchOptions options;
  options.pace = Pace::free;
  options.input = {320, 192};
  options.precision = "f32";
  options.model = "m.onnx";
  options.sets = {"detector.workers=1", "detector.input=640x384", "cameras.cam2.detector_step=2"};
  const auto settings = pipeline_settings(options, 2, kClips, "f");
  ASSERT_TRUE(settings) << settings.error().text;
  EXPECT_EQ(settings->cameras[1].source.play_speed, -1);
  EXPECT_EQ(settings->cameras[1].detector_step, 2);
  EXPECT_EQ(settings->detector.workers, 1);
  EXPECT_EQ(settings->detector.input, (domain::Size{320, 192}));
  EXPECT_EQ(settings->detector.precision, "f32");
  EXPECT_EQ(settings->detector.model, "m.onnx");
  EXPECT_EQ(settings->detector.on_overload, "drop") << "the size is what is measured";
}

TEST(PipelineSettingsTest, ASizeIsKeptUnderOverloadUnlessASetSaysOtherwise) {
  const auto on_overload = [](domain::Size input, std::vector<std::string> sets) {
    PipelineBenchOptions options;
    options.input = input;
    options.sets = std::move(sets);
    const auto settings = pipeline_settings(options, 1, kClips, "f");
    return settings ? settings->detector.on_overload : settings.error().text;
  };
  EXPECT_EQ(on_overload({}, {}), "reduce");
  EXPECT_EQ(on_overload({}, {"detector.input=auto"}), "reduce");
  EXPECT_EQ(on_overload({}, {"detector.input=640x384"}), "drop");
  EXPECT_EQ(on_overload({640, 384}, {}), "drop");
  EXPECT_EQ(on_overload({}, {"detector.input=640x384", "detector.on_overload=reduce"}), "reduce");
  EXPECT_EQ(on_overload({640, 384}, {"detector.on_overload=reduce"}), "reduce");
  EXPECT_EQ(on_overload({}, {"detector.on_overload=drop"}), "drop");
}

TEST(PipelineSettingsTest, AReceiverOfTheEnvironmentIsNotReached) {
  const std::array<const char*, 4> variables{"FINDFACE_URL", "VIGIA_DELIVERY_FINDFACE_URL",
                                             "VIGIA_DELIVERY_WEBHOOK_URL", "VIGIA_DELIVERY_MQTT_URL"};
  for (const char* variable : variables) {
    ::setenv(variable,
             std::string_view(variable).ends_with("MQTT_URL") ? "mqtt://127.0.0.1" : "http://127.0.0.1:1", 1);
  }
  const auto settings = pipeline_settings({}, 1, kClips, "f");
  for (const char* variable : variables) ::unsetenv(variable);
  ASSERT_TRUE(settings) << settings.error().text;
  EXPECT_FALSE(settings->findface.enabled());
  EXPECT_FALSE(settings->webhook.enabled());
  EXPECT_FALSE(settings->mqtt.enabled());
}

TEST(PipelineSettingsTest, WrongSetsAreSaid) {
  PipelineBenchOptions options;
  options.sets = {"detector.wokers=1"};
  const auto settings = pipeline_settings(options, 1, kClips, "f");
  ASSERT_FALSE(settings);
  EXPECT_THAT(settings.error().text, HasSubstr("detector.workers"));
}

TEST(PipelineSettingsTest, AClipThatIsNoneIsSaid) {
  EXPECT_THAT(look_at_clip("nowhere.mp4").error().text, HasSubstr("--clip: nowhere.mp4: "));
  EXPECT_THAT(look_at_clip("rtsp://127.0.0.1/x").error().text, HasSubstr("a bench shows files"));
  const auto scene = look_at_clip("sim:faces=1&size=320x240&fps=25&seconds=10");
  ASSERT_TRUE(scene) << scene.error().text;
  EXPECT_NEAR(scene->fps, 25, 0.1);
  EXPECT_EQ(scene->size, (domain::Size{320, 240}));
}

TEST(PipelineSettingsTest, AProcessOfItsOwnGetsTheSameOptions) {
  PipelineBenchOptions options;
  options.cameras = {4};
  options.clips = {"a b.mp4", "c.mp4"};
  options.input = {640, 384};
  options.seconds = 2.5;
  options.sets = {"memory.gc_interval=2"};
  options.child = PipelineStep::bound;
  options.folder = "/f";
  EXPECT_THAT(
      child_arguments(options),
      ElementsAre("vigia", "bench", "pipeline", "--cameras", "4", "--clip", "a b.mp4", "--clip", "c.mp4",
                  "--pace", "realtime", "--input", "640x384", "--precision", "auto", "--seconds", "2.5",
                  "--warm-up", "3", "--set", "memory.gc_interval=2", "--child", "bound", "--folder", "/f"));
}

}  // namespace
}  // namespace vigia::bench
