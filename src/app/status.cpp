#include "app/status.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "app/agent.h"
#include "app/status_text.h"
#include "base/terminal.h"

namespace vigia::app {
namespace {

int complain(const Error& error) {
  fmt::print(stderr, "vigia: {}\n", error.text);
  return error.code == ErrorCode::invalid ? 2 : kNobodyAnswers;
}

int show_alive(Agent& agent) {
  const auto is_alive = agent.is_alive();
  if (!is_alive) return complain(is_alive.error());
  fmt::print("{}\n",
             *is_alive ? "alive" : "not alive: its threads have stood still for half a minute; restart it");
  return *is_alive ? 0 : 1;
}

}  // namespace

int show_status(const settings::Settings& settings, const settings::StatusOptions& options) {
  auto agent = Agent::at(settings, options);
  if (!agent) return complain(agent.error());
  if (options.alive) return show_alive(*agent);
  const auto state = agent->look();
  if (!state) return complain(state.error());
  if (options.json) {
    fmt::print("{}\n", state->status.dump(2, ' ', false, Json::error_handler_t::replace));
  } else {
    const bool is_live = is_live_terminal(STDOUT_FILENO);
    const StatusLook look{.columns = is_live ? terminal_size(STDOUT_FILENO).columns : 0,
                          .rows = 0,
                          .has_colours = has_colours(STDOUT_FILENO)};
    for (const std::string& line : status_lines(*state, look)) fmt::print("{}\n", line);
  }
  std::fflush(stdout);
  return is_well(*state) ? 0 : 1;
}

}  // namespace vigia::app
