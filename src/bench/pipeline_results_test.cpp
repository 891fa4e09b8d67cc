#include "bench/pipeline_results.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "bench/pipeline_report.h"

namespace vigia::bench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

JobFigures job(std::uint64_t frames, double cpu_seconds) {
  JobFigures report;
  report.seconds = 10;
  report.detector = "yunet_n 640x384 bf16";
  report.workers = 2;
  report.frames_offered = report.frames_decoded = frames + 100;
  report.frames_processed = frames;
  report.frames_dropped = 100;
  report.cpu_seconds = cpu_seconds;
  report.latency_ms = {5, 7, 9, 20, frames, 6};
  report.stages_ms[4] = {4, 5, 6, 7, frames, 4.5};
  report.rss_peak_bytes = 90'000'000;
  report.faces_posted = 3;
  return report;
}

BoundFigures bound(std::uint64_t frames, double cpu_seconds) {
  BoundFigures report;
  report.seconds = 5;
  report.detector = "yunet_n 640x384 bf16";
  report.threads = report.streams = 2;
  report.frames = frames;
  report.cpu_seconds = cpu_seconds;
  report.decode_ms = 1;
  report.prepare_ms = 0.5;
  report.infer_ms = 4.5;
  return report;
}

PipelineRun run(std::uint64_t frames) {
  return {.cameras = 8,
          .round = 1,
          .job = job(frames, 18),
          .before = bound(1600, 9.6),
          .after = bound(1400, 9.6)};
}

PipelineResults results(Pace pace) {
  PipelineResults all{
      {"a CPU", 2, 0, "Linux", "glibc"}, {}, {{"file:/v/a.mp4", {1280, 720}, 30, 600, "h264"}}, {}, false};
  all.options.pace = pace;
  all.runs = {run(2700), run(2400), run(2850)};
  return all;
}

TEST(PipelineResultsTest, TheBoundIsThatOfBothSidesTogether) {
  const auto both = run(2700).bound();
  ASSERT_TRUE(both);
  EXPECT_DOUBLE_EQ(both->fps, 300);
  EXPECT_DOUBLE_EQ(both->core_ms, 6.4);
  EXPECT_DOUBLE_EQ(both->infer_ms, 4.5);
  EXPECT_DOUBLE_EQ(both->drift, -0.125);
  PipelineRun after_only = run(2700);
  after_only.before.reset();
  EXPECT_DOUBLE_EQ(after_only.bound()->fps, 280);
  EXPECT_EQ(after_only.bound()->drift, 0);
}

TEST(PipelineResultsTest, Shares) {
  EXPECT_DOUBLE_EQ(*run(2700).share_of_fps(), 0.9);
  // 6.4 core-ms of the 18 s / 2700.
  EXPECT_DOUBLE_EQ(*run(2700).share_of_core_time(), 6.4 / (18e3 / 2700));
  PipelineRun without = run(2700);
  without.before.reset();
  without.after.reset();
  EXPECT_FALSE(without.share_of_fps());
  EXPECT_FALSE(without.share_of_core_time());
  EXPECT_EQ(JobFigures().core_ms(), 0) << "nothing processed";
}

TEST(PipelineResultsTest, ARunAtSeveralLevelsHasNoShare) {
  PipelineResults all = results(Pace::free);
  for (std::size_t i = 0; i < 2; ++i) {
    all.runs[i].job.overload.changes = 3;
    EXPECT_FALSE(all.runs[i].share_of_fps());
    EXPECT_FALSE(all.runs[i].share_of_core_time());
  }
  EXPECT_THAT(to_text(all.runs[0], all),
              AllOf(HasSubstr("share      none: the job ran at several levels (3 changes)"),
                    Not(HasSubstr("the bound's frames a second"))));
  const auto json = nlohmann::json::parse(to_json(all));
  EXPECT_FALSE(json.at("runs").at(0).contains("share_of_fps"));
  EXPECT_TRUE(json.at("runs").at(0).contains("why_no_share"));
  EXPECT_FALSE(json.at("runs").at(2).contains("why_no_share"));
  EXPECT_DOUBLE_EQ(rows_of(all)[0].share_of_fps->min, 0.95) << "of the run that has one";
  all.runs.resize(2);
  EXPECT_FALSE(rows_of(all)[0].share_of_fps);
  EXPECT_THAT(to_table(all), HasSubstr("none\n"));
  EXPECT_FALSE(nlohmann::json::parse(to_json(all)).at("medians").at(0).contains("share_of_core_time"));
}

