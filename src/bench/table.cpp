// to_text() of results.h: the tables for people.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "bench/limit.h"
#include "bench/results.h"

namespace vigia::bench {
namespace {

// "40 ns", "1.4 us", "31 us", "4.2 ms", "1.3 s"
std::string time_text(double us) {
  if (us < 1) return fmt::format("{:.0f} ns", us * 1e3);
  if (us < 10) return fmt::format("{:.1f} us", us);
  if (us < 1000) return fmt::format("{:.0f} us", us);
  if (us < 1e6) return fmt::format("{:.1f} ms", us / 1e3);
  return fmt::format("{:.1f} s", us / 1e6);
}

std::string times(const Percentiles& stall) {
  if (stall.count == 0) return fmt::format("{:>8} {:>8} {:>8} {:>8}", "-", "-", "-", "-");
  return fmt::format("{:>8} {:>8} {:>8} {:>8}", time_text(stall.p50), time_text(stall.p99),
                     time_text(stall.p999), time_text(stall.max));
}

std::string growth_text(const ModeFigures& report) {
  const memory::Slope slope = growth(report);
  return fmt::format("{:+.1f} +- {:.1f}", slope.per_second / 1e6, slope.error / 1e6);
}

std::string limit_text(const ModeFigures& report, Bytes limit) {
  if (report.ended == "killed") return fmt::format("killed after {:.1f} s", report.seconds);
  const auto seconds = seconds_to_limit(report, limit);
  if (!seconds) return "not in sight";
  if (report.ended == "limit") return fmt::format("after {:.1f} s", *seconds);
  return fmt::format("in about {:.0f} s", *seconds);
}

void add_stream_row(std::string& text, const ModeFigures& report, Bytes limit) {
  const double seconds = std::max(report.seconds, 1e-9);
  const double asked = std::max<double>(static_cast<double>(report.frames_asked), 1);
  fmt::format_to(std::back_inserter(text),
                 "{:<17} {:>8.1f} {:>6.1f} %  {}  {:>9} {:>14}  {:<18} {:>6.2f} % {:>8}\n", report.mode,
                 static_cast<double>(report.frames_done) / seconds,
                 100 * static_cast<double>(report.frames_done) / asked, times(report.stall_us),
                 format_bytes(report.rss_peak_bytes), growth_text(report), limit_text(report, limit),
                 100 * report.collector_cpu_seconds / seconds, report.involuntary_switches);
}

void add_destroy_rows(std::string& text, const ModeFigures& report) {
  const auto add = [&text](std::string_view what, std::string_view of, const Percentiles& stall) {
    fmt::format_to(std::back_inserter(text), "{:<19} {:<24} {}\n", what, of, times(stall));
  };
  add(report.mode, "take and let go", report.own_us);
  add("", "allocate for tracks", report.grow_us);
  add("", "malloc and free of 4 KB", report.malloc_us);
  fmt::format_to(std::back_inserter(text), "{:<19} destroyed in {:.2f} s; resident {} before, {} after\n", "",
                 report.seconds, format_bytes(report.rss_before_bytes), format_bytes(report.rss_after_bytes));
}

}  // namespace

std::string to_text(const Results& results) {
  std::string streams, destroyed;
  for (const ModeFigures& report : results.reports) {
    const auto mode = mode_from(report.mode);
    if (report.ended == "failed") continue;
    if (mode && destroys(*mode)) {
      add_destroy_rows(destroyed, report);
    } else {
      add_stream_row(streams, report, limit_of(results.options));
    }
  }
  std::string text;
  if (!streams.empty()) {
    text += fmt::format("\n{:<17} {:>8} {:>8}  {:>8} {:>8} {:>8} {:>8}  {:>9} {:>14}  {:<18} {:>8} {:>8}\n",
                        "mode", "frames/s", "of asked", "stall p50", "p99", "p99.9", "max", "peak",
                        "growth MB/s", "limit", "collector", "switches");
    text += streams;
    text += "stall: what hot threads spent on memory in one step of a frame; collector: of one core\n";
  }
  if (!destroyed.empty()) {
    text += fmt::format("\n{:<44} {:>8} {:>8} {:>8} {:>8}\n",
                        format_bytes(results.options.destroy) + " let go of at once; hot threads:", "p50",
                        "p99", "p99.9", "max");
    text += destroyed;
  }
  return text;
}

}  // namespace vigia::bench
