#include "settings/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "settings/default_yaml.h"
#include "settings/demo_settings.h"
#include "settings/settings_test_support.h"

namespace vigia::settings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class LoadTest : public SettingsTest {};

constexpr const char* kGate = "cameras:\n  - {name: gate, url: \"rtsp://10.0.0.5/s\"}\n";

TEST_F(LoadTest, NothingAtAllIsTheDefaults) {
  EXPECT_EQ(load({}).settings, Settings{});
  EXPECT_EQ(load_text("").settings, Settings{});
  EXPECT_EQ(load_text("# nothing yet\n").settings, Settings{});
  EXPECT_EQ(load_text("cameras:\ndefaults:\nmemory:\n").settings, Settings{});
}

TEST_F(LoadTest, WhatOnlyRecordingsCanFollowIsRefusedOfLiveCameras) {
  const auto errors = load_text(
                          "cameras:\n"
                          "  - name: gate\n"
                          "    url: \"rtsp://10.0.0.5/s\"\n"
                          "    play_speed: 2\n"
                          "    use_stream_timestamp: true\n"
                          "  - {name: film, url: \"file:a.mp4\", play_speed: -1, disable_drops: true}\n"
                          "  - {name: scene, url: \"sim:\", play_speed: -1, use_stream_timestamp: true}\n",
                          {}, {"cameras.gate.disable_drops=true"})
                          .errors;
  EXPECT_THAT(errors,
              UnorderedElementsAre(
                  "vigia.yaml:4: cameras.gate.play_speed: has no effect on a live camera; allowed: only "
                  "for file: and sim:",
                  HasSubstr("--set: cameras.gate.disable_drops: has no effect on a live camera"),
                  HasSubstr("vigia.yaml:5: cameras.gate.use_stream_timestamp: has no effect")));
}

TEST_F(LoadTest, KeysForTlsAreRefusedOfCamerasThatCannotFollowThem) {
  const auto errors = load_text(
                          "cameras:\n"
                          "  - {name: gate, url: \"rtsp://10.0.0.5/s\", ca_file: ca.pem}\n"
                          "  - {name: film, url: \"file:a.mp4\", tls_insecure: true}\n"
                          "  - {name: yard, url: \"https://10.0.0.7/s\", tls_pin: first_use}\n"
                          "  - {name: hall, url: \"rtsps://10.0.0.6/s\", tls_pin: first_use}\n"
                          "  - {name: shed, url: \"https://10.0.0.8/s\", ca_file: ca.pem}\n")
                          .errors;
  EXPECT_THAT(errors, UnorderedElementsAre(
                          HasSubstr("vigia.yaml:2: cameras.gate.ca_file: has no effect: only rtsps://"),
                          HasSubstr("vigia.yaml:3: cameras.film.tls_insecure: has no effect"),
                          HasSubstr("vigia.yaml:4: cameras.yard.tls_pin: has no effect: keys of "
                                    "https:// cameras are not compared; use ca_file")));
}

TEST_F(LoadTest, KeysForTlsOfDefaultsAreForCamerasThatCanFollowThem) {
  const auto outcome = load_text(
      "cameras:\n"
      "  - {name: gate, url: \"rtsp://10.0.0.5/s\"}\n"
      "  - {name: hall, url: \"rtsps://10.0.0.6/s\"}\n"
      "  - {name: yard, url: \"https://10.0.0.7/s\"}\n"
      "defaults: {tls_pin: first_use, ca_file: ca.pem}\n");
  ASSERT_TRUE(outcome.settings) << outcome.errors.front();
  EXPECT_THAT(outcome.warnings,
              ElementsAre(HasSubstr("vigia.yaml:5: defaults.tls_pin: has no effect on camera 'yard'")));
  const auto& cameras = outcome.settings->cameras;
  EXPECT_EQ(cameras[0].source.tls_pin + cameras[0].source.ca_file, "");
  EXPECT_EQ(cameras[1].source.tls_pin + cameras[1].source.ca_file, "first_useca.pem");
  EXPECT_EQ(cameras[2].source.tls_pin + cameras[2].source.ca_file, "ca.pem");
}

