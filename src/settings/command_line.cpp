#include "settings/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

#include "settings/argument_checks.h"

namespace vigia::settings {
namespace {

// What CLI11 fills; views of it are bound to the options.
struct Parsed {
  CommandLine line;
  std::string config, summary, thumbnails;
};

std::string is_http_url(const std::string& text) {
  const bool is_one = text.starts_with("http://") || text.starts_with("https://");
  return is_one ? "" : shown(RawValue::text(text), false) + " does not begin with http:// or https://";
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
  add_sets(verb, parsed.line.sets);
}

void add_discover(CLI::App& verb, Parsed& parsed) {
  add_config(verb, parsed);
  discover::DiscoverOptions& discover = parsed.line.discover;
  verb.add_option(
          "address", discover.addresses,
          "ask these: 10.0.0.5, 10.0.0.6:8000, 10.0.0.0/24, or the url of a device service; default: all "
          "that answer a multicast")
      ->type_name("ADDRESS");
  verb.add_option("--from", discover.from, "a file with more addresses, one a line")->type_name("FILE");
  verb.add_option(
          "--interface", discover.interfaces,
          "send the multicast by this one only, a name or its IPv4 address; may be repeated; default: all")
      ->type_name("NAME")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb.add_option(
          "--user", discover.user,
          "the cameras' user; default: defaults.username. Password: VIGIA_DEFAULTS_PASSWORD, or a prompt")
      ->type_name("USER");
  verb.add_option("--wait", discover.wait, "wait this long for answers to the multicast; default 3")
      ->type_name("SECONDS")
      ->check(number_from_to(0.1, 60.0));
  verb.add_flag("--json", discover.json, "print one JSON object per line, for programs");
  add_sets(verb, parsed.line.sets);
}

void add_status(CLI::App& verb, Parsed& parsed) {
  StatusOptions& status = parsed.line.status;
  add_config(verb, parsed);
  verb.add_option("--url", status.url,
                  "ask this one, e.g. http://10.0.0.2:8080; default: where web.listen says")
      ->type_name("URL")
      ->check(is_http_url);
  add_sets(verb, parsed.line.sets);
}

void add_status_alone(CLI::App& verb, Parsed& parsed) {
  add_status(verb, parsed);
  verb.add_flag("--json", parsed.line.status.json, "print what the API says, for programs");
  verb.add_flag("--alive", parsed.line.status.alive,
                "only ask whether it is alive: for health checks; needs no token");
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
  add_common(app, parsed.line.verbose);
  CLI::App& run = *app.add_subcommand("run", "the main job: watch the cameras, deliver the faces");
  add_config(run, parsed);
  add_run_length(run, parsed);
  add_sets(run, parsed.line.sets);
  CLI::App& demo = *app.add_subcommand("demo", "the main job on synthetic cameras, without any set-up");
  add_run_length(demo, parsed);
  demo.add_option("--cameras", parsed.line.cameras, "number of synthetic cameras; default 2")
      ->type_name("N")
      ->check(number_from_to(1, 64));
  demo.add_option("--faces", parsed.line.faces, "people in front of each camera; default 4")
      ->type_name("N")
      ->check(number_from_to(0, 16));
  add_sets(demo, parsed.line.sets);
  CLI::App& check = *app.add_subcommand("check", "say what is wrong with the settings, and exit");
  add_config(check, parsed);
  add_sets(check, parsed.line.sets);
  check.add_flag("--defaults", parsed.line.print_defaults,
                 "print a settings file with every key and its default");
  add_status_alone(*app.add_subcommand("status", "is the running Vigia well? if not, what is wrong"), parsed);
  add_status(*app.add_subcommand("top", "the running Vigia on this terminal, each second anew"), parsed);
  add_events(*app.add_subcommand("events", "what became of the last tracks: posted, or why not"), parsed);
  add_discover(*app.add_subcommand("discover", "find ONVIF cameras, and print their streams as settings"),
               parsed);
  add_model(*app.add_subcommand("model", "get YuNet, a model that finds more faces than the built-in one"),
            parsed);
  // For the list of commands only: vigia-tools has them.
  app.add_subcommand("bench", "measure parts of Vigia on this machine");
  app.add_subcommand("soak", "run for hours with failing cameras: does memory grow?");
}

}  // namespace

std::variant<CommandLine, Farewell> parse_command_line(int argc, const char* const* argv) {
  CLI::App app(kAbout, "vigia");
  Parsed parsed;
  describe(app, parsed);
  if (auto farewell = parse_arguments(app, argc, argv)) return *std::move(farewell);
  constexpr std::array<std::pair<std::string_view, Verb>, 8> kVerbs{{{"run", Verb::run},
                                                                     {"demo", Verb::demo},
                                                                     {"check", Verb::check},
                                                                     {"status", Verb::status},
                                                                     {"top", Verb::top},
                                                                     {"events", Verb::events},
                                                                     {"discover", Verb::discover},
                                                                     {"model", Verb::model}}};
  const std::string name = app.get_subcommands().front()->get_name();
  const auto verb =
      std::find_if(kVerbs.begin(), kVerbs.end(), [&](const auto& one) { return one.first == name; });
  if (verb == kVerbs.end()) return Farewell{2, "vigia: '" + name + "' stands before all options"};
  parsed.line.verb = verb->second;
  if (!parsed.config.empty()) parsed.line.config = parsed.config;
  if (!parsed.summary.empty()) parsed.line.summary = parsed.summary;
  if (!parsed.thumbnails.empty()) parsed.line.events.thumbnails = parsed.thumbnails;
  return parsed.line;
}

bool is_for_tools(std::span<const char* const> words) {
  for (const std::string_view word : words) {
    if (!word.starts_with('-')) return word == "bench" || word == "soak";
  }
  return false;
}

}  // namespace vigia::settings
