#include "app/commands.h"

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "app/check.h"
#include "app/demo.h"
#include "app/discover.h"
#include "app/events.h"
#include "app/get_model.h"
#include "app/run.h"
#include "app/status.h"
#include "app/top.h"
#include "base/log.h"
#include "base/signals.h"
#include "settings/demo_settings.h"
#include "settings/load.h"
#include "settings/play.h"

namespace vigia::app {
namespace {

using settings::Verb;

int complain(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) fmt::print(stderr, "vigia: {}\n", line);
  return 2;
}

int start(const settings::CommandLine& command, settings::Settings settings, char** argv) {
  StopSignals signals;
  if (command.verbose) settings.logging.level = "debug";
  if (command.verb == Verb::check) settings.logging.file.clear();  // a check changes nothing
  if (const Status started = log::start(settings.logging); !started) return complain({started.error().text});
  if (command.verb == Verb::check) {
    signals.exit_on_next();  // a check changes nothing, so nothing has to be ended in order
    return check(settings);
  }
  RunOptions options;
  if (command.seconds > 0) options.seconds = command.seconds;
  options.summary = command.summary;
  if (command.verb == Verb::run) options.restart_with = argv;
  if (command.verb == Verb::demo) {
    options.afterword = [&settings](const auto& snapshot) { return people_shown(settings, snapshot); };
  }
  return run(settings, options, signals);
}

}  // namespace

int carry_out(const settings::CommandLine& command, char** argv) {
  if (command.verb == Verb::model) return get_model(command.model);
  settings::Sources sources{command.config, settings::process_environment(), command.sets};
  settings::Settings base;
  if (command.verb == Verb::demo) {
    base = settings::demo_settings(command.cameras, command.faces, command.seconds);
    const std::string left_out = settings::left_out_text(settings::leave_out_in_play(sources.environment));
    if (!left_out.empty()) fmt::print(stderr, "vigia: {}\n", left_out);
  }
  auto outcome = settings::load(sources, base);
  for (const std::string& line : outcome.warnings) fmt::print(stderr, "vigia: warning: {}\n", line);
  if (!outcome.settings) return complain(outcome.errors);
  if (command.verb == Verb::events) return events(*outcome.settings, command.events);
  if (command.verb == Verb::discover) return discover(*outcome.settings, command.discover);
  if (command.verb == Verb::status) return show_status(*outcome.settings, command.status);
  if (command.verb == Verb::top) {
    StopSignals signals;
    return show_top(*outcome.settings, command.status, signals);
  }
  const auto problems = settings::problems_for_run(*outcome.settings);
  if (!problems.empty()) return complain(problems);
  for (const std::string& line : settings::warnings_for_run(*outcome.settings)) {
    fmt::print(stderr, "vigia: warning: {}\n", line);
  }
  const int exit_code = start(command, *std::move(outcome.settings), argv);
  log::stop();
  return exit_code;
}

}  // namespace vigia::app
