#include "bench/memory_sampler.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "bench/report.h"

namespace vigia::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 10ms;  // 3 MB at the rate of eight cameras: how far beyond the limit a mode may get

}  // namespace

void write_line(const std::string& line) {
  const std::string whole = line + '\n';
  std::string_view rest = whole;
  while (!rest.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) ::_exit(1);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

MemorySampler::MemorySampler(Figures& figures, StopSignals& signals, SamplerOptions options)
    : figures_(figures), signals_(signals), options_(options) {}

std::string MemorySampler::until(const std::function<bool()>& done) {
  while (true) {
    const Bytes resident = this->resident();
    const bool beyond = options_.limit > 0 && resident >= options_.limit;
    if (beyond || system_clock().now() >= next_sample_) sample(resident);
    if (beyond) return "limit";
    if (done()) return "time";
    if (signals_.wait_for(kLook)) return "stopped";
  }
}

void MemorySampler::sample(Bytes resident) {
  const auto longest = std::chrono::duration<double, std::micro>(figures_.take_longest()).count();
  write_line(to_line(RunSample{seconds(), resident, longest}));
  next_sample_ = std::max(next_sample_ + options_.sample_every, system_clock().now());
}

}  // namespace vigia::bench
