// vigia: watches cameras, follows faces, delivers each person's best shot. See README.md.
#include <fmt/format.h>

#include <cstdio>
#include <span>
#include <system_error>

#include "app/become_tools.h"
#include "app/commands.h"
#include "base/core_dumps.h"
#include "memory/allocator.h"
#include "settings/command_line.h"
#include "settings/default_yaml.h"

namespace {

using namespace vigia;

int run_command(int argc, char** argv) {
  const auto parsed = settings::parse_command_line(argc, argv);
  if (const auto* const farewell = std::get_if<settings::Farewell>(&parsed)) {
    fmt::print(farewell->exit_code == 0 ? stdout : stderr, "{}\n", farewell->text);
    return farewell->exit_code;
  }
  const auto& command = std::get<settings::CommandLine>(parsed);
  if (command.print_defaults) {
    fmt::print("{}", settings::default_yaml());
    return 0;
  }
  return app::carry_out(command, argv);
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char* const> words(argv, static_cast<std::size_t>(argc));
  if (!words.empty() && settings::is_for_tools(words.subspan(1))) return app::become_tools(argv);
  leave_no_core_dumps();
  memory::prepare_allocator();
  try {
    return run_command(argc, argv);
  } catch (const std::system_error& error) {  // the log or another part without its thread
    fmt::print(stderr, "vigia: cannot go on: {}; see 'ulimit -u' and 'ulimit -n'\n", error.code().message());
    return 1;
  }
}
