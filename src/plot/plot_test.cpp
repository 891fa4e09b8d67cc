#include "plot/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <regex>

#include "plot/plot_axis.h"

namespace vigia::plot {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Every element closed in the order it was opened; the first thing that is wrong, or nothing.
std::string wrong_in_xml(const std::string& text) {
  static const std::regex kTag(
      R"(<(/?)([A-Za-z]+)((?:\s+[\w:-]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*)\s*(/?)>)");
  std::vector<std::string> open;
  std::size_t at = 0;
  for (std::sregex_iterator tag(text.begin(), text.end(), kTag), end; tag != end; ++tag) {
    const std::string between = text.substr(at, static_cast<std::size_t>(tag->position()) - at);
    if (between.find_first_of("<>") != std::string::npos) return "not a tag: " + between;
    if (std::regex_search(between, std::regex("&(?!(amp|lt|gt|quot);)"))) return "bare &: " + between;
    at = static_cast<std::size_t>(tag->position() + tag->length());
    if ((*tag)[1].length() > 0) {
      if (open.empty() || open.back() != (*tag)[2]) return "not open: " + tag->str();
      open.pop_back();
    } else if ((*tag)[4].length() == 0) {
      open.push_back((*tag)[2]);
    }
  }
  return open.empty() && text.find_first_of("<>", at) == std::string::npos ? "" : "not closed";
}

int times(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// The lines of data, without the legend's strokes.
int data_lines(const std::string& svg) {
  return times(svg, "class=\"line\"") - times(svg, "h20\"");
}

Plot one_panel(Panel panel) {
  return {.title = "Memory", .subtitle = {}, .panels = {std::move(panel)}};
}

TEST(PlotTest, TheTestsOwnReaderSeesWhatIsWrong) {
  EXPECT_EQ(wrong_in_xml("<a><b x=\"1\"/>&lt;</a>"), "");
  for (const char* const bad : {"<a>", "<a></b>", "<a>&</a>", "<a x=\"<\"/>", "</a>", "<a>1 < 2</a>"}) {
    EXPECT_NE(wrong_in_xml(bad), "") << bad;
  }
}

TEST(PlotTest, DrawsLinesAxesLegendAndMarks) {
  const std::string svg = to_svg(
      {.title = "Memory",
       .subtitle = "8 cameras",
       .panels = {{.title = "resident",
                   .x_label = "seconds",
                   .y_label = "MB",
                   .series = {{"inline", "", {{0, 1}, {10, 900}}}, {"never", "#123456", {{0, 1}, {3, 1000}}}},
                   .marks = {{1073.7, "limit 1.07 GB"}}},
                  {.title = "stall",
                   .x_label = "seconds",
                   .y_label = "us",
                   .y_scale = Scale::log,
                   .series = {{"inline", "", {{0, 0.2}, {10, 30000}}}},
                   .marks = {}}}});
  EXPECT_EQ(wrong_in_xml(svg), "");
  for (const char* const word :
       {"Memory", "8 cameras", "resident", "seconds", "MB", ">inline<", ">never<", "#123456", "limit 1.07 GB",
        ">100 k<", ">0.1<", ">1000<", "prefers-color-scheme:dark"}) {
    EXPECT_THAT(svg, HasSubstr(word));
  }
  EXPECT_EQ(data_lines(svg), 3);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(PlotTest, AnyTextIsEscaped) {
  const std::string svg = to_svg({.title = "a < b & \"c\" > d\n\x01",
                                  .subtitle = "<script>",
                                  .panels = {{.title = "&",
                                              .x_label = "<",
                                              .y_label = ">",
                                              .series = {{"<x>", "\"/><x", {{0, 1}}}},
                                              .marks = {{1, "&amp;"}}}}});
  EXPECT_EQ(wrong_in_xml(svg), "");
  EXPECT_THAT(svg, Not(HasSubstr("<script>")));
}

TEST(PlotTest, NothingAtAllIsStillAPicture) {
  EXPECT_EQ(wrong_in_xml(to_svg({})), "");
  const std::string svg =
      to_svg(one_panel({.y_scale = Scale::log, .series = {{"none", "", {}}}, .marks = {}}));
  EXPECT_EQ(wrong_in_xml(svg), "");
  EXPECT_EQ(data_lines(svg), 0);
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(PlotTest, WhatCannotBeDrawnIsAGap) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  Panel panel{.series = {{"a", "", {{0, 1}, {1, 2}, {2, kNan}, {3, 5}, {4, 0}, {5, 7}}}},
              .marks = {{0, "none"}}};
  EXPECT_EQ(data_lines(to_svg(one_panel(panel))), 2);
  panel.y_scale = Scale::log;
  const std::string svg = to_svg(one_panel(panel));
  EXPECT_EQ(data_lines(svg), 3) << "0 has no place on a log axis";
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr(">none<")));
}

TEST(PlotTest, ALongLineIsThinnedAndKeepsItsPeak) {
  Series series{"long", "", {}};
  for (int i = 0; i < 100000; ++i)
    series.points.push_back({static_cast<double>(i), i == 31415 ? 1000.0 : 500.0});
  const std::string svg = to_svg(one_panel({.series = {series}, .marks = {}}));
  EXPECT_LT(svg.size(), 60000U);
  // 1000 is the axis' upper end, 50 pixels below the panel's begin at 64.
  EXPECT_THAT(svg, HasSubstr(" 114.0L"));
}

TEST(PlotAxisTest, TicksAreRoundNumbers) {
  EXPECT_THAT(Axis::of_y({0, 1073}, false).ticks(), ElementsAre(0, 200, 400, 600, 800, 1000, 1200));
  EXPECT_THAT(Axis::of_y({0.2, 30000}, true).ticks(), ElementsAre(0.1, 1, 10, 100, 1000, 10000, 100000));
  EXPECT_THAT(Axis::of_x({0, 10}).ticks(), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(Axis::of_x({0.001, 0.3}).ticks(),
              ElementsAre(0, testing::DoubleEq(0.05), 0.1, testing::DoubleNear(0.15, 1e-9), 0.2, 0.25,
                          testing::DoubleNear(0.3, 1e-9)));
  EXPECT_EQ(Axis::of_y({5, 5}, false).place(5), 1);
}

TEST(PlotAxisTest, TicksInWords) {
  EXPECT_EQ(tick_text(0), "0");
  EXPECT_EQ(tick_text(0.1), "0.1");
  EXPECT_EQ(tick_text(1000), "1000");
  EXPECT_EQ(tick_text(20000), "20 k");
  EXPECT_EQ(tick_text(1.5e6), "1.5 M");
}

}  // namespace
}  // namespace vigia::plot
