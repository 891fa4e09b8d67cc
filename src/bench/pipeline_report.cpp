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

std::string to_line(const JobFigures& report) {
  return line_of("job", report);
}
std::string to_line(const BoundFigures& report) {
  return line_of("bound", report);
}
Result<JobFigures> read_job(std::string_view line) {
  return read<JobFigures>("job", line);
}
Result<BoundFigures> read_bound(std::string_view line) {
  return read<BoundFigures>("bound", line);
}

}  // namespace vigia::bench
