#include "app/become_tools.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/program_beside.h"

namespace vigia::app {

int become_tools(char** argv) {
  const std::string program = program_beside("vigia-tools");
  ::execv(program.c_str(), argv);
  if (errno == ENOENT) {
    fmt::print(
        stderr,
        "vigia: bench and soak are in vigia-tools, which is not installed: {} is missing; build it with "
        "'./dev build vigia-tools', or install it beside vigia\n",
        program);
  } else {
    fmt::print(stderr, "vigia: {} cannot be started: {}\n", program, std::strerror(errno));
  }
  return 2;
}

}  // namespace vigia::app
