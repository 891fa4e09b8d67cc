#include "testing/process_sample.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace vigia::testing {
namespace {

std::int64_t number_in(std::string_view line) {
  line.remove_prefix(std::min(line.find(':') + 1, line.size()));
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  std::int64_t number = 0;
  std::from_chars(line.data(), line.data() + line.size(), number);
  return number;
}

}  // namespace

Result<ProcessSample> sample_process(pid_t pid) {
  const std::string folder = fmt::format("/proc/{}", pid);
  std::ifstream status(folder + "/status");
  ProcessSample sample;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) sample.anonymous = number_in(line) * 1024;
    if (line.starts_with("VmRSS:")) sample.resident = number_in(line) * 1024;
    if (line.starts_with("VmHWM:")) sample.peak = number_in(line) * 1024;
    if (line.starts_with("Threads:")) sample.threads = static_cast<int>(number_in(line));
  }
  if (sample.resident == 0) return Error{ErrorCode::not_found, fmt::format("process {} has ended", pid)};
  std::error_code code;
  for (std::filesystem::directory_iterator at(folder + "/fd", code), end; !code && at != end;
       at.increment(code))
    ++sample.descriptors;
  if (code) return Error{ErrorCode::io, fmt::format("cannot read {}/fd: {}", folder, code.message())};
  return sample;
}

}  // namespace vigia::testing
