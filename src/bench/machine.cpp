#include "bench/machine.h"

#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <sys/utsname.h>

#include <fstream>
#include <thread>

#include "memory/allocator.h"
#include "memory/system_memory.h"

namespace vigia::bench {
namespace {

std::string cpu_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown CPU";
}

}  // namespace

Machine this_machine() {
  utsname system{};
  ::uname(&system);
  std::string allocator(memory::allocator_name());
  if (allocator == "glibc") allocator += std::string(" ") + ::gnu_get_libc_version();
  return {.cpu = cpu_name(),
          .cores = static_cast<int>(std::thread::hardware_concurrency()),
          .memory = memory::memory_limit(),
          .kernel = fmt::format("{} {}", system.sysname, system.release),
          .allocator = std::move(allocator)};
}

std::string to_string(const Machine& machine) {
  return fmt::format("{}, {} {}, {}, {}, {}", machine.cpu, machine.cores,
                     machine.cores == 1 ? "core" : "cores", format_bytes(machine.memory), machine.kernel,
                     machine.allocator);
}

}  // namespace vigia::bench
