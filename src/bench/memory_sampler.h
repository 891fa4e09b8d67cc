// Samples a running mode: resident memory, the longest stall, whether it should end; writes the samples as
// lines to standard output. Threads: owner thread only.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/signals.h"
#include "bench/figures.h"
#include "memory/system_memory.h"

namespace vigia::bench {

// Writes to standard output at once, in one call; an error ends the process, as its reader is gone.
void write_line(const std::string& line);

struct SamplerOptions {
  Bytes limit = 0;  // 0: none
  std::chrono::milliseconds sample_every{100};
};

class MemorySampler {
 public:
  // figures and signals outlive it.
  MemorySampler(Figures& figures, StopSignals& signals, SamplerOptions options);

  // Samples until `done` returns true. Returns why it ended, as ModeFigures::ended: "time" when done.
  std::string until(const std::function<bool()>& done);

  [[nodiscard]] double seconds() const { return to_seconds(system_clock().now() - begin_); }
  [[nodiscard]] Bytes resident() const { return files_.memory().value_or(memory::ProcessMemory{}).rss; }

 private:
  void sample(Bytes resident);

  Figures& figures_;
  StopSignals& signals_;
  const SamplerOptions options_;
  const SteadyTime begin_ = system_clock().now();
  SteadyTime next_sample_ = begin_;
  memory::ProcessFiles files_;
};

}  // namespace vigia::bench