TEST_F(LoadTest, WhatDefaultsSayOfRecordingsIsLeftOutOfLiveCamerasWithOneLine) {
  const auto outcome = load_text(
      "cameras:\n"
      "  - {name: gate, url: \"rtsp://10.0.0.5/s\"}\n"
      "  - {name: hall, url: \"rtsps://10.0.0.6/s\", play_speed: 1}\n"
      "  - {name: film, url: \"file:a.mp4\"}\n"
      "defaults: {play_speed: -1}\n");
  ASSERT_TRUE(outcome.settings) << outcome.errors.front();
  EXPECT_THAT(outcome.warnings,
              ElementsAre("vigia.yaml:5: defaults.play_speed: has no effect on live cameras: 'gate'"));
  EXPECT_EQ(outcome.settings->cameras[0].source.play_speed, 1);
  EXPECT_EQ(outcome.settings->cameras[2].source.play_speed, -1);
  EXPECT_EQ(outcome.settings->defaults.source.play_speed, -1) << "for cameras that FindFace lists";
}

TEST_F(LoadTest, AGpuWithoutHwaccelIsAWarning) {
  const auto idle =
      load_text("cameras:\n  - {name: gate, url: \"rtsp://10.0.0.5/s\", hwaccel_device: \"1\"}\n");
  EXPECT_THAT(idle.warnings,
              ElementsAre(HasSubstr("vigia.yaml:2: cameras.gate.hwaccel_device: has no effect")));
  const auto used = load_text(
      "cameras:\n  - {name: gate, url: \"rtsp://10.0.0.5/s\", hwaccel: cuda, hwaccel_device: \"1\"}\n");
  EXPECT_THAT(used.warnings, IsEmpty());
}

TEST_F(LoadTest, HibernationOfARecordingIsAWarning) {
  const auto idle = load_text("cameras:\n  - {name: film, url: \"file:a.mp4\", hibernation: on}\n");
  EXPECT_THAT(idle.warnings, ElementsAre(HasSubstr("vigia.yaml:2: cameras.film.hibernation: has no effect")));
  const auto used = load_text("cameras:\n  - {name: gate, url: \"rtsp://10.0.0.5/s\", hibernation: on}\n");
  EXPECT_THAT(used.warnings, IsEmpty());
  EXPECT_EQ(used.settings->cameras.front().source.hibernation, "on");
}

TEST_F(LoadTest, TheDefaultFileIsTheDefaultsWithoutAWarning) {
  const LoadOutcome outcome = load_text(default_yaml());
  EXPECT_EQ(outcome.settings, Settings{});
  EXPECT_THAT(outcome.warnings, IsEmpty());
}

TEST_F(LoadTest, TheShippedFileIsTheDefaultFile) {
  const auto shipped = read_file(VIGIA_SOURCE_DIR "/config/vigia.yaml", 1_MiB);
  ASSERT_TRUE(shipped) << shipped.error().text;
  EXPECT_EQ(*shipped, default_yaml()) << "fix it with: vigia check --defaults > config/vigia.yaml";
}

TEST_F(LoadTest, TheExampleCameraOfTheDefaultFileLoadsWhenUncommented) {
  std::string text = default_yaml();
  for (std::size_t at = text.find("\n  # "); at != std::string::npos; at = text.find("\n  # ", at + 1)) {
    if (at < text.find("\ndefaults:")) text.replace(at, 5, "\n  ");
  }
  const LoadOutcome outcome = load_text(text);
  ASSERT_TRUE(outcome.settings) << outcome.errors.front();
  ASSERT_EQ(outcome.settings->cameras.size(), 1U);
  const domain::CameraSpec expected{"gate", "rtsp://10.0.0.5/stream1", 7, "..."};
  EXPECT_EQ(outcome.settings->cameras[0].spec, expected);
}

