#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "settings/layer.h"
#include "settings/spelling.h"

namespace vigia::settings {
namespace {

constexpr std::string_view kVariablePrefix = "VIGIA_";
// Variables that begin with VIGIA_ and are not settings.
constexpr std::array<std::string_view, 4> kOtherVariables{"VIGIA_MODEL_DIR", "VIGIA_MODEL_URL", "VIGIA_DATA",
                                                          "VIGIA_WEBHOOK_SECRET"};

CameraGiven& camera_named(Layer& layer, std::string_view name) {
  for (CameraGiven& camera : layer.cameras) {
    if (camera.name == name) return camera;
  }
  return layer.cameras.emplace_back(
      CameraGiven{std::string(name), std::string(kSetFlag), fmt::format("cameras.{}.", shown(name)), {}});
}

std::vector<std::string> all_paths() {
  std::vector<std::string> paths;
  for (const ProgramKey& key : program_keys()) paths.emplace_back(key.name);
  for (const CameraKey& key : camera_keys()) paths.push_back(fmt::format("defaults.{}", key.name));
  return paths;
}

void report_unknown_path(std::string_view path, Problems& problems) {
  const std::size_t dot = path.rfind('.');
  const std::string_view prefix = dot == std::string_view::npos ? "" : path.substr(0, dot + 1);
  if (const auto words = words_after(prefix); !prefix.empty() && !words.empty()) {
    return report_unknown(problems, kSetFlag, prefix, path.substr(dot + 1), words);
  }
  const std::vector<std::string> paths = all_paths();
  report_unknown(problems, kSetFlag, "", path, std::vector<std::string_view>(paths.begin(), paths.end()));
}

// path: "gate.url"; a name may hold dots, a key does not.
void read_camera_set(std::string_view path, std::string_view text, Layer& layer, Problems& problems) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || dot == 0) {
    return problems.error(
        {kSetFlag, "cameras." + shown(path), "names no key of a camera", "cameras.NAME.KEY=VALUE"});
  }
  const std::string_view name = path.substr(0, dot), word = path.substr(dot + 1);
  const std::string prefix = fmt::format("cameras.{}.", shown(name));
  const CameraKey* key = find_camera_key(word);
  if (key == nullptr) return report_unknown(problems, kSetFlag, prefix, word, words_after("defaults."));
  if (word == "name") return problems.error({kSetFlag, prefix + "name", "cannot be changed by a flag"});
  camera_named(layer, name)
      .values.push_back(
          {key, RawValue::text(std::string(text)), std::string(kSetFlag), prefix + std::string(word)});
}

class EnvironmentReader {
 public:
  EnvironmentReader(const Environment& environment, Problems& problems)
      : environment_(environment), problems_(problems) {}

  Layer read(std::span<const std::string> cameras) {
    for (const ProgramKey& key : program_keys()) read_key(key, std::string(key.name), layer_.program);
    for (const CameraKey& key : camera_keys()) {
      read_key(key, fmt::format("defaults.{}", key.name), layer_.defaults);
    }
    for (const std::string& camera : cameras) {
      const std::string prefix = fmt::format("cameras.{}.", camera);
      CameraGiven given{camera, "environment", prefix, {}};
      for (const CameraKey& key : identity_keys()) {
        if (key.name != "name") read_key(key, prefix + std::string(key.name), given.values);
      }
      for (const CameraKey& key : camera_keys()) read_key(key, prefix + std::string(key.name), given.values);
      if (!given.values.empty()) layer_.cameras.push_back(std::move(given));
    }
    warn_of_unknown();
    return std::move(layer_);
  }

 private:
  template <class Owner>
  void read_key(const Key<Owner>& key, const std::string& path, std::vector<Given<Owner>>& into) {
    const std::string variable = variable_of(path);
    const auto [known, first] = known_.emplace(variable, path);
    const auto found = environment_.find(variable);
    if (found == environment_.end()) return;
    if (!first) {
      return problems_.error({variable, shown(path), fmt::format("means {} as well", shown(known->second)),
                              "names of cameras that differ in letters or digits"});
    }
    into.push_back({&key, RawValue::text(found->second), variable, path});
  }

  void warn_of_unknown() {
    std::vector<std::string_view> known(kOtherVariables.begin(), kOtherVariables.end());
    for (const auto& [variable, path] : known_) known.push_back(variable);
    for (const auto& [variable, value] : environment_) {
      if (!variable.starts_with(kVariablePrefix)) continue;
      if (std::find(known.begin(), known.end(), variable) != known.end()) continue;
      const std::string_view secret =
          secret_variable(std::string_view(variable).substr(variable.rfind('_') + 1), variable);
      const std::string meant = secret.empty() ? nearest(variable, known) : std::string(secret);
      problems_.warning({"environment", shown(variable), "is not a setting and is ignored", {}, meant});
    }
  }

  const Environment& environment_;
  Problems& problems_;
  Layer layer_;
  std::map<std::string, std::string> known_;  // variable -> the path it sets
};

}  // namespace

std::string variable_of(std::string_view path) {
  std::string variable(kVariablePrefix);
  for (const char c : path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    variable += !letter ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return variable;
}

Layer read_set_layer(std::span<const std::string> sets, Problems& problems) {
  Layer layer;
  for (const std::string& set : sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos || equals == 0) {
      const std::string text = shown(set);
      problems.error(
          {kSetFlag, text.empty() ? "?" : text, "is not a setting", "KEY=VALUE, e.g. memory.gc_interval=2"});
      continue;
    }
    const std::string path = set.substr(0, equals), text = set.substr(equals + 1);
    constexpr std::string_view kCameras = "cameras.", kDefaults = "defaults.";
    if (path.starts_with(kCameras)) {
      read_camera_set(std::string_view(path).substr(kCameras.size()), text, layer, problems);
    } else if (const ProgramKey* key = find_key(program_keys(), path)) {
      layer.program.push_back({key, RawValue::text(text), std::string(kSetFlag), path});
    } else if (const CameraKey* default_key = path.starts_with(kDefaults)
                                                  ? find_key(camera_keys(), path.substr(kDefaults.size()))
                                                  : nullptr) {
      layer.defaults.push_back({default_key, RawValue::text(text), std::string(kSetFlag), path});
    } else {
      report_unknown_path(path, problems);
    }
  }
  return layer;
}

Layer read_environment_layer(const Environment& environment, std::span<const std::string> cameras,
                             Problems& problems) {
  return EnvironmentReader(environment, problems).read(cameras);
}

}  // namespace vigia::settings
