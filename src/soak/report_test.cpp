#include "soak/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "soak/curve.h"
#include "soak/face_folder.h"
#include "soak/picture.h"
#include "testing/temp_dir.h"

namespace vigia::soak {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

SoakReport good_report() {
  SoakReport report;
  report.exit_status = 0;
  report.summary = JobSummary{.frames_decoded = 900,
                              .tracks_closed = 10,
                              .posted = 6,
                              .pending = 1,
                              .not_posted = {{"too_small", 3}}};
  report.received = 7;
  report.schedule = {{12, 3, kFindFace, CameraFault::down}, {13, 4, 1, CameraFault::freeze}};
  report.faults = {{CameraFault::down, 1}, {CameraFault::freeze, 1}};
  for (int i = 0; i < 100; ++i) {
    report.observations.push_back({.seconds = static_cast<double>(i),
                                   .process = {.anonymous = 50'000'000 + i * 10'000, .resident = 90'000'000},
                                   .faults = i / 50});
  }
  return report;
}

TEST(ReportTest, EveryTrackHasToBeAccountedFor) {
  SoakReport report = good_report();
  EXPECT_THAT(complaints_about(report, {}), IsEmpty());
  report.summary->pending = 0;
  EXPECT_THAT(complaints_about(report, {}), ElementsAre("10 tracks were closed, but 9 are accounted for"));
}

TEST(ReportTest, WhatCountsAsPostedHasToHaveArrived) {
  SoakReport report = good_report();
  report.received = 5;
  EXPECT_THAT(complaints_about(report, {}), ElementsAre("6 faces count as posted, but 5 arrived"));
}

TEST(ReportTest, WhereNoCameraEverDeliveredNothingWasTested) {
  SoakReport report = good_report();
  report.summary->frames_decoded = 0;
  EXPECT_THAT(complaints_about(report, {}), ElementsAre(HasSubstr("no camera ever delivered")));
}

TEST(ReportTest, ItsEndIsLookedAt) {
  SoakReport report = good_report();
  report.exit_status = 139;
  report.summary.reset();
  EXPECT_THAT(complaints_about(report, {"no timestamp"}),
              ElementsAre("vigia run ended with status 139", HasSubstr("does not allow: no timestamp"),
                          "vigia run left no summary"));
}

TEST(ReportTest, AnUnknownEndIsNotGood) {
  SoakReport report = good_report();
  report.exit_status = testing::Child::kUnknown;
  EXPECT_THAT(complaints_about(report, {}), ElementsAre(HasSubstr("how vigia run ended is not known")));
}

TEST(ReportTest, WhatFindFaceWasMadeToLoseIsNoComplaint) {
  SoakReport report = good_report();
  report.summary->failed = 1;
  report.summary->pending = 0;
  EXPECT_THAT(complaints_about(report, {}), ElementsAre(HasSubstr("1 faces failed, and no fault")));
  report.faults[CameraFault::hang] = 1;
  EXPECT_THAT(complaints_about(report, {}), IsEmpty());
  report.exit_status = 134;
  EXPECT_THAT(complaints_about(report, {}), ElementsAre("vigia run ended with status 134"));
}

TEST(ReportTest, ACrashDoesNotTightenTheCapOnMemory) {
  JobPlan plan{.camera_urls = {"a", "b", "c"}};
  EXPECT_THAT(job_settings(plan), HasSubstr("budget_bytes: 352000000"));
  EXPECT_EQ(max_rss_for(std::nullopt, planned_budget(plan)), 352'000'000 + SoakOptions::kBase);
  EXPECT_EQ(max_rss_for(JobSummary{.budget = 500'000'000}, planned_budget(plan)),
            500'000'000 + SoakOptions::kBase);
  plan.sets = {"memory.gc_interval=2", "memory.budget_bytes=512M"};
  EXPECT_EQ(max_rss_for(std::nullopt, planned_budget(plan)), 0) << "not known";
}

TEST(ReportTest, ForPeople) {
  SoakReport report = good_report();
  EXPECT_THAT(to_text(report),
              HasSubstr("tracks     10 closed = 6 posted + 1 pending + 0 failed + 3 not posted "
                        "(3 too_small); 7 arrived"));
  EXPECT_THAT(to_text(report), HasSubstr("faults     1 freeze, 1 down\n"));
  EXPECT_THAT(to_text(report), HasSubstr("vigia soak: good"));
  report.verdict.failures = {"it leaks"};
  report.verdict.growth = GrowthVerdict{12.3e6, 0.4e6};
  EXPECT_THAT(to_text(report), HasSubstr("FAILED: it leaks\nvigia soak: failed"));
  EXPECT_THAT(to_text(report), HasSubstr("+12.30 MB an hour, +- 0.40 MB"));
}

TEST(ReportTest, ForPrograms) {
  const auto json = nlohmann::json::parse(to_json(good_report()));
  EXPECT_EQ(json["verdict"]["good"], true);
  EXPECT_EQ(json["samples"].size(), 100U);
  EXPECT_EQ(json["samples"][99]["anonymous_bytes"], 50'990'000);
  EXPECT_EQ(json["schedule"][0]["target"], "findface");
  EXPECT_EQ(json["schedule"][1]["target"], "cam2");
  EXPECT_EQ(json["schedule"][1]["kind"], "freeze");
  EXPECT_EQ(json["faults"]["down"], 1);
  EXPECT_EQ(json["tracks"]["not_posted"]["too_small"], 3);
}

TEST(ReportTest, AsAPicture) {
  const std::string svg = to_svg(good_report());
  EXPECT_THAT(svg, HasSubstr("vigia soak: good"));
  EXPECT_THAT(svg, HasSubstr("anonymous"));
  EXPECT_THAT(to_svg(SoakReport{}), HasSubstr("</svg>"));
}

TEST(CurveTest, ShowsWhatRises) {
  std::vector<memory::Sample> rising;
  std::vector<memory::Sample> flat;
  for (int i = 0; i < 600; ++i) {
    rising.push_back({i * 10.0, 1e8 + i * 1e5});
    flat.push_back({i * 10.0, 1e8 + i % 2 * 1e4});
  }
  const std::string text = draw_curve(rising, 40, 5);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 6);
  EXPECT_THAT(text, HasSubstr("159.2 MB |"));
  EXPECT_THAT(text, HasSubstr("100.7 MB |" + std::string(40, '#') + "\n"));
  EXPECT_THAT(text, HasSubstr("5990 s"));
  const std::string quiet = draw_curve(flat, 40, 5);
  EXPECT_THAT(quiet, HasSubstr("100.0 MB |" + std::string(40, '#') + "\n"));
  EXPECT_EQ(std::count(quiet.begin(), quiet.end(), '#'), 40) << "noise is no mountain";
  EXPECT_EQ(draw_curve({}), "");
}

TEST(FaceFolderTest, CountsWhatIsNewAndRemovesWhatIsOld) {
  const testing::TempDir folder;
  FaceFolder faces(folder.path());
  EXPECT_EQ(faces.count(), 0U);
  std::ofstream(folder / "events.jsonl") << "{}\n{}\n";
  EXPECT_EQ(faces.count(), 2U);
  std::ofstream(folder / "events.jsonl", std::ios::app) << "{}\n";
  EXPECT_EQ(faces.count(), 3U);

  std::ofstream(folder / "old.jpg") << "x";
  std::ofstream(folder / "new.jpg") << "x";
  std::filesystem::last_write_time(folder / "old.jpg",
                                   std::filesystem::file_time_type::clock::now() - std::chrono::minutes(2));
  faces.remove_old_pictures();
  EXPECT_FALSE(std::filesystem::exists(folder / "old.jpg"));
  EXPECT_TRUE(std::filesystem::exists(folder / "new.jpg"));
  EXPECT_TRUE(std::filesystem::exists(folder / "events.jsonl"));
}

}  // namespace
}  // namespace vigia::soak
