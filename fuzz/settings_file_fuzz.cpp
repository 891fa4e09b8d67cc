// Fuzzes the settings file. It must be loaded or refused, never both; each problem must be one line, and
// there must not be too many.

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include "base/log.h"
#include "settings/load.h"
#include "settings/problems.h"
#include "testing/temp_dir.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const vigia::testing::TempDir folder;
  static const std::string path = folder / "vigia.yaml";
  vigia::log::set_level(vigia::log::LogLevel::off);
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<long>(size));
  const auto outcome = vigia::settings::load({.file = path, .environment = {}, .sets = {}});
  require(outcome.settings.has_value() == outcome.errors.empty());
  require(outcome.errors.size() <= vigia::settings::Problems::kMostErrors + 1);
  for (const auto* lines : {&outcome.errors, &outcome.warnings}) {
    for (const std::string& line : *lines) require(!line.empty() && line.find('\n') == std::string::npos);
  }
  if (outcome.settings) static_cast<void>(vigia::settings::problems_for_run(*outcome.settings));
  return 0;
}
