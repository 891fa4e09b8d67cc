#include "settings/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "settings/argument_checks.h"
#include "settings/problems.h"
#include "settings/spelling.h"
#include "settings/value.h"
#include "settings/version.h"

namespace vigia::settings {
namespace {

constexpr std::string_view kExamples = R"(Examples:
  vigia demo --seconds 20                        see it work: synthetic cameras, no set-up
  vigia check --defaults > vigia.yaml            a settings file with every key, to begin with
  vigia check -c vigia.yaml                      what is wrong with it, line by line
  vigia run -c vigia.yaml                        the main job, until Ctrl+C
  vigia run -c vigia.yaml --seconds 60 --summary numbers.json --set memory.gc_interval=2
  vigia run --set cameras.gate.url=rtsp://10.0.0.5/stream1
  vigia status -c vigia.yaml                     is it well? the running Vigia in one picture
  vigia top -c vigia.yaml                        the same, each second anew
  vigia events -c vigia.yaml --since 1h          what became of each track: posted, or why not
  vigia discover --user admin > cameras.yaml     the ONVIF cameras of this network, as settings
  vigia model                                    get YuNet, which finds more faces than what is built in
  vigia bench memory --plot memory.svg           what letting go of memory costs on this machine
  vigia bench pipeline --clip a.mp4 b.mp4        how many cameras this machine sustains, and its bound
  vigia bench detector                           what finding faces costs, by input size and precision
  vigia bench people --films films               are all people of a film delivered, each once?
  vigia soak --hours 8 --report soak.json        does it grow? sources and FindFace fail on a schedule

Environment: VIGIA_MEMORY_GC_INTERVAL=2 (any key), VIGIA_MODEL_DIR, VIGIA_MODEL_URL, FINDFACE_URL,
FINDFACE_USER, FINDFACE_PASSWORD, FINDFACE_UUID, VIGIA_WEBHOOK_SECRET, MQTT_USER, MQTT_PASSWORD.
Exit codes: 0 done or stopped, 1 it had to give up, 2 wrong settings or arguments; of status also 1 something
is wrong, 3 no Vigia answers.)";

std::string first_line(std::string text) {
  const std::size_t end = text.find('\n');
  if (end != std::string::npos) text.resize(end);
  return text;
}

// The verb that was given, for "see 'vigia run --help'"; "bench memory" where it has a second word.
std::string verb_of(const CLI::App& app) {
  const auto verbs = app.get_subcommands();
  if (verbs.empty()) return {};
  const std::string second = verb_of(*verbs.front());
  return verbs.front()->get_name() + (second.empty() ? "" : " " + second);
}

// The whole line, ending in a hint: what was meant, or where help is.
std::string line_of(const CLI::App& app, const std::string& what) {
  if (what.ends_with('?')) return "vigia: " + what;
  const std::string verb = verb_of(app);
  return "vigia: " + what + "; see 'vigia " + (verb.empty() ? "" : verb + " ") + "--help'";
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names{"--help", "--version", "--verbose"};
  for (const CLI::App* verb : app.get_subcommands()) {
    for (const CLI::Option* option : verb->get_options()) {
      if (option->get_group().empty()) continue;  // for vigia's own use
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    for (std::string& name : options_of(*verb)) names.push_back(std::move(name));
  }
  return names;
}

// An unexpected argument. Only what looks like an option, a verb or a settings file is shown: anything else
// may be a secret that lost its option.
std::string unexpected(const CLI::App& app, const std::string& argument) {
  const std::string verb = verb_of(app);
  const std::string_view name = std::string_view(argument).substr(0, argument.find('='));
  if (name.starts_with('-')) {
    const std::vector<std::string> options = options_of(app);
    const std::string meant = nearest(name, std::vector<std::string_view>(options.begin(), options.end()));
    std::string line = "'" + shown(name) + "' is not an option of vigia" + (verb.empty() ? "" : " " + verb);
    return meant.empty() ? line : line + "; did you mean '" + meant + "'?";
  }
  if (verb.empty()) {
    constexpr std::array<std::string_view, 10> kVerbs{"run",    "demo",     "check", "status", "top",
                                                      "events", "discover", "model", "bench",  "soak"};
    const std::string meant = nearest(argument, kVerbs);
    if (!meant.empty()) return "'" + argument + "' is not a command; did you mean '" + meant + "'?";
    return "there is no such command; there are run, demo, check, status, top, events, discover, model, "
           "bench and soak";
  }
  if (verb == "bench") return "there is no such bench; there are memory, pipeline, detector and people";
  const bool file = argument.ends_with(".yaml") || argument.ends_with(".yml");
  if (file) return "unexpected argument: '" + argument + "'; did you mean '-c " + argument + "'?";
  return "unexpected argument; every value follows its option";
}

Farewell explain(const CLI::App& app, const CLI::ParseError& error) {
  const auto rest = app.remaining(true);
  std::string what = shown(first_line(error.what()));
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    what = what.substr(0, what.find(':')) + " needs a value";
  } else if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && rest.empty()) {
    what =
        verb_of(app) == "bench"
            ? "the bench is missing: memory, pipeline, detector or people"
            : "the command is missing: run, demo, check, status, top, events, discover, model, bench or soak";
  } else if (!rest.empty()) {
    what = unexpected(app, rest.front());
  }
  return {2, line_of(app, what.empty() ? "an argument is wrong" : what)};
}

std::string without_last_line_end(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

void add_common(CLI::App& app, bool& verbose) {
  app.footer(std::string(kExamples));
  app.set_version_flag("--version", std::string("vigia ") + kVersion, "print the version");
  app.set_help_flag("-h,--help", "print this");
  app.add_flag("-v,--verbose", verbose, "log at level debug");
  app.require_subcommand(1);
  app.fallthrough();
}

void add_sets(CLI::App& verb, std::vector<std::string>& sets) {
  verb.add_option("--set", sets, "overrides file and environment, e.g. memory.gc_interval=2")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

std::optional<Farewell> parse_arguments(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Farewell{0, without_last_line_end(app.help())};
  } catch (const CLI::CallForVersion& version) {
    return Farewell{0, without_last_line_end(version.what())};
  } catch (const CLI::ParseError& error) {
    return explain(app, error);
  } catch (const std::exception& error) {
    return Farewell{2, "vigia: the arguments cannot be read: " + shown(error.what())};
  }
  return std::nullopt;
}

}  // namespace vigia::settings
