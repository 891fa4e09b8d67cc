#include "settings/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

#include "settings/argument_checks.h"
#include "settings/bench_command.h"
#include "settings/problems.h"
#include "settings/soak_command.h"
#include "settings/spelling.h"
#include "settings/value.h"

namespace vigia::settings {
namespace {

constexpr std::string_view kExamples = R"(Examples:
  vigia demo --seconds 20                        see it work: synthetic cameras, no set-up
  vigia check --defaults > vigia.yaml            a settings file with every key, to begin with
  vigia check -c vigia.yaml                      what is wrong with it, line by line
  vigia run -c vigia.yaml                        the main job, until Ctrl+C
  vigia run -c vigia.yaml --seconds 60 --summary numbers.json --set memory.gc_interval=2
  vigia run --set cameras.gate.url=rtsp://10.0.0.5/stream1
  vigia events -c vigia.yaml --since 1h          what became of each track: posted, or why not
  vigia model                                    get YuNet, which finds more faces than what is built in
  vigia bench memory --plot memory.svg           what letting go of memory costs on this machine
  vigia bench pipeline --clip a.mp4 b.mp4        how many cameras this machine sustains, and its bound
  vigia bench detector                           what finding faces costs, by input size and precision
  vigia bench people --films films               are all people of a film delivered, each once?
  vigia soak --hours 8 --report soak.json        does it grow? sources and FindFace fail on a schedule

Environment: VIGIA_MEMORY_GC_INTERVAL=2 (any key), VIGIA_MODEL_DIR, VIGIA_MODEL_URL, FINDFACE_URL,
FINDFACE_USER, FINDFACE_PASSWORD, FINDFACE_UUID, VIGIA_WEBHOOK_SECRET, MQTT_USER, MQTT_PASSWORD.
Exit codes: 0 done, 1 failed while running, 2 wrong settings or arguments.)";

// Filled by CLI11, whose options hold references into it.
struct Parsed {
  CommandLine line;
  std::string config, summary, thumbnails;
  BenchArguments bench;
  SoakArguments soak;
};

void add_sets(CLI::App& verb, Parsed& parsed) {
  verb.add_option("--set", parsed.line.sets, "overrides file and environment, e.g. memory.gc_interval=2")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_config(CLI::App& verb, Parsed& parsed) {
  verb.add_option("-c,--config", parsed.config,
                  "the settings file; default: none, only environment and --set")
      ->type_name("FILE");
}

void add_run_length(CLI::App& verb, Parsed& parsed) {
  verb.add_option("--seconds", parsed.line.seconds, "stop after this long; default: run until Ctrl+C")
      ->type_name("N")
      ->check(number_from_to(0.1, 1e9));
  verb.add_option("--summary", parsed.summary, "write the figures of the run to this file, as JSON")
      ->type_name("FILE");
}

void add_events(CLI::App& verb, Parsed& parsed) {
  add_config(verb, parsed);
  ledger::EventsOptions& events = parsed.line.events;
  verb.add_option("--camera", events.camera, "only this camera")->type_name("NAME");
  verb.add_option("--reason", events.reason, "only this outcome: posted, pending, too_small, ...")
      ->type_name("R");
  verb.add_option("--since", events.since, "only since: 30m, 1h or 2d ago, or 2026-11-23T13:00 in UTC")
      ->type_name("TIME");
  verb.add_option("--limit", events.limit, "only the newest N; default 50")
      ->type_name("N")
      ->check(number_from_to(1, 1'000'000));
  verb.add_flag("--json", events.json, "print one JSON object per line, for programs");
  verb.add_option("--thumbnails", parsed.thumbnails, "write a small picture of each face into this folder")
      ->type_name("DIR");
  add_sets(verb, parsed);
}

void add_model(CLI::App& verb, Parsed& parsed) {
  ModelOptions& model = parsed.line.model;
  verb.add_option("letter", model.letter, "n (the default: finds more) or s (smaller, faster)")
      ->type_name("s|n")
      ->check(CLI::IsMember({"s", "n"}));
  verb.add_option("--from", model.from, "a file or URL to take it from; default: where it is published")
      ->type_name("FILE|URL")
      ->check([](const std::string& from) { return std::string(from.empty() ? "it is empty" : ""); });
  verb.add_flag("--if-none", model.if_none, "do nothing if detector.model: auto finds a model already");
  verb.add_option("--within", model.within, "give up after this long; default 300; 5 s without a connection")
      ->type_name("SECONDS")
      ->check(number_from_to(0.1, 1e6));
}

void describe(CLI::App& app, Parsed& parsed) {
  app.footer(std::string(kExamples));
  app.set_version_flag("--version", std::string("vigia ") + VIGIA_VERSION, "print the version");
  app.set_help_flag("-h,--help", "print this");
  app.add_flag("-v,--verbose", parsed.line.verbose, "log at level debug");
  app.require_subcommand(1);
  app.fallthrough();

  CLI::App& run = *app.add_subcommand("run", "the main job: watch the cameras, deliver the faces");
  add_config(run, parsed);
  add_run_length(run, parsed);
  add_sets(run, parsed);
  CLI::App& demo = *app.add_subcommand("demo", "the main job on synthetic cameras, without any set-up");
  add_run_length(demo, parsed);
  demo.add_option("--cameras", parsed.line.cameras, "number of synthetic cameras; default 2")
      ->type_name("N")
      ->check(number_from_to(1, 64));
  demo.add_option("--faces", parsed.line.faces, "people in front of each camera; default 4")
      ->type_name("N")
      ->check(number_from_to(0, 16));
  add_sets(demo, parsed);
  CLI::App& check = *app.add_subcommand("check", "say what is wrong with the settings, and exit");
  add_config(check, parsed);
  add_sets(check, parsed);
  check.add_flag("--defaults", parsed.line.print_defaults,
                 "print a settings file with every key and its default");
  add_events(*app.add_subcommand("events", "what became of the last tracks: posted, or why not"), parsed);
  add_model(*app.add_subcommand("model", "get YuNet, a model that finds more faces than the built-in one"),
            parsed);
  add_bench(*app.add_subcommand("bench", "measure parts of Vigia on this machine"), parsed.bench);
  CLI::App& soak = *app.add_subcommand("soak", "run for hours with failing cameras: does memory grow?");
  add_soak(soak, parsed.soak);
  add_sets(soak, parsed);
}

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
    constexpr std::array<std::string_view, 7> kVerbs{"run",   "demo",  "check", "events",
                                                     "model", "bench", "soak"};
    const std::string meant = nearest(argument, kVerbs);
    if (!meant.empty()) return "'" + argument + "' is not a command; did you mean '" + meant + "'?";
    return "there is no such command; there are run, demo, check, events, model, bench and soak";
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
    what = verb_of(app) == "bench" ? "the bench is missing: memory, pipeline, detector or people"
                                   : "the command is missing: run, demo, check, events, model, bench or soak";
  } else if (!rest.empty()) {
    what = unexpected(app, rest.front());
  }
  return {2, line_of(app, what.empty() ? "an argument is wrong" : what)};
}

