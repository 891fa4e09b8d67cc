#include "bench/pipeline_report.h"

#include "bench/pipeline_report_json.h"

namespace vigia::bench {
namespace {

template <class Report>
std::string line_of(const char* kind, const Report& report) {
  Json json;
  each_field(report, WriteField{json[kind]});
  return json.dump();
}

template <class Report>
Result<Report> read(const char* kind, std::string_view line) {
  Report report;
  try {
    const Json json = Json::parse(line);
    each_field(report, ReadField{json.at(kind)});
  } catch (const Json::exception& error) {
    return Error{ErrorCode::invalid, "not a line of a report: " + std::string(error.what())};
  }
  return report;
}

}  // namespace

std::string to_line(const JobReport& report) {
  return line_of("job", report);
}
std::string to_line(const BoundReport& report) {
  return line_of("bound", report);
}
Result<JobReport> read_job(std::string_view line) {
  return read<JobReport>("job", line);
}
Result<BoundReport> read_bound(std::string_view line) {
  return read<BoundReport>("bound", line);
}

}  // namespace vigia::bench