TEST_F(LoadTest, EveryExampleLoadsWithoutAWarning) {
  int examples = 0;
  for (const auto& entry : std::filesystem::directory_iterator(VIGIA_SOURCE_DIR "/config/examples")) {
    if (entry.path().extension() != ".yaml") continue;
    SCOPED_TRACE(entry.path());
    const auto text = read_file(entry.path(), 1_MiB);
    ASSERT_TRUE(text) << text.error().text;
    const LoadOutcome outcome =  // of a copy that is private, as the user's should be
        load_text(*text, {{"FINDFACE_USER", "vigia"}, {"FINDFACE_PASSWORD", "hunter2"}});
    ASSERT_TRUE(outcome.settings) << outcome.errors.front();
    EXPECT_THAT(outcome.warnings, IsEmpty());
    EXPECT_THAT(problems_for_run(*outcome.settings), IsEmpty());
    EXPECT_NE(*outcome.settings, Settings{});
    ++examples;
  }
  EXPECT_GE(examples, 4);
}

TEST_F(LoadTest, FileThenEnvironmentThenFlags) {
  const std::string file = "memory: {gc_interval: 2}\n";
  const std::map<std::string, std::string> environment{{"VIGIA_MEMORY_GC_INTERVAL", "3"}};
  EXPECT_EQ(load_text(file).settings->memory.gc_interval, 2);
  EXPECT_EQ(load_text(file, environment).settings->memory.gc_interval, 3);
  EXPECT_EQ(load_text(file, environment, {"memory.gc_interval=4"}).settings->memory.gc_interval, 4);
  EXPECT_EQ(load_text(file, environment, {"memory.gc_interval=4", "memory.gc_interval=5"})
                .settings->memory.gc_interval,
            5);
}

TEST_F(LoadTest, ACameraGoesOverDefaultsWhereverTheseAreSet) {
  const std::string file =
      "cameras:\n"
      "  - {name: gate, url: \"file:a.mp4\", jpeg_quality: 50}\n"
      "  - {name: hall, url: \"file:b.mp4\"}\n"
      "defaults: {jpeg_quality: 60}\n";
  const auto quality = [](const LoadOutcome& outcome) {
    return std::vector{outcome.settings->cameras.at(0).shot.jpeg_quality,
                       outcome.settings->cameras.at(1).shot.jpeg_quality,
                       outcome.settings->defaults.shot.jpeg_quality};
  };
  EXPECT_THAT(quality(load_text(file)), ElementsAre(50, 60, 60));
  EXPECT_THAT(quality(load_text(file, {{"VIGIA_DEFAULTS_JPEG_QUALITY", "70"}})), ElementsAre(50, 70, 70));
  EXPECT_THAT(quality(load_text(file, {}, {"defaults.jpeg_quality=80"})), ElementsAre(50, 80, 80));
  EXPECT_THAT(quality(load_text(file, {{"VIGIA_CAMERAS_GATE_JPEG_QUALITY", "55"}})), ElementsAre(55, 60, 60));
  EXPECT_THAT(
      quality(load_text(file, {{"VIGIA_CAMERAS_GATE_JPEG_QUALITY", "55"}}, {"cameras.gate.jpeg_quality=65"})),
      ElementsAre(65, 60, 60));
}

TEST_F(LoadTest, AFlagCanAddACamera) {
  const LoadOutcome outcome =
      load_text(kGate, {}, {"cameras.hall.2.url=file:b.mp4", "cameras.hall.2.roi=10x20+30+40"});
  ASSERT_TRUE(outcome.settings) << outcome.errors.front();
  ASSERT_EQ(outcome.settings->cameras.size(), 2U);
  const CameraSettings& added = outcome.settings->cameras[1];
  EXPECT_EQ(added.spec.name, "hall.2");
  EXPECT_EQ(added.spec.url, "file:b.mp4");
  EXPECT_EQ(added.shot.roi, (domain::Zone{30, 40, 10, 20}));
}

