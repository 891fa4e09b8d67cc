#include "bench/report.h"

#include "bench/report_json.h"

namespace vigia::bench {

Percentiles in_us(const Histogram& histogram) {
  const auto figures = histogram.percentiles(std::chrono::microseconds(1));
  return {figures.p50, figures.p99, figures.p999, figures.max, figures.count};
}

std::string to_line(const RunSample& sample) {
  return Json{{"sample", {rounded(sample.seconds), sample.rss_bytes, rounded(sample.longest_stall_us)}}}
      .dump();
}

std::string to_line(const ModeFigures& report) {
  Json json = Json::object();
  each_figure(report, WriteFigure{json});
  each_destroy_figure(report, WriteFigure{json});
  return Json{{"report", json}}.dump();
}

Status add_line(std::string_view line, ModeFigures& into) {
  try {
    const Json json = Json::parse(line);
    if (json.contains("sample")) {
      const Json& sample = json.at("sample");
      into.samples.push_back({sample.at(0), sample.at(1), sample.at(2)});
      into.seconds = into.samples.back().seconds;
      into.rss_peak_bytes = std::max(into.rss_peak_bytes, into.samples.back().rss_bytes);
    } else {
      each_figure(into, ReadFigure{json.at("report")});
      each_destroy_figure(into, ReadFigure{json.at("report")});
    }
  } catch (const Json::exception& error) {
    return Error{ErrorCode::invalid, "not a line of a report: " + std::string(error.what())};
  }
  return ok_status();
}

}  // namespace vigia::bench
