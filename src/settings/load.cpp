#include "settings/load.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/log.h"
#include "settings/assemble.h"
#include "settings/pairs.h"
#include "settings/secrets.h"

namespace vigia::settings {
namespace {

template <class Owner>
bool is_secret(const Given<Owner>& given) {
  if (given.value.items.empty() || given.value.items.front().empty()) return false;
  const std::string& text = given.value.items.front();
  return given.key->rule.secret || (given.key->name.ends_with("url") && redact(text) != text);
}

void warn_if_open_to_others(const Layer& layer, const std::string& file, Problems& problems) {
  if (!readable_by_others(file)) return;
  const std::string fix = fmt::format("and other users can read it; fix it with: chmod 600 {}", file);
  const bool secrets = std::any_of(layer.cameras.begin(), layer.cameras.end(), [](const CameraGiven& camera) {
    return std::any_of(camera.values.begin(), camera.values.end(), is_secret<CameraSettings>);
  });
  if (secrets) problems.warning({file, "cameras", "hold a password or a token, " + fix});
  for (const Given<CameraSettings>& given : layer.defaults) {
    if (is_secret(given)) problems.warning({file, given.path, "may hold a secret, " + fix});
  }
  for (const Given<Settings>& given : layer.program) {
    if (is_secret(given)) problems.warning({file, given.path, "may hold a secret, " + fix});
  }
}

// Warns once for each key.
template <class Owner>
void warn_of_shown_secrets(const std::vector<Given<Owner>>& sets, std::set<std::string>& warned,
                           Problems& problems) {
  for (const Given<Owner>& given : sets) {
    if (!is_secret(given) || !warned.insert(given.path).second) continue;
    problems.warning(
        {kSetFlag, given.path,
         fmt::format("may hold a secret, and every user of this machine sees the command line (ps); "
                     "write it into the settings file (chmod 600), or set {}",
                     variable_of(given.path))});
  }
}

void warn_of_shown_secrets(const Layer& sets, Problems& problems) {
  std::set<std::string> warned;
  warn_of_shown_secrets(sets.program, warned, problems);
  warn_of_shown_secrets(sets.defaults, warned, problems);
  for (const CameraGiven& camera : sets.cameras) warn_of_shown_secrets(camera.values, warned, problems);
}

// Nothing if it cannot be read at all, which is then reported.
std::optional<Layer> read_file(const std::filesystem::path& path, Problems& problems) {
  const auto text = vigia::read_file(path, kLargestFile);
  if (!text) {
    std::string line = text.error().text;
    if (text.error().code == ErrorCode::not_found)
      line += "; 'vigia check --defaults' prints one to begin with";
    problems.error_line(std::move(line));
    return {};
  }
  const auto tree = read_yaml(*text, path.string());
  if (!tree) {
    problems.error_line(tree.error().text);
    return {};
  }
  Layer layer = read_file_layer(*tree, path.string(), problems);
  warn_if_open_to_others(layer, path.string(), problems);
  return layer;
}

std::vector<std::string> camera_names(const Layers& layers, const Settings& base) {
  std::vector<std::string> names;
  for (const CameraSettings& camera : base.cameras) names.push_back(camera.spec.name);
  for (const Layer* layer : {&layers.file, &layers.sets}) {
    for (const CameraGiven& camera : layer->cameras) {
      if (!camera.name.empty()) names.push_back(camera.name);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// FINDFACE_URL is the name that FindFace's own tools use; VIGIA_DELIVERY_FINDFACE_URL overrides it.
void add_findface_url(const Environment& environment, Layer& layer) {
  const auto url = environment.find("FINDFACE_URL");
  if (url == environment.end() || url->second.empty()) return;
  constexpr std::string_view kPath = "delivery.findface.url";
  layer.program.insert(layer.program.begin(), {find_key(program_keys(), kPath), RawValue::text(url->second),
                                               "FINDFACE_URL", std::string(kPath)});
}

}  // namespace

LoadOutcome load(const Sources& sources, const Settings& base) {
  Problems problems;
  Settings settings;
  auto file = sources.file ? read_file(*sources.file, problems) : Layer{};
  if (file) {
    Layers layers;
    layers.file = std::move(*file);
    layers.sets = read_set_layer(sources.sets, problems);
    warn_of_shown_secrets(layers.sets, problems);
    layers.environment = read_environment_layer(sources.environment, camera_names(layers, base), problems);
    add_findface_url(sources.environment, layers.environment);
    Origins origins;
    settings = assemble(layers, base, origins, problems);
    const auto origin_of = [&origins](std::string_view path) {
      const auto found = origins.find(path);
      return found == origins.end() ? std::string{} : found->second;
    };
    if (problems.count() == 0) check_pairs(settings, origin_of, problems);
    if (problems.count() == 0) check_web(settings, origin_of, problems);
    if (problems.count() == 0) settle_live_cameras(settings, origin_of, problems);
    if (problems.count() == 0) settle_logins_of_cameras(settings, origin_of, problems);
    if (problems.count() == 0) settle_tls_of_cameras(settings, origin_of, problems);
    read_secrets(sources.environment, origin_of("delivery.findface.secrets_file"), settings, problems);
    if (problems.count() == 0) check_tls(settings, origin_of, problems);  // read_secrets() may set an address
  }
  LoadOutcome outcome;
  outcome.warnings = problems.take_warnings();
  outcome.errors = problems.take_errors();
  if (outcome.errors.empty()) outcome.settings = std::move(settings);
  return outcome;
}

// Not a default argument: g++ 12 takes that for read uninitialised.
LoadOutcome load(const Sources& sources) {
  const Settings base;
  return load(sources, base);
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> environment;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::size_t equals = text.find('=');
    const bool ours =
        text.starts_with("VIGIA_") || text.starts_with("FINDFACE_") || text.starts_with("MQTT_");
    if (ours && equals != std::string_view::npos)
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

std::vector<std::string> problems_for_run(const Settings& settings) {
  std::vector<std::string> problems;
  const bool findface = settings.findface.enabled();
  if (settings.cameras.empty() && !findface) {
    problems.emplace_back(
        "cameras: none, and delivery.findface is not set: there is nothing to watch; add a camera to the "
        "settings "
        "file, or use --set cameras.NAME.url=URL, or FindFace's with FINDFACE_URL");
  }
  const bool active = std::any_of(settings.cameras.begin(), settings.cameras.end(),
                                  [](const CameraSettings& camera) { return camera.source.active; });
  if (!settings.cameras.empty() && !active) {
    problems.emplace_back("cameras: all have active: false: there is nothing to watch");
  }
  for (const auto& [name, value] : {std::pair{"FINDFACE_USER", &settings.findface.user},
                                    std::pair{"FINDFACE_PASSWORD", &settings.findface.password}}) {
    if (!findface || !value->empty()) continue;
    problems.push_back(fmt::format(
        "{}: not set, and delivery.findface.url is; set it in the environment or in the file that "
        "delivery.findface.secrets_file names",
        name));
  }
  return problems;
}

std::vector<std::string> warnings_for_run(const Settings& settings) {
  std::vector<std::string> warnings;
  for (const auto& [key, url] : {std::pair{"delivery.findface.url", &settings.findface.url},
                                 std::pair{"delivery.webhook.url", &settings.webhook.url}}) {
    if (!url->starts_with("http://")) continue;
    warnings.push_back(
        fmt::format("{}: http:// is not encrypted: anybody on the network path can read faces and logins; "
                    "use https://, with tls_pin: first_use if its certificate is its own",
                    key));
  }
  if (settings.mqtt.url.starts_with("mqtt://") && !settings.mqtt.password.empty()) {
    warnings.emplace_back(
        "delivery.mqtt.url: mqtt:// is not encrypted: anybody on the network path can read MQTT_PASSWORD and "
        "faces; use mqtts://");
  }
  return warnings;
}

}  // namespace vigia::settings