TEST_F(LoadTest, AUrlWithItsPasswordMayComeFromTheEnvironmentAlone) {
  const LoadOutcome outcome =
      load_text("cameras:\n  - name: front-gate\n",
                {{"VIGIA_CAMERAS_FRONT_GATE_URL", "rtsp://admin:hunter2@10.0.0.5/s"}});
  ASSERT_TRUE(outcome.settings) << outcome.errors.front();
  EXPECT_EQ(outcome.settings->cameras.at(0).spec.url, "rtsp://admin:hunter2@10.0.0.5/s");
}

TEST_F(LoadTest, ACamerasPasswordMayHoldAnythingAndComeFromTheEnvironment) {
  const LoadOutcome outcome =
      load_text("cameras:\n  - {name: gate, url: \"rtsp://10.0.0.5/s\", username: admin}\n",
                {{"VIGIA_CAMERAS_GATE_PASSWORD", "h/u#n?t%41e@r:2 \"ä"}});
  ASSERT_TRUE(outcome.settings) << outcome.errors.front();
  EXPECT_EQ(outcome.settings->cameras.at(0).source.username, "admin");
  EXPECT_EQ(outcome.settings->cameras.at(0).source.password, "h/u#n?t%41e@r:2 \"ä");
}

TEST_F(LoadTest, ALoginOfDefaultsIsForTheCamerasThatHaveNoneOfTheirOwn) {
  const LoadOutcome outcome = load_text(
      "defaults: {username: admin, password: hunter2}\ncameras:\n"
      "  - {name: a, url: \"rtsp://10.0.0.5/s\"}\n"
      "  - {name: b, url: \"rtsp://u:p@10.0.0.5/s\"}\n"
      "  - {name: c, url: \"file:c.mp4\"}\n");
  ASSERT_TRUE(outcome.settings) << outcome.errors.front();
  EXPECT_EQ(outcome.settings->cameras.at(0).source.password, "hunter2");
  for (const int other : {1, 2}) {
    const auto& source = outcome.settings->cameras.at(static_cast<std::size_t>(other)).source;
    EXPECT_EQ(source.username + source.password, "");
  }
}

TEST_F(LoadTest, WrongFlagsAreLines) {
  const std::vector<std::string> sets{"memory.gc_intervall=2",
                                      "memry.gc_interval=2",
                                      "gc_interval=2",
                                      "memory.gc_interval",
                                      "memory.gc_interval=never",
                                      "cameras.gat.roi=",
                                      "cameras.gate.jpg_quality=",
                                      "cameras.gate.name=x",
                                      "cameras.gate=5",
                                      "=5",
                                      "delivery.findface.password=hunter2",
                                      "cameras.new.url=ftp://admin:hunter2@h/",
                                      "defaults.max_age=60",
                                      "tracking.max_age=60",
                                      "rtsp//admin:hunter2@10.0.0.5/s"};
  const auto errors = load_text(kGate, {}, sets).errors;
  EXPECT_THAT(
      errors,
      ElementsAre(
          "--set: memory.gc_intervall: unknown key; allowed: gc_interval, budget_bytes, camera_quota_bytes, "
          "empty_gpu_cache_each_pass; did you mean "
          "'memory.gc_interval'?",
          "--set: memry.gc_interval: unknown key; allowed: what 'vigia check --defaults' prints; did you "
          "mean "
          "'memory.gc_interval'?",
          "--set: gc_interval: unknown key; allowed: what 'vigia check --defaults' prints; did you mean "
          "'memory.gc_interval'?",
          "--set: memory.gc_interval: is not a setting; allowed: KEY=VALUE, e.g. memory.gc_interval=2",
          "--set: cameras.gate.jpg_quality: unknown key; allowed: what 'vigia check --defaults' prints; did "
          "you mean "
          "'cameras.gate.jpeg_quality'?",
          "--set: cameras.gate.name: cannot be changed by a flag",
          "--set: cameras.gate: names no key of a camera; allowed: cameras.NAME.KEY=VALUE",
          "--set: =5: is not a setting; allowed: KEY=VALUE, e.g. memory.gc_interval=2",
          "--set: delivery.findface.password: is a secret and has no place here; set FINDFACE_PASSWORD in "
          "the "
          "environment or in the file that delivery.findface.secrets_file names",
          "--set: defaults.max_age: unknown key; it is now track_miss_interval (in seconds, no longer "
          "frames)",
          "--set: tracking.max_age: unknown key; it is now defaults.track_miss_interval (in seconds, no "
          "longer frames)",
          "--set: ?: is not a setting; allowed: KEY=VALUE, e.g. memory.gc_interval=2",
          "--set: memory.gc_interval: 'never' is not a number; allowed: a number of seconds from 0.1 to 3600",
          "--set: cameras.gat.roi: there is no such camera; allowed: a camera of the file, or a new one by "
          "its url; "
          "did you mean 'gate'?",
          "--set: cameras.new.url: 'ftp://***@h/' has the unknown scheme 'ftp'; allowed: rtsp://, rtsps://, "
          "http://, "
          "https://, rtmp://, srt://, v4l2:DEVICE, file:PATH or sim:"));
}