TEST(PipelineResultsTest, ARunThatLeftFramesOutHasNoShare) {
  for (const auto field : {&JobFigures::frames_skipped, &JobFigures::frames_imotion_skipped}) {
    PipelineResults all = results(Pace::realtime);
    all.runs[0].job.*field = 7;
    EXPECT_FALSE(all.runs[0].share_of_core_time());
    EXPECT_THAT(to_text(all.runs[0], all), HasSubstr("share      none: the job left out 7 frames"));
  }
}

TEST(PipelineResultsTest, SpreadOfMeasurements) {
  EXPECT_EQ(spread_of({}).median, 0);
  const Spread odd = spread_of({3, 1, 2});
  EXPECT_EQ(odd.median, 2);
  EXPECT_EQ(odd.min, 1);
  EXPECT_EQ(odd.max, 3);
  EXPECT_EQ(spread_of({4, 1, 2, 3}).median, 2.5);
}

TEST(PipelineResultsTest, RunsOfOneNumberOfCamerasAreOneRow) {
  PipelineResults all = results(Pace::free);
  all.options.cameras = {4, 8, 16};
  all.runs.back().cameras = 4;
  const auto rows = rows_of(all);
  ASSERT_EQ(rows.size(), 2U) << "16 cameras were not run";
  EXPECT_EQ(rows[0].cameras, 4);
  EXPECT_EQ(rows[0].runs, 1);
  EXPECT_DOUBLE_EQ(rows[0].fps.median, 285);
  EXPECT_EQ(rows[1].runs, 2);
  EXPECT_DOUBLE_EQ(rows[1].fps.median, 255);
  EXPECT_DOUBLE_EQ(rows[1].fps.max, 270);
  EXPECT_DOUBLE_EQ(rows[1].rss_mb.median, 90);
}

TEST(PipelineResultsTest, ReportsCrossFromProcessToProcess) {
  const auto read = read_job(to_line(job(2700, 18)));
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->frames_processed, 2700U);
  EXPECT_EQ(read->detector, "yunet_n 640x384 bf16");
  EXPECT_EQ(read->latency_ms.p99, 9);
  EXPECT_EQ(read->stages_ms[4].a_frame, 4.5);
  EXPECT_EQ(read->rss_peak_bytes, 90'000'000);
  EXPECT_EQ(read->faces_posted, 3U);
  const auto same = read_bound(to_line(bound(1600, 9.6)));
  ASSERT_TRUE(same);
  EXPECT_EQ(same->frames, 1600U);
  EXPECT_EQ(same->prepare_ms, 0.5);
  for (const char* const line : {"", "{}", "{\"job\": 1}", "{\"job\": {\"seconds\": \"x\"}}", "no"}) {
    EXPECT_FALSE(read_job(line)) << line;
    EXPECT_FALSE(read_bound(line)) << line;
  }
}

TEST(PipelineResultsTest, WhatWasNeverDecodedIsLost) {
  PipelineResults all = results(Pace::realtime);
  all.runs.resize(1);
  JobFigures& job = all.runs[0].job;
  job.frames_offered = 5600;  // of which 2800 were decoded, and 100 of these dropped
  EXPECT_EQ(job.frames_never_decoded(), 2800U);
  EXPECT_DOUBLE_EQ(job.dropped_share(), 100.0 / 5600);
  EXPECT_DOUBLE_EQ(job.lost_share(), 2900.0 / 5600);
  EXPECT_THAT(to_text(all.runs[0], all), HasSubstr("5600 offered, 2800 never decoded, 2800 decoded"));
  EXPECT_THAT(to_table(all), HasSubstr("51.8 %"));
  const auto json = nlohmann::json::parse(to_json(all));
  EXPECT_EQ(json.at("runs").at(0).at("job").at("frames_never_decoded"), 2800);
  EXPECT_EQ(json.at("medians").at(0).at("lost_share").at("median"), 0.518);
  EXPECT_EQ(json.at("medians").at(0).at("dropped_share").at("median"), 0.018);
  job.frames_offered = 2799;  // one more came than the rate says
  EXPECT_EQ(job.frames_never_decoded(), 0U);
  EXPECT_EQ(JobFigures().lost_share(), 0) << "nothing offered";
}

