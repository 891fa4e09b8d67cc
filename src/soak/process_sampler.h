// Runs one soak from the program's start to its end: carries out the scheduled faults, samples the process
// regularly, prints a line a minute.
// Threads: owner thread only.
#pragma once

#include <memory>
#include <vector>

#include "base/signals.h"
#include "soak/face_folder.h"
#include "soak/job.h"
#include "soak/rig.h"
#include "soak/soak_options.h"
#include "soak/verdict.h"
#include "testing/child.h"

namespace vigia::soak {

class ProcessSampler {
 public:
  // All must outlive it.
  ProcessSampler(const SoakOptions& options, const JobPlan& plan, Rig& rig, testing::Child& job);

  // Returns when the time is over, a signal comes, or the program ends by itself. Error: io, this machine
  // refused.
  Status until_the_end(StopSignals& signals);
  [[nodiscard]] const std::vector<Observation>& observations() const { return observations_; }
  // Faces that have arrived.
  [[nodiscard]] std::uint64_t posted();

 private:
  void observe(double seconds);
  [[nodiscard]] bool is_line_due(double seconds) const;
  void print_line(double seconds);

  // Constant after construction.
  const SoakOptions& options_;
  Rig& rig_;
  testing::Child& job_;
  const double look_every_, line_every_;  // seconds
  const int cameras_;

  FaceFolder faces_;
  double next_look_ = 1;  // before, the job is not itself yet
  double next_line_;
  bool line_printed_ = false;  // the first comes when all cameras are watched, or when it is due
  std::vector<Observation> observations_;
};

}  // namespace vigia::soak