TEST_F(LoadTest, WrongValuesInTheEnvironmentAreErrorsAndUnknownVariablesWarnings) {
  const LoadOutcome outcome = load_text(kGate, {{"VIGIA_MEMORY_GC_INTERVAL", "often"},
                                                {"VIGIA_MEMRY_GC_INTERVAL", "2"},
                                                {"VIGIA_CAMERAS_GATE_JPG_QUALITY", ""},
                                                {"VIGIA_FINDFACE_PASSWORD", "hunter2"},
                                                {"VIGIA_MODEL_DIR", "/models"},
                                                {"VIGIA_DATA", "/data"},
                                                {"HOME", "/root"}});
  EXPECT_THAT(outcome.errors,
              ElementsAre("VIGIA_MEMORY_GC_INTERVAL: memory.gc_interval: 'often' is not a number; "
                          "allowed: a number of seconds from 0.1 to 3600"));
  EXPECT_THAT(
      outcome.warnings,
      ElementsAre(
          "environment: VIGIA_CAMERAS_GATE_JPG_QUALITY: is not a setting and is ignored; did you mean "
          "'VIGIA_CAMERAS_GATE_JPEG_QUALITY'?",
          "environment: VIGIA_FINDFACE_PASSWORD: is not a setting and is ignored; did you mean "
          "'FINDFACE_PASSWORD'?",
          "environment: VIGIA_MEMRY_GC_INTERVAL: is not a setting and is ignored; did you mean "
          "'VIGIA_MEMORY_GC_INTERVAL'?"));
}

TEST_F(LoadTest, AVariableThatFitsTwoCamerasIsRefused) {
  const std::string file = "cameras:\n  - {name: a-b, url: \"file:a\"}\n  - {name: a.b, url: \"file:b\"}\n";
  EXPECT_TRUE(load_text(file).settings);
  EXPECT_THAT(
      load_text(file, {{"VIGIA_CAMERAS_A_B_ROI", "1x1+0+0"}}).errors,
      ElementsAre(HasSubstr("VIGIA_CAMERAS_A_B_ROI: cameras.a.b.roi: means cameras.a-b.roi as well")));
}

