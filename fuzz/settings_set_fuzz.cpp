// Fuzzes values of --set and of the environment: roi and rot, numbers, URLs, keys. Each line of the input is
// one of them: KEY=VALUE for --set, or $NAME=VALUE for the environment. They must be accepted or refused,
// never both; each problem must be one line, and the value of a password's key must never be shown.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/log.h"
#include "settings/load.h"
#include "settings/problems.h"

namespace {

constexpr std::size_t kLines = 64;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vigia::log::set_level(vigia::log::LogLevel::off);
  vigia::settings::Sources sources;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  for (std::size_t i = 0; i < kLines && !rest.empty(); ++i) {
    const std::string line(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const std::size_t equals = line.find('=');
    if (line.starts_with('$') && equals != std::string::npos) {
      sources.environment[line.substr(1, equals - 1)] = line.substr(equals + 1);
    } else {
      sources.sets.push_back(line);
    }
  }
  sources.environment["FINDFACE_PASSWORD"] = "hunter2hunter2";
  const auto outcome = vigia::settings::load(sources);
  require(outcome.settings.has_value() == outcome.errors.empty());
  require(outcome.errors.size() <= vigia::settings::Problems::kMostErrors + 1);
  for (const auto* lines : {&outcome.errors, &outcome.warnings}) {
    for (const std::string& line : *lines) {
      require(!line.empty() && line.find('\n') == std::string::npos);
      require(line.find("hunter2hunter2") == std::string::npos);
    }
  }
  return 0;
}
