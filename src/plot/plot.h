// A picture of numbers over time, as one self-contained SVG text: panels above each other, lines with a
// legend, axes with units, horizontal marks. Reads well on light and on dark ground (it follows the viewer
// where the viewer says which).
//
//   Plot plot{.title = "Memory", .panels = {{.title = "resident memory", .x_label = "s", .y_label = "MB",
//             .series = {{"inline", {}, points}}, .marks = {{1073.7, "limit"}}}}};
//   const Status written = write_file_atomically("memory.svg", to_svg(plot));
//
// Values that are not finite, and on a log axis values <= 0, are left out; a line has a gap there. A line
// of very many points is thinned to the lowest and highest of each pixel: no peak is lost. Any text may
// stand in titles and labels.
// Cost: not for hot threads. Threads: pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vigia::plot {

enum class Scale { linear, log };  // log: decades

struct PlotPoint {
  double x = 0;
  double y = 0;
};

struct Series {
  std::string label;              // stands in the legend; empty: not there
  std::string colour;             // "#2f7ed8"; empty: line_colour() of its place in the panel
  std::vector<PlotPoint> points;  // x never falls
};

// A horizontal line over the whole panel: a limit, a goal.
struct Mark {
  double y = 0;
  std::string label;
};

struct Panel {
  std::string title;
  std::string x_label;  // with its unit, as y_label
  std::string y_label;
  Scale y_scale = Scale::linear;
  std::vector<Series> series;
  std::vector<Mark> marks;
};

struct Plot {
  std::string title;
  std::string subtitle;  // the machine, the run; lines end with '\n'; empty: none
  std::vector<Panel> panels;
};

[[nodiscard]] std::string to_svg(const Plot& plot);

// Eight colours that differ from each other and from both grounds; counts round.
[[nodiscard]] std::string_view line_colour(std::size_t index) noexcept;

}  // namespace vigia::plot
