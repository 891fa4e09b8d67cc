#include "testing/process_sample.h"

#include <fmt/format.h>

#include <string>

#include "memory/system_memory.h"

namespace vigia::testing {

Result<ProcessSample> sample_process(pid_t pid) {
  const std::string name = std::to_string(pid);
  const auto memory = memory::ProcessFiles(name).memory();
  if (!memory || memory->rss == 0) {  // a zombie holds nothing
    return Error{ErrorCode::not_found, fmt::format("process {} has ended", pid)};
  }
  const auto descriptors = memory::open_descriptors(name);
  if (!descriptors) return Error{ErrorCode::io, fmt::format("cannot read /proc/{}/fd", pid)};
  return ProcessSample{.anonymous = memory->anonymous,
                       .resident = memory->rss,
                       .peak = memory->rss_peak,
                       .threads = memory->threads,
                       .descriptors = *descriptors};
}

}  // namespace vigia::testing
