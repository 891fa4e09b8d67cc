#include "soak/picture.h"

#include <fmt/format.h>

#include <functional>

#include "plot/plot.h"

namespace vigia::soak {
namespace {

// Minutes; hours for long runs.
struct Axis {
  double unit;  // seconds
  const char* label;
};

Axis axis_for(const SoakReport& report) {
  const double seconds = report.observations.empty() ? 0 : report.observations.back().seconds;
  if (seconds > 4 * 3600) return {3600, "hours"};
  return seconds > 600 ? Axis{60, "minutes"} : Axis{1, "seconds"};
}

plot::Series series(const SoakReport& report, std::string label,
                    const std::function<double(const Observation&)>& value) {
  plot::Series line{.label = std::move(label), .colour = {}, .points = {}};
  const double unit = axis_for(report).unit;
  for (const Observation& at : report.observations) line.points.push_back({at.seconds / unit, value(at)});
  return line;
}

double megabytes(Bytes bytes) {
  return static_cast<double>(bytes) / 1e6;
}

}  // namespace

std::string to_svg(const SoakReport& report) {
  const char* const time = axis_for(report).label;
  plot::Plot plot;
  plot.title = report.verdict.good() ? "vigia soak: good" : "vigia soak: failed";
  plot.subtitle = fmt::format("seed {}, {} faults", report.options.seed,
                              report.observations.empty() ? 0 : report.observations.back().faults);
  plot::Panel memory{
      .title = "memory of vigia run", .x_label = time, .y_label = "MB", .series = {}, .marks = {}};
  memory.series.push_back(
      series(report, "resident", [](const Observation& at) { return megabytes(at.process.resident); }));
  memory.series.push_back(
      series(report, "anonymous", [](const Observation& at) { return megabytes(at.process.anonymous); }));
  plot::Panel counts{.title = "descriptors, threads, cameras up",
                     .x_label = time,
                     .y_label = "number",
                     .series = {},
                     .marks = {}};
  counts.series.push_back(
      series(report, "descriptors", [](const Observation& at) { return at.process.descriptors; }));
  counts.series.push_back(
      series(report, "threads", [](const Observation& at) { return at.process.threads; }));
  counts.series.push_back(series(report, "cameras up", [](const Observation& at) { return at.cameras_up; }));
  plot.panels = {std::move(memory), std::move(counts)};
  return plot::to_svg(plot);
}

}  // namespace vigia::soak