TEST_F(LoadTest, RealtimeKeysWithoutRealtimeAreWarnedOf) {
  EXPECT_THAT(
      load_text("defaults:\n  realtime_post_interval: 2\n").warnings,
      ElementsAre(
          "vigia.yaml:2: defaults.realtime_post_interval: has no effect while overall_only is true; set "
          "overall_only: false with it"));
  EXPECT_THAT(
      load_text("cameras:\n  - {name: gate, url: \"file:a\", realtime_post_first_immediately: true}\n")
          .warnings,
      ElementsAre(HasSubstr("vigia.yaml:2: cameras.gate.realtime_post_first_immediately: has no effect")));
  EXPECT_THAT(load_text("defaults: {realtime_post_interval: 2, overall_only: false}\n").warnings, IsEmpty());
  EXPECT_THAT(load_text("defaults: {realtime_post_interval: 2}\n"
                        "cameras: [{name: gate, url: \"file:a\", overall_only: false}]\n")
                  .warnings,
              IsEmpty());
}

TEST_F(LoadTest, APairThatDefaultsAloneMakeIsReportedOnce) {
  const auto errors =
      load_text("defaults: {filter_min_size: 9, filter_max_size: 8}\n" + std::string(kGate)).errors;
  EXPECT_THAT(errors, ElementsAre(HasSubstr("vigia.yaml:1: defaults.filter_min_size")));
}

TEST_F(LoadTest, ATokenWithoutIdIsWarnedOf) {
  EXPECT_THAT(load_text("cameras:\n  - {name: gate, url: \"file:a\", token: hunter2}\n").warnings,
              ElementsAre("vigia.yaml:2: cameras.gate.token: has no id beside it: FindFace needs both"));
}

TEST_F(LoadTest, NothingToWatchIsAProblemOfTheRun) {
  EXPECT_THAT(problems_for_run(*load_text("").settings),
              ElementsAre(HasSubstr("cameras: none, and delivery.findface is not set")));
  EXPECT_THAT(problems_for_run(*load_text(kGate).settings), IsEmpty());
  EXPECT_THAT(problems_for_run(*load_text("defaults: {active: false}\n" + std::string(kGate)).settings),
              ElementsAre(HasSubstr("cameras: all have active: false")));
  EXPECT_THAT(problems_for_run(*load_text("", {{"FINDFACE_URL", "https://findface.local"}}).settings),
              ElementsAre(HasSubstr("FINDFACE_USER: not set"), HasSubstr("FINDFACE_PASSWORD: not set")));
}

TEST_F(LoadTest, TheDemoHasItsCameras) {
  const Settings settings = demo_settings(2, 3, 20);
  ASSERT_EQ(settings.cameras.size(), 2U);
  EXPECT_EQ(settings.cameras[1].spec.name, "sim2");
  EXPECT_EQ(settings.cameras[1].spec.url, "sim:faces=3&size=1280x720&fps=30&seed=2&seconds=20");
  EXPECT_NE(settings.outbox.path, Settings{}.outbox.path) << "a real outbox is not the demo's";
  EXPECT_NE(settings.ledger.path, Settings{}.ledger.path);
  EXPECT_NE(demo_settings(1, 1, 0).cameras[0].spec.url.find("seconds=20"), std::string::npos);
  EXPECT_THAT(problems_for_run(settings), IsEmpty());
}

TEST_F(LoadTest, FlagsGoOverTheDemoToo) {
  const LoadOutcome outcome =
      load({{}, {}, {"cameras.sim1.jpeg_quality=50", "memory.gc_interval=1"}}, demo_settings(2, 3, 20));
  ASSERT_TRUE(outcome.settings) << outcome.errors.front();
  ASSERT_EQ(outcome.settings->cameras.size(), 2U);
  EXPECT_EQ(outcome.settings->cameras[0].shot.jpeg_quality, 50);
  EXPECT_EQ(outcome.settings->cameras[0].spec, demo_settings(2, 3, 20).cameras[0].spec);
  EXPECT_EQ(outcome.settings->memory.gc_interval, 1);
}

TEST_F(LoadTest, TheProcessGivesOnlyWhatConcernsUs) {
  for (const auto& [name, value] : process_environment()) {
    EXPECT_TRUE(name.starts_with("VIGIA_") || name.starts_with("FINDFACE_")) << name;
  }
}

}  // namespace
}  // namespace vigia::settings
