#include "bench/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "bench/limit.h"
#include "bench/machine_json.h"
#include "bench/report_json.h"
#include "bench/things.h"

namespace vigia::bench {
namespace {

// A run cannot predict a moment that is more than this many times its length away.
constexpr double kFarthest = 10;

double per_second(std::uint64_t count, const ModeFigures& report) {
  return report.seconds > 0 ? static_cast<double>(count) / report.seconds : 0;
}
double share_of_asked(const ModeFigures& report) {
  const auto asked = static_cast<double>(report.frames_asked);
  return asked > 0 ? static_cast<double>(report.frames_done) / asked : 0;
}
double collector_share(const ModeFigures& report) {
  return report.seconds > 0 ? report.collector_cpu_seconds / report.seconds : 0;
}
bool is_destroy(const ModeFigures& report) {
  const auto mode = mode_from(report.mode);
  return mode && destroys(*mode);
}

Json mode_json(const ModeFigures& report, Bytes limit) {
  Json json = Json::object();
  each_figure(report, WriteFigure{json});
  if (is_destroy(report)) {
    each_destroy_figure(report, WriteFigure{json});
  } else {
    const memory::Slope slope = growth(report);
    const auto to_limit = seconds_to_limit(report, limit);
    json["frames_per_second"] = rounded(per_second(report.frames_done, report));
    json["share_of_asked"] = rounded(share_of_asked(report));
    json["collector_core_share"] = collector_share(report);
    json["rss_growth_bytes_per_second"] = rounded(slope.per_second);
    json["rss_growth_error"] = rounded(slope.error);
    json["seconds_to_limit"] = to_limit ? Json(rounded(*to_limit)) : Json(nullptr);
  }
  json["samples"] = Json::array();
  for (const RunSample& sample : report.samples) {
    json["samples"].push_back({{"seconds", rounded(sample.seconds)},
                               {"rss_bytes", sample.rss_bytes},
                               {"longest_stall_us", rounded(sample.longest_stall_us)}});
  }
  return json;
}

Json options_json(const MemoryBenchOptions& options) {
  return {{"cameras", options.cameras},
          {"fps", kFps},
          {"frame_bytes", kFrameBytes},
          {"seconds", options.seconds},
          {"pace", options.pace == Pace::realtime ? "realtime" : "free"},
          {"limit_bytes", limit_of(options)},
          {"until_killed", options.until_killed},
          {"gc_interval", options.gc_interval},
          {"destroy_bytes", options.destroy},
          {"seed", options.seed}};
}

plot::Panel memory_panel(std::string title) {
  return {.title = std::move(title), .x_label = "seconds", .y_label = "MB", .series = {}, .marks = {}};
}
plot::Panel stall_panel(std::string title) {
  return {.title = std::move(title),
          .x_label = "seconds",
          .y_label = "microseconds",
          .y_scale = plot::Scale::log,
          .series = {},
          .marks = {}};
}

// The same for a way of letting go in every panel.
std::string colour_of(const ModeFigures& report) {
  Mode mode = mode_from(report.mode).value_or(Mode::never);
  if (mode == Mode::destroy_inline) mode = Mode::inlined;
  if (mode == Mode::destroy_background) mode = Mode::background;
  return std::string(plot::line_colour(static_cast<std::size_t>(mode)));
}

plot::Series memory_of(const ModeFigures& report) {
  plot::Series series{report.mode, colour_of(report), {}};
  for (const RunSample& sample : report.samples) {
    series.points.push_back({sample.seconds, static_cast<double>(sample.rss_bytes) / 1e6});
  }
  return series;
}
plot::Series stalls_of(const ModeFigures& report) {
  plot::Series series{report.mode, colour_of(report), {}};
  for (const RunSample& sample : report.samples) {
    series.points.push_back({sample.seconds, sample.longest_stall_us});
  }
  return series;
}

}  // namespace

memory::Slope growth(const ModeFigures& report) {
  std::vector<memory::Sample> samples;
  for (const RunSample& sample : report.samples) {
    if (sample.seconds < report.seconds / 5) continue;
    samples.push_back({sample.seconds, static_cast<double>(sample.rss_bytes)});
  }
  return memory::fit_slope(samples);
}

std::optional<double> seconds_to_limit(const ModeFigures& report, Bytes limit) {
  if (report.ended == "limit" || report.ended == "killed") return report.seconds;
  if (report.samples.empty()) return std::nullopt;
  const auto left = memory::seconds_until(
      static_cast<double>(limit), static_cast<double>(report.samples.back().rss_bytes), growth(report));
  if (!left || *left > kFarthest * report.seconds) return std::nullopt;
  return report.seconds + *left;
}

std::string describe(const MemoryBenchOptions& options) {
  return fmt::format(
      "{} cameras of 1280x720 at {} fps, {}; {:.4g} s a mode; passes every {:.4g} s; limit {}; seed {}",
      options.cameras, kFps, options.pace == Pace::realtime ? "paced in real time" : "as fast as it goes",
      options.seconds, options.gc_interval,
      (options.until_killed ? "of the kernel, " : "") + format_bytes(limit_of(options)), options.seed);
}

std::string why_no_figures(const ModeFigures& report) {
  if (report.ended == "killed") {
    return fmt::format(
        "killed after {:.1f} s, by whom is not known: most often it is the system, for memory; give a lower "
        "--limit",
        report.seconds);
  }
  return "it ended without a report; its own lines above say why";
}

std::string to_json(const Results& results) {
  Json modes = Json::array();
  for (const ModeFigures& report : results.reports) {
    modes.push_back(mode_json(report, limit_of(results.options)));
  }
  const Json json = {{"machine", machine_json(results.machine)},
                     {"options", options_json(results.options)},
                     {"modes", modes}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

plot::Plot picture(const Results& results) {
  plot::Plot plot{.title = "vigia bench memory",
                  .subtitle = describe(results.options) + "\n" + to_string(results.machine),
                  .panels = {}};
  const Bytes limit = limit_of(results.options);
  plot::Panel memory = memory_panel("Resident memory");
  memory.marks = {{static_cast<double>(limit) / 1e6, "limit " + format_bytes(limit)}};
  plot::Panel stalls =
      stall_panel("Longest time that a hot thread spent on memory, in each tenth of a second");
  plot::Panel destroy_memory = memory_panel("Resident memory while " + format_bytes(results.options.destroy) +
                                            ", let go of at once, is destroyed");
  plot::Panel destroy_stalls =
      stall_panel("Longest stall of a hot thread meanwhile, in each hundredth of a second");
  for (const ModeFigures& report : results.reports) {
    (is_destroy(report) ? destroy_memory : memory).series.push_back(memory_of(report));
    (is_destroy(report) ? destroy_stalls : stalls).series.push_back(stalls_of(report));
  }
  for (plot::Panel* panel : {&memory, &stalls, &destroy_memory, &destroy_stalls}) {
    if (!panel->series.empty()) plot.panels.push_back(std::move(*panel));
  }
  return plot;
}

}  // namespace vigia::bench
