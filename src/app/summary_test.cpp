#include "app/summary.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "pipeline/stage_latency.h"

namespace vigia::app {
namespace {

using namespace status;

Snapshot two_cameras() {
  Snapshot summary;
  summary.seconds = 20;
  summary.load.detector = "yunet_n 320x192 f32";
  summary.workers = 2;
  summary.cameras.resize(2);
  summary.cameras[0].name = "gate";
  summary.cameras[0].state = "INPROGRESS";
  summary.cameras[0].frames_processed = 600;
  summary.cameras[0].faces_posted = 3;
  summary.cameras[0].faces_not_posted = {{"no_movement", 1}};
  summary.cameras[1].name = "hall \xff";  // invalid UTF-8 must not break the summary
  summary.cameras[1].frames_processed = 400;
  return summary;
}

TEST(SummaryTest, JsonHasTheFieldsOfTheContract) {
  const auto json = nlohmann::json::parse(to_json(two_cameras()));
  for (const char* key : {"seconds",
                          "detector",
                          "workers",
                          "cameras",
                          "cameras_added",
                          "cameras_removed",
                          "cameras_changed",
                          "frames_decoded",
                          "frames_processed",
                          "frames_dropped",
                          "frames_skipped",
                          "frames_overload_skipped",
                          "frames_imotion_skipped",
                          "overload",
                          "processing_fps",
                          "cpu_seconds",
                          "latency_ms",
                          "faces_detected",
                          "tracks_closed",
                          "faces_posted",
                          "faces_pending",
                          "faces_failed",
                          "routes",
                          "outbox",
                          "memory"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  for (const char* key : {"name",
                          "state",
                          "frames_decoded",
                          "frames_processed",
                          "frames_dropped",
                          "frames_skipped",
                          "frames_overload_skipped",
                          "frames_imotion_skipped",
                          "detector_errors",
                          "processing_fps",
                          "decoding_soft_errors",
                          "packets_lost",
                          "reopened",
                          "stamps_corrected",
                          "hwaccel_fallbacks",
                          "job_starts",
                          "tracks_closed",
                          "faces_posted",
                          "faces_failed",
                          "faces_not_posted"}) {
    EXPECT_TRUE(json["cameras"][0].contains(key)) << key;
  }
  for (const char* key : {"is_running", "gc_interval", "gc_count", "objects_collected", "rss_bytes",
                          "rss_peak_bytes", "budget_bytes", "in_use_bytes", "hot_stall_us"}) {
    EXPECT_TRUE(json["memory"].contains(key)) << key;
  }
  EXPECT_EQ(json["frames_processed"], 1000);
  EXPECT_EQ(json["processing_fps"], 50.0);
  EXPECT_EQ(json["cameras"][0]["faces_not_posted"]["no_movement"], 1);
}

TEST(SummaryTest, CamerasThatWereAreInTheTotals) {
  Snapshot summary = two_cameras();
  EXPECT_FALSE(nlohmann::json::parse(to_json(summary)).contains("former_cameras"));
  EXPECT_EQ(to_text(summary).find("by FindFace"), std::string::npos);
  summary.former.emplace();
  summary.former->frames_processed = 50;
  summary.former->faces_not_posted = {{"shed", 2}};
  summary.camera_list = {.added = 3, .removed = 2, .changed = 1};
  const auto json = nlohmann::json::parse(to_json(summary));
  EXPECT_EQ(json["frames_processed"], 1050);
  EXPECT_EQ(json["former_cameras"]["frames_processed"], 50);
  EXPECT_EQ(json["former_cameras"]["faces_not_posted"]["shed"], 2);
  EXPECT_FALSE(json["former_cameras"].contains("name"));
  EXPECT_EQ(json["cameras_added"], 3);
  EXPECT_EQ(json["cameras_removed"], 2);
  EXPECT_EQ(json["cameras_changed"], 1);
  EXPECT_NE(to_text(summary).find("3 cameras added, 2 removed, 1 changed by FindFace"), std::string::npos);
}

TEST(SummaryTest, TextSaysWhatBecameOfTheFaces) {
  const std::string text = to_text(two_cameras());
  EXPECT_NE(text.find("1 no_movement"), std::string::npos) << text;
}

TEST(SummaryTest, AReceiverThatTakesNoFacesIsNamed) {
  Snapshot summary = two_cameras();
  summary.routes = {{.name = "findface", .breaker = {}}};
  EXPECT_EQ(to_text(summary).find("findface"), std::string::npos);
  summary.routes.front().breaker = {.state = BreakerState::open,
                                    .seconds = 61,
                                    .failures = 7,
                                    .next_try = 12.5,
                                    .opened = 2,
                                    .why = "503: the server is not ready"};
  EXPECT_NE(to_text(summary).find("findface   has taken no faces for 61 s, 7 failures: 503"),
            std::string::npos)
      << to_text(summary);
  const auto breaker = nlohmann::json::parse(to_json(summary))["routes"][0]["breaker"];
  EXPECT_EQ(breaker["state"], "open");
  EXPECT_EQ(breaker["failures"], 7);
  EXPECT_EQ(breaker["next_try"], 12.5);
  EXPECT_EQ(breaker["opened"], 2);
}

TEST(SummaryTest, ACameraWhoseFacesAReceiverDoesNotTakeIsNamed) {
  Snapshot summary = two_cameras();
  status::RouteStatus route;
  route.name = "findface";
  route.waits.push_back({.camera = "gate", .seconds = 7, .why = "no right"});
  summary.routes = {route};
  EXPECT_NE(to_text(summary).find("findface   has taken no faces of camera gate for 7 s: no right"),
            std::string::npos)
      << to_text(summary);
  const auto wait = nlohmann::json::parse(to_json(summary))["routes"][0]["waits"][0];
  EXPECT_EQ(wait["camera"], "gate");
  EXPECT_EQ(wait["seconds"], 7);
  EXPECT_EQ(wait["why"], "no right");
}

TEST(SummaryTest, FacesThatNobodyListensToAreCountedApart) {
  Snapshot summary = two_cameras();
  summary.routes = {{.name = "mqtt", .delivered = 5, .unheard = 3}};
  EXPECT_NE(to_text(summary).find("mqtt       nobody has subscribed to 3 of the faces delivered"),
            std::string::npos)
      << to_text(summary);
  EXPECT_EQ(nlohmann::json::parse(to_json(summary))["routes"][0]["unheard"], 3);
}

TEST(SummaryTest, FacesWhoseTimeIsCorrectedOrWrongAreTold) {
  Snapshot summary = two_cameras();
  summary.routes = {{.name = "findface", .delivered = 9}};
  EXPECT_EQ(to_text(summary).find("time of capture"), std::string::npos);
  summary.routes = {{.name = "findface", .delivered = 9, .clock_corrected = 5, .clock_unset = 2}};
  EXPECT_NE(to_text(summary).find("findface   time of capture corrected of 5 faces, wrong of 2: the clock"),
            std::string::npos)
      << to_text(summary);
  const auto route = nlohmann::json::parse(to_json(summary))["routes"][0];
  EXPECT_EQ(route["clock_corrected"], 5);
  EXPECT_EQ(route["clock_unset"], 2);
}

TEST(SummaryTest, WhatTheLedgerLostIsToldWhereItLostAny) {
  Snapshot summary = two_cameras();
  EXPECT_FALSE(nlohmann::json::parse(to_json(summary)).contains("ledger_lost"));
  EXPECT_EQ(to_text(summary).find("ledger"), std::string::npos);
  summary.ledger_lost = 7;
  EXPECT_EQ(nlohmann::json::parse(to_json(summary)).at("ledger_lost"), 7);
  EXPECT_NE(to_text(summary).find("ledger     7 entries lost"), std::string::npos);
}

TEST(SummaryTest, OverloadIsToldWhereItHappened) {
  Snapshot summary = two_cameras();
  EXPECT_EQ(to_text(summary).find("overload"), std::string::npos);
  summary.load = {.reduces = true,
                  .level = 3,
                  .input = "320x192",
                  .step = 2,
                  .changes = 3,
                  .seconds_reduced = 61.5,
                  .why = "41 frames came too late for the workers in 2 s"};
  summary.cameras[0].frames_overload_skipped = 70;
  summary.cameras[1].frames_overload_skipped = 7;
  const std::string text = to_text(summary);
  EXPECT_NE(text.find("3 changes, 61.5 s reduced; now 320x192, one frame in 2: 41 frames"), std::string::npos)
      << text;
  EXPECT_NE(text.find("77 frames by overload"), std::string::npos) << text;
  const auto json = nlohmann::json::parse(to_json(summary));
  EXPECT_EQ(json["frames_overload_skipped"], 77);
  EXPECT_EQ(json["overload"]["on_overload"], "reduce");
  EXPECT_EQ(json["overload"]["level"], 3);
  EXPECT_EQ(json["overload"]["input"], "320x192");
  EXPECT_EQ(json["overload"]["step"], 2);
  EXPECT_EQ(json["overload"]["changes"], 3);
  EXPECT_EQ(json["overload"]["seconds_reduced"], 61.5);
}

TEST(SummaryTest, ADetectorThatFailedIsTold) {
  Snapshot summary = two_cameras();
  EXPECT_EQ(to_text(summary).find("detector "), std::string::npos);
  summary.cameras[1].detector_errors = 41;
  EXPECT_NE(to_text(summary).find("detector   failed on 41 frames"), std::string::npos) << to_text(summary);
  EXPECT_EQ(nlohmann::json::parse(to_json(summary))["cameras"][1]["detector_errors"], 41);
}

TEST(SummaryTest, StagesAreShownWhereTheyAreAskedFor) {
  Snapshot summary = two_cameras();
  pipeline::StageLatency latency;
  latency.of(pipeline::Stage::wait).record(std::chrono::milliseconds(8));
  summary.latency = latency.status();
  EXPECT_FALSE(nlohmann::json::parse(to_json(summary)).contains("stages_ms"));
  EXPECT_EQ(to_text(summary).find("encode"), std::string::npos);
  const auto stages = nlohmann::json::parse(to_json(summary, Detail::stages))["stages_ms"];
  EXPECT_EQ(stages.size(), pipeline::kStageNames.size());
  EXPECT_EQ(stages["wait"]["max"], 8.0);
  EXPECT_EQ(stages["wait"]["count"], 1);
  EXPECT_EQ(stages["read"]["count"], 0);
  EXPECT_NE(to_text(summary, Detail::stages).find("encode"), std::string::npos);
}

TEST(SummaryTest, ACameraWithoutVideoSaysWhySinceWhenAndWhatCanBeDone) {
  Snapshot summary = two_cameras();
  CameraStatus& camera = summary.cameras[1];
  camera.state = "INTERRUPTED";
  camera.reason = "refused";
  camera.message = "check username and password";
  camera.since = UtcTime(std::chrono::seconds(1'800'000'000));
  const auto json = nlohmann::json::parse(to_json(summary))["cameras"][1];
  EXPECT_EQ(json["reason"], "refused");
  EXPECT_EQ(json["since"], "2027-01-15T08:00:00.000000Z");
  EXPECT_NE(to_text(summary).find("refused since 2027-01-15T08:00:00Z: check username and password"),
            std::string::npos)
      << to_text(summary);
  EXPECT_EQ(status::without_video(summary.cameras),
            "no video: " + camera.name + " (refused since 2027-01-15T08:00:00Z)");
  camera.reason.clear();
  camera.state = "INPROGRESS";
  EXPECT_EQ(status::without_video(summary.cameras), "");
}

TEST(SummaryTest, OnlyWhatTheProgramItselfGaveUpIsAFailure) {
  using Ended = Snapshot::Ended;
  Snapshot summary = two_cameras();
  summary.cameras[0].faces_failed = 1;  // its receiver's fault, and counted
  EXPECT_EQ(summary.gave_up(Ended::stopped), "");
  EXPECT_EQ(summary.gave_up(Ended::by_itself), "");
  summary.cameras[1].failed = true;
  summary.cameras[1].message = "no such file";
  EXPECT_EQ(summary.gave_up(Ended::stopped), "") << "its state says it";
  EXPECT_NE(summary.gave_up(Ended::by_itself).find("no such file"), std::string::npos);
  summary = two_cameras();
  summary.outbox.never_on_disk = 2;
  EXPECT_NE(summary.gave_up(Ended::stopped), "");
  EXPECT_NE(summary.gave_up(Ended::by_itself), "");
}

}  // namespace
}  // namespace vigia::app
