#include "settings/play.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace vigia::settings {

std::vector<std::string> leave_out_in_play(std::map<std::string, std::string>& environment) {
  std::vector<std::string> names;
  for (const auto& [name, value] : environment) {
    if (std::ranges::find(kUsedInPlay, name) == kUsedInPlay.end()) names.push_back(name);
  }
  for (const std::string& name : names) environment.erase(name);
  return names;
}

std::string left_out_text(const std::vector<std::string>& variables) {
  if (variables.empty()) return {};
  return fmt::format(
      "{} {} ignored: demo, soak and bench take only flags, so that no real receiver gets their faces",
      fmt::join(variables, ", "), variables.size() == 1 ? "is" : "are");
}

}  // namespace vigia::settings