void complete_bench(const CLI::App& app, Parsed& parsed) {
  const std::string which = app.get_subcommands().front()->get_subcommands().front()->get_name();
  CommandLine& line = parsed.line;
  constexpr std::array<std::pair<std::string_view, Bench>, 4> kBenches{{{"memory", Bench::memory},
                                                                        {"pipeline", Bench::pipeline},
                                                                        {"detector", Bench::detector},
                                                                        {"people", Bench::people}}};
  line.bench = std::find_if(kBenches.begin(), kBenches.end(), [&which](const auto& entry) {
                 return entry.first == which;
               })->second;
  line.memory_bench = complete(parsed.bench.memory);
  line.pipeline_bench = complete(parsed.bench.pipeline);
  line.pipeline_bench.verbose = line.verbose;
  line.detector_bench = complete(parsed.bench.detector);
  line.people_bench = complete(parsed.bench.people);
}

std::string without_last_line_end(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

std::variant<CommandLine, Farewell> parse_command_line(int argc, const char* const* argv) {
  CLI::App app(
      "Vigia watches cameras, finds and follows faces, and delivers each person's best shot to FindFace.",
      "vigia");
  Parsed parsed;
  try {
    describe(app, parsed);
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
  constexpr std::array<std::pair<std::string_view, Verb>, 7> kVerbs{{{"run", Verb::run},
                                                                     {"demo", Verb::demo},
                                                                     {"check", Verb::check},
                                                                     {"events", Verb::events},
                                                                     {"model", Verb::model},
                                                                     {"bench", Verb::bench},
                                                                     {"soak", Verb::soak}}};
  const std::string verb = app.get_subcommands().front()->get_name();
  parsed.line.verb = std::find_if(kVerbs.begin(), kVerbs.end(), [&verb](const auto& entry) {
                       return entry.first == verb;
                     })->second;
  if (!parsed.config.empty()) parsed.line.config = parsed.config;
  if (!parsed.summary.empty()) parsed.line.summary = parsed.summary;
  if (!parsed.thumbnails.empty()) parsed.line.events.thumbnails = parsed.thumbnails;
  if (parsed.line.verb == Verb::bench) complete_bench(app, parsed);
  if (parsed.line.verb == Verb::soak) {
    parsed.line.soak = complete(parsed.soak);
    parsed.line.soak.sets = parsed.line.sets;
    parsed.line.soak.verbose = parsed.line.verbose;
  }
  return parsed.line;
}

}  // namespace vigia::settings
