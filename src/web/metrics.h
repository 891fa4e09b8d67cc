// /metrics: the state for Prometheus, made from one snapshot at each scrape. Labels are bounded: camera
// (those that have a row), route, and closed sets; never an address, an error's text or a number. Names:
// docs/monitoring/README.md. Cost: about 60 lines a camera, 50 us. Threads: owner thread only.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "web/current_state.h"

namespace vigia::web {

// What the server counts of itself.
struct ServerCounters {
  std::map<std::pair<std::string, int>, std::uint64_t> requests;  // by handler (a path of the API) and code
  std::uint64_t refused = 0;                                      // connections beyond the limits
  int connections = 0;
  int viewers = 0;    // of pictures
  int listeners = 0;  // of changes
};

class Metrics final : public prometheus::Collectable {
 public:
  // All must outlive it.
  Metrics(CurrentState& figures, const ServerCounters& server, const World& world)
      : figures_(figures), server_(server), world_(world) {}

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;
  // In the text format 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  CurrentState& figures_;
  const ServerCounters& server_;
  const World& world_;
};

}  // namespace vigia::web
