// Frames a second of each camera and of all, CPU cores in use: over the last seconds, from counters.
// Cost: a map of two numbers a camera, kept six times at most. Threads: owner thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "base/clock.h"
#include "status/snapshot.h"

namespace vigia::web {

class Rates {
 public:
  struct Camera {
    double processed = 0, decoded = 0;  // frames a second
  };

  // Counters that went back (a camera that came anew) give 0.
  void note(const status::Snapshot& snapshot, SteadyTime now);

  [[nodiscard]] Camera of(const std::string& camera) const;
  [[nodiscard]] double processed() const { return processed_; }
  [[nodiscard]] double dropped() const { return dropped_; }
  [[nodiscard]] double cpu_cores() const { return cpu_cores_; }

 private:
  struct Counts {
    std::uint64_t processed = 0, decoded = 0;
  };
  struct Moment {
    SteadyTime at;
    double cpu = 0;
    std::uint64_t processed = 0, dropped = 0;
    std::map<std::string, Counts> cameras;
  };

  std::deque<Moment> moments_;  // a second apart at least, oldest first
  std::map<std::string, Camera> cameras_;
  double processed_ = 0, dropped_ = 0, cpu_cores_ = 0;
};

}  // namespace vigia::web
