#include "app/discover.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/ask_password.h"
#include "base/log.h"
#include "base/signals.h"
#include "base/url.h"
#include "base/worker.h"
#include "discover/ask_all.h"
#include "discover/cameras_yaml.h"
#include "discover/find_devices.h"
#include "discover/interfaces.h"
#include "discover/targets.h"

namespace vigia::app {
namespace {

using namespace std::chrono_literals;
using discover::Device;
using discover::DiscoverOptions;

constexpr double kHostsWait = 1;  // seconds for answers of single hosts, most of which know no Probe

template <class... Words>
void say(fmt::format_string<Words...> format, Words&&... words) {
  fmt::print(stderr, "vigia: {}\n", fmt::format(format, std::forward<Words>(words)...));
}

// Whom to ask, as the user wants it.
struct Plan {
  std::vector<discover::Target> targets;
  discover::SearchPlan search;
};

Result<Plan> plan_of(const DiscoverOptions& options) {
  std::vector<std::string> texts = options.addresses;
  if (!options.from.empty()) {
    const auto more = discover::read_target_file(options.from);
    if (!more) return Error{more.error().code, "--from: " + more.error().text};
    texts.insert(texts.end(), more->begin(), more->end());
  }
  auto targets = discover::read_targets(texts);
  if (!targets) return targets.error();
  Plan plan;
  plan.targets = *std::move(targets);
  for (const discover::Target& target : plan.targets) {
    if (target.may_be_elsewhere) plan.search.hosts.push_back(target.host);
  }
  // Named addresses only, unless an interface is named as well.
  if (!plan.targets.empty() && options.interfaces.empty()) {
    plan.search.wait = from_seconds(std::min(options.wait, kHostsWait));
    return plan;
  }
  if (!options.from.empty() && plan.targets.empty()) {
    return Error{ErrorCode::invalid, "--from: " + options.from + " names no address"};
  }
  auto interfaces = discover::find_interfaces(options.interfaces);
  if (!interfaces) return interfaces.error();
  plan.search.interfaces = *std::move(interfaces);
  plan.search.wait = from_seconds(options.wait);
  return plan;
}

// Nothing: stopped at the prompt.
std::optional<discover::Logins> logins_of(const settings::Settings& settings, const DiscoverOptions& options,
                                          StopSignals& signals) {
  discover::Logins logins;
  const camera::CameraOptions& defaults = settings.defaults.source;
  logins.usual = {options.user.empty() ? defaults.username : options.user, defaults.password};
  for (const settings::CameraSettings& camera : settings.cameras) {
    if (camera.source.username.empty() || camera.source.password.empty()) continue;
    const std::string host(split_url(camera.spec.url).host);
    if (!host.empty()) logins.of_host[host] = {camera.source.username, camera.source.password};
  }
  discover::Login& usual = logins.usual;
  if (usual.user.empty() || !usual.password.empty() || std::getenv("VIGIA_DEFAULTS_PASSWORD") != nullptr)
    return logins;
  if (!can_ask()) {
    say("the user {} has no password, so no camera gets a login: set VIGIA_DEFAULTS_PASSWORD", usual.user);
    usual = {};
    return logins;
  }
  auto password = ask_password(fmt::format("Password of {} at the cameras: ", usual.user), signals);
  if (!password) return std::nullopt;
  usual.password = *std::move(password);
  return logins;
}

http::TlsOptions tls_of(const settings::Settings& settings) {
  http::TlsOptions tls;
  tls.ca_file = settings.defaults.source.ca_file;
  tls.insecure = settings.defaults.source.tls_insecure;
  tls.can_pin = false;
  tls.section = "defaults";
  return tls;
}

// What the search and the questions brought.
struct Outcome {
  std::vector<Device> devices;
  std::size_t absent = 0;  // addresses of ranges where nothing speaks ONVIF
};

void say_nobody(const Plan& plan, double wait) {
  std::vector<std::string> ways;
  for (const auto& one : plan.search.interfaces)
    ways.push_back(fmt::format("{} ({})", one.name, one.address));
  say("no ONVIF device answered within {:.3g} s at {}; many cameras have ONVIF switched off, and a multicast "
      "passes no router, VLAN or bridge of a container: there, name the cameras: vigia discover 10.0.0.5",
      wait, fmt::join(ways, ", "));
}

Outcome find_and_ask(const Plan& plan, const discover::Logins& logins, const http::TlsOptions& tls,
                     const std::stop_token& stop) {
  Outcome outcome;
  std::vector<discover::Match> matches;
  if (!plan.search.interfaces.empty() || !plan.search.hosts.empty() || plan.targets.empty()) {
    auto found = discover::find_devices(plan.search, system_clock(), stop);
    // Single hosts are asked by HTTP all the same.
    if (!found && (!plan.search.interfaces.empty() || plan.targets.empty())) say("{}", found.error().text);
    if (!found && plan.targets.empty()) return outcome;
    if (found) {
      for (const std::string& note : found->notes) say("{}", note);
      matches = std::move(found->devices);
    }
  }
  const std::vector<discover::Lead> leads = discover::leads_of(plan.targets, matches);
  if (leads.empty()) {
    if (!stop.stop_requested()) say_nobody(plan, to_seconds(plan.search.wait));
    return outcome;
  }
  say("asking {} device{}", leads.size(), leads.size() == 1 ? "" : "s");
  http::Http http(tls);
  std::vector<Device> devices = discover::ask_all(leads, logins, http, stop);
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const bool absent = leads[i].may_be_absent && devices[i].service.empty();
    if (absent && !stop.stop_requested()) {
      ++outcome.absent;
    } else {
      outcome.devices.push_back(std::move(devices[i]));
    }
  }
  return outcome;
}

void report_odds(const std::vector<Device>& devices) {
  std::size_t unasked = 0;
  for (const Device& device : devices) {
    for (const std::string& note : device.notes) say("{}: {}", device.host, note);
    if (!device.failure) continue;
    if (device.failure->code == ErrorCode::cancelled) {
      ++unasked;
    } else {
      say("{}: {}", device.host, device.failure->text);
    }
  }
  if (unasked > 0) say("stopped: {} devices were not asked to the end", unasked);
}

// How many cameras were printed.
std::size_t print(const std::vector<Device>& devices, bool json) {
  const auto sources = discover::name_sources(devices);
  if (json) {
    for (const Device& device : devices) fmt::print("{}\n", device_json(device, sources));
  } else if (!sources.empty()) {
    fmt::print("{}", discover::cameras_yaml(devices, system_clock().utc_now()));
  }
  std::fflush(stdout);
  return sources.size();
}

}  // namespace