TEST(PipelineResultsTest, WhatWasLeftOutIsToldByReason) {
  PipelineResults all = results(Pace::realtime);
  all.runs.resize(1);
  JobFigures& job = all.runs[0].job;
  EXPECT_THAT(to_text(all.runs[0], all), Not(HasSubstr("overload")));
  job.frames_skipped = 140;
  job.frames_overload_skipped = 280;
  job.frames_imotion_skipped = 420;
  job.overload = {2, "320x192", 3, 5, 7.5};
  EXPECT_THAT(
      to_text(all.runs[0], all),
      AllOf(HasSubstr("840 left out"), HasSubstr("140 by detector_step, 280 by overload, 420 without motion"),
            HasSubstr("level 2 at the end: 320x192, step 3; 5 changes, reduced for 7.5 s")));
  EXPECT_DOUBLE_EQ(rows_of(all)[0].left_out_share.median, 0.3);
  EXPECT_THAT(to_table(all), AllOf(HasSubstr("left out"), HasSubstr("30.0 %")));
  const auto json = nlohmann::json::parse(to_json(all));
  EXPECT_EQ(json.at("medians").at(0).at("left_out_share").at("median"), 0.3);
  EXPECT_EQ(json.at("runs").at(0).at("job").at("frames_imotion_skipped"), 420);
  const auto read = read_job(to_line(job));
  ASSERT_TRUE(read) << read.error().text;
  EXPECT_EQ(read->frames_overload_skipped, 280U);
  EXPECT_EQ(read->overload.level, 2);
  EXPECT_EQ(read->overload.input, "320x192");
  EXPECT_EQ(read->overload.step, 3);
  EXPECT_EQ(read->overload.changes, 5U);
  EXPECT_EQ(read->overload.seconds_reduced, 7.5);
}

TEST(PipelineResultsTest, TheJsonHoldsEveryRunAndTheMedians) {
  const auto json = nlohmann::json::parse(to_json(results(Pace::free)));
  EXPECT_EQ(json.at("runs").size(), 3U);
  EXPECT_EQ(json.at("machine").at("cores"), 2);
  const auto& first = json.at("runs").at(0);
  EXPECT_EQ(first.at("share_of_fps"), 0.9);
  EXPECT_EQ(first.at("bound").at("fps"), 300);
  EXPECT_EQ(first.at("job").at("stages_ms").at("infer").at("a_frame"), 4.5);
  EXPECT_EQ(first.at("bound_before").at("frames"), 1600);
  EXPECT_EQ(json.at("medians").at(0).at("fps").at("median"), 270);
  EXPECT_EQ(json.at("medians").at(0).at("share_of_fps").at("median"), 0.9);
  EXPECT_FALSE(
      nlohmann::json::parse(to_json(results(Pace::realtime))).at("medians").at(0).contains("share_of_fps"));
}

TEST(PipelineResultsTest, PeopleReadTheSame) {
  const PipelineResults free = results(Pace::free);
  EXPECT_THAT(describe(free), HasSubstr("a.mp4: 1280x720 h264 at 30.0 a second"));
  EXPECT_THAT(to_text(free.runs[0], free), HasSubstr("90.0 % of the bound's frames a second"));
  EXPECT_THAT(to_text(free.runs[0], free), HasSubstr("-12.5 %"));
  EXPECT_THAT(to_table(free), HasSubstr("240.0..285.0"));
  const PipelineResults paced = results(Pace::realtime);
  EXPECT_THAT(to_text(paced.runs[0], paced), Not(HasSubstr("the bound's frames a second")))
      << "the cameras set the pace";
  EXPECT_THAT(to_text(paced.runs[0], paced), HasSubstr("core time a frame: 96.0 %"));
}

}  // namespace
}  // namespace vigia::bench
