#include "bench/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace vigia::bench {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

ModeFigures report_of(const std::string& mode, double mb_per_second) {
  ModeFigures report;
  report.mode = mode;
  report.ended = "time";
  report.seconds = 10;
  report.frames_asked = 2400;
  report.frames_done = 2390;
  report.frames_dropped = 10;
  report.stall_us = {.p50 = 0.4, .p99 = 31, .p999 = 4200, .max = 1.3e6, .count = 7000};
  report.rss_peak_bytes = 900'000'000;
  report.collector_cpu_seconds = 0.05;
  report.involuntary_switches = 17;
  for (int i = 0; i <= 100; ++i) {
    // Flat but for some noise of its own, plus the growth.
    const double mb = 80 + mb_per_second * i / 10 + (i % 2 == 0 ? 0.5 : -0.5);
    report.samples.push_back({i / 10.0, static_cast<Bytes>(mb * 1e6), 10.0 + i});
  }
  return report;
}

Results results_of(std::vector<ModeFigures> reports) {
  MemoryBenchOptions options;
  options.limit = 1'000'000'000;
  return {{"Some CPU", 2, 8'000'000'000, "Linux 6.1", "glibc 2.36"}, options, std::move(reports)};
}

TEST(ReportTest, CrossesAsLinesAndIsTheSame) {
  ModeFigures sent = report_of("destroy-inline", 0);
  sent.destroyed_bytes = 1_GiB;
  sent.rss_before_bytes = 12345;
  sent.malloc_us.max = 7.5;
  ModeFigures received;
  for (const RunSample& sample : sent.samples) ASSERT_TRUE(add_line(to_line(sample), received));
  EXPECT_EQ(received.ended, "failed") << "no report yet";
  EXPECT_EQ(received.seconds, 10) << "of the last sample";
  ASSERT_TRUE(add_line(to_line(sent), received));
  EXPECT_EQ(received.mode, "destroy-inline");
  EXPECT_EQ(received.frames_done, 2390U);
  EXPECT_EQ(received.stall_us.p999, 4200);
  EXPECT_EQ(received.stall_us.count, 7000U);
  EXPECT_EQ(received.malloc_us.max, 7.5);
  EXPECT_EQ(received.rss_before_bytes, 12345);
  ASSERT_EQ(received.samples.size(), sent.samples.size());
  EXPECT_EQ(received.samples[3].rss_bytes, sent.samples[3].rss_bytes);
}

TEST(ReportTest, WhatIsNoLineOfAReportIsRefused) {
  ModeFigures report;
  for (const char* const line : {"", "{", "{}", "[1]", R"({"sample":[1,2]})", R"({"sample":["a",2,3]})",
                                 R"({"report":{"mode":"inline"}})"}) {
    EXPECT_FALSE(add_line(line, report)) << line;
  }
}

TEST(ResultsTest, TellsGrowthFromNoise) {
  EXPECT_FALSE(growth(report_of("background", 0)).grows());
  EXPECT_EQ(seconds_to_limit(report_of("background", 0), 1'000'000'000), std::nullopt);
  const auto grows = report_of("never", 50);
  EXPECT_NEAR(growth(grows).per_second, 50e6, 1e5);
  // 80 MB and 10 s of 50 MB; 420 MB are left.
  EXPECT_NEAR(*seconds_to_limit(grows, 1'000'000'000), 10 + 8.4, 0.1);
  EXPECT_EQ(seconds_to_limit(report_of("inline", 1), 1'000'000'000), std::nullopt)
      << "90 times its length away: nothing is known";
  auto killed = report_of("never", 0);
  killed.ended = "killed";
  EXPECT_EQ(*seconds_to_limit(killed, 1'000'000'000), 10);
}

TEST(ResultsTest, WhoKilledAModeIsNotClaimed) {
  auto killed = report_of("inline", 0);
  killed.ended = "killed";
  EXPECT_THAT(why_no_figures(killed), HasSubstr("killed after 10.0 s, by whom is not known"));
  EXPECT_THAT(why_no_figures(killed), HasSubstr("--limit"));
}

TEST(ResultsTest, TheTableSaysWhatHappened) {
  auto limit = report_of("never", 90);
  limit.ended = "limit";
  auto killed = report_of("never", 90);
  killed.ended = "killed";
  auto destroyed = report_of("destroy-background", 0);
  destroyed.own_us.max = 33;
  const std::string text = to_text(
      results_of({report_of("background", 0), limit, killed, destroyed, ModeFigures{.mode = "inline"}}));
  for (const char* const part :
       {"239.0", "99.6 %", "400 ns", "31 us", "4.2 ms", "1.3 s", "900.0 MB", "not in sight", "0.50 %",
        " 17\n", "after 10.0 s", "killed after 10.0 s", "take and let go"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, Not(HasSubstr("inline"))) << "a mode without a report has no row";
}

TEST(ResultsTest, TheJsonHoldsEveryFigure) {
  const Results results = results_of({report_of("background", 0), report_of("destroy-inline", 0)});
  const json root = json::parse(to_json(results));
  EXPECT_EQ(root.at("machine").at("cpu"), "Some CPU");
  EXPECT_EQ(root.at("options").at("limit_bytes"), 1'000'000'000);
  const json& mode = root.at("modes").at(0);
  EXPECT_EQ(mode.at("mode"), "background");
  EXPECT_EQ(mode.at("frames_per_second"), 239);
  EXPECT_EQ(mode.at("stall_us").at("p99"), 31);
  EXPECT_EQ(mode.at("collector_core_share"), 0.005);
  EXPECT_TRUE(mode.at("seconds_to_limit").is_null());
  EXPECT_EQ(mode.at("samples").size(), 101U);
  EXPECT_FALSE(mode.contains("malloc_us"));
  EXPECT_TRUE(root.at("modes").at(1).contains("malloc_us"));
}

TEST(ResultsTest, ThePictureHasAPanelForWhatWasMeasured) {
  EXPECT_EQ(picture(results_of({})).panels.size(), 0U);
  const plot::Plot stream = picture(results_of({report_of("inline", 0), report_of("never", 50)}));
  ASSERT_EQ(stream.panels.size(), 2U);
  EXPECT_EQ(stream.panels[0].series.size(), 2U);
  EXPECT_EQ(stream.panels[0].marks.at(0).y, 1000);
  EXPECT_EQ(stream.panels[1].y_scale, plot::Scale::log);
  EXPECT_EQ(picture(results_of({report_of("inline", 0), report_of("destroy-inline", 0)})).panels.size(), 4U);
}

}  // namespace
}  // namespace vigia::bench