int discover(const settings::Settings& settings, const DiscoverOptions& options) {
  const Result<Plan> plan = plan_of(options);
  if (!plan) {
    say("{}", plan.error().text);
    return plan.error().code == ErrorCode::invalid ? 2 : 1;
  }
  StopSignals signals;
  const auto logins = logins_of(settings, options, signals);
  if (!logins) return 0;
  const http::TlsOptions tls = tls_of(settings);
  if (const std::string warning = http::warning_of(tls); !warning.empty()) say("warning: {}", warning);
  std::atomic<bool> done{false};
  Outcome outcome;
  bool stopped = false;
  {
    Worker job("discover", [&](const std::stop_token& stop) {
      outcome = find_and_ask(*plan, *logins, tls, stop);
      done = true;
    });
    while (!done) {
      if (!signals.wait_for(20ms)) continue;
      stopped = true;
      signals.exit_on_next();
      job.request_stop();
    }
  }
  report_odds(outcome.devices);
  if (outcome.absent > 0) say("{} addresses of the ranges have no ONVIF device", outcome.absent);
  const std::size_t cameras = print(outcome.devices, options.json);
  say("{} camera{} of {} device{}", cameras, cameras == 1 ? "" : "s", outcome.devices.size(),
      outcome.devices.size() == 1 ? "" : "s");
  return cameras > 0 || stopped ? 0 : 1;
}

}  // namespace vigia::app
