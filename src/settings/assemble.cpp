#include "settings/assemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "settings/spelling.h"

namespace vigia::settings {
namespace {

class Assembler {
 public:
  Assembler(const Layers& layers, Settings base, Origins& origins, Problems& problems)
      : layers_(layers), origins_(origins), problems_(problems), settings_(std::move(base)) {}

  Settings run() {
    for (const Layer* layer : {&layers_.file, &layers_.environment, &layers_.sets}) {
      apply(layer->program, settings_);
      apply(layer->defaults, settings_.defaults);
      if (problems_.count() > 0) continue;  // the same values, the same errors
      for (CameraSettings& camera : settings_.cameras) apply(layer->defaults, camera);
    }
    for (CameraSettings& camera : settings_.cameras) {
      names_.insert(camera.spec.name);
      apply_named(camera.spec.name, camera);
    }
    for (const CameraGiven& camera : layers_.file.cameras) add_from_file(camera);
    for (const CameraGiven& camera : layers_.sets.cameras) add_from_flags(camera);
    return std::move(settings_);
  }

 private:
  void add_from_file(const CameraGiven& camera) {
    if (problems_.full()) return;
    if (!camera.name.empty() && !names_.insert(camera.name).second) {
      return problems_.error({camera.where, camera.prefix + "name",
                              shown(RawValue::text(camera.name), false) + " is another camera's",
                              "a name of its own"});
    }
    add(camera, camera.values);
  }

  // A camera that the file does not name needs a url; without one the name is taken for a typing error.
  void add_from_flags(const CameraGiven& camera) {
    if (names_.contains(camera.name)) return;
    const bool has_url = std::any_of(camera.values.begin(), camera.values.end(),
                                     [](const auto& given) { return given.key->name == "url"; });
    if (!has_url) {
      const std::vector<std::string_view> known(names_.begin(), names_.end());
      const std::string path = camera.prefix + std::string(camera.values.front().key->name);
      return problems_.error({camera.where, path, "there is no such camera",
                              "a camera of the file, or a new one by its url", nearest(camera.name, known)});
    }
    add(camera,
        {{find_camera_key("name"), RawValue::text(camera.name), camera.where, camera.prefix + "name"}});
  }

  void add(const CameraGiven& given, const std::vector<Given<CameraSettings>>& base) {
    CameraSettings camera = settings_.defaults;
    apply(base, camera);
    apply_named(given.name, camera);
    if (!origins_.contains(given.prefix + "url")) {
      problems_.error(
          {given.where, given.prefix + "url", "is missing", allowed_text(*find_camera_key("url"))});
    }
    settings_.cameras.push_back(std::move(camera));
  }

  // What the environment and flags set for a camera.
  void apply_named(const std::string& name, CameraSettings& camera) {
    for (const Layer* layer : {&layers_.environment, &layers_.sets}) {
      for (const CameraGiven& other : layer->cameras) {
        if (!name.empty() && other.name == name) apply(other.values, camera);
      }
    }
  }

  template <class Owner>
  void apply(const std::vector<Given<Owner>>& values, Owner& owner) {
    for (const Given<Owner>& given : values) {
      origins_[given.path] = given.where;
      const SettingRef slot = given.key->slot(owner);
      const auto wrong = check(given.key->rule, given.value, slot);
      if (!wrong) continue;
      const std::string what = fmt::format("{} {}", shown(given.value, given.key->rule.secret), wrong->what);
      problems_.error({given.where, given.path, what, allowed_text(*given.key), shown(wrong->meant)});
    }
  }

  static std::optional<Wrong> check(const Rule& rule, const RawValue& value, SettingRef slot) {
    for (const std::string& item : value.items) {
      if (has_control_character(item)) return Wrong{"holds a control character", {}};
    }
    if (auto wrong = parse(value, slot)) return wrong;
    return check_rule(rule, slot);
  }

  const Layers& layers_;
  Origins& origins_;
  Problems& problems_;
  Settings settings_;
  std::set<std::string, std::less<>> names_;
};

}  // namespace

Settings assemble(const Layers& layers, Settings base, Origins& origins, Problems& problems) {
  return Assembler(layers, std::move(base), origins, problems).run();
}

}  // namespace vigia::settings
