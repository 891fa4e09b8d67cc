// The results of 'vigia bench people', as a table and as JSON. Values, pure functions.
#pragma once

#include <string>
#include <vector>

#include "bench/machine.h"
#include "bench/people_bench_options.h"
#include "bench/people_job.h"

namespace vigia::bench {

struct PeopleResults {
  Machine machine;
  PeopleBenchOptions options;
  std::string detector;         // empty: faces without pictures only
  std::vector<PeopleRow> rows;  // in the order of the options
};

// The totals of all rows: sums; idf1 weighted by detections, size by people delivered.
PeopleRow total(const std::vector<PeopleRow>& rows);

std::string to_text(const PeopleResults& results);
std::string to_json(const PeopleResults& results);

}  // namespace vigia::bench
