// The one table of all settings: a key's name, what it allows, what it is for, and where its value is stored.
// Reading YAML, --set, the environment, nearest spellings and the default file all use it, so no key is
// written twice. A new key is one row here and one member in its part's options. Threads: the tables are
// constant; thread-safe.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "settings/settings.h"
#include "settings/value.h"

namespace vigia::settings {

// What a key allows beyond its type.
struct Rule {
  double at_least = -std::numeric_limits<double>::infinity();
  double at_most = std::numeric_limits<double>::infinity();
  std::string_view unit;                      // "seconds", "pixels"
  std::span<const std::string_view> choices;  // texts: one of these
  std::string_view allowed;                   // in words; empty: made from type, range, unit and choices
  std::optional<Wrong> (*check)(SettingRef) = nullptr;  // what a range cannot say
  bool secret = false;                                  // its value is never shown
};

template <class Owner>
struct Key {
  std::string_view name;  // "memory.gc_interval"; in a camera "jpeg_quality"
  SettingRef (*slot)(Owner&);
  Rule rule;
  std::string_view comment;
  std::string_view example = {};  // instead of a default: for what only the user knows

  // The default as text, for people.
  [[nodiscard]] std::string default_text() const {
    Owner fresh;
    return format(slot(fresh));
  }
};

using CameraKey = Key<CameraSettings>;
using ProgramKey = Key<Settings>;

// name, url, id, token: only in cameras[].
std::span<const CameraKey> identity_keys();
// Allowed in cameras[] and in defaults.
std::span<const CameraKey> camera_keys();
// All other keys, with their section: "delivery.findface.url".
std::span<const ProgramKey> program_keys();

// "a whole number of pixels from 0 to 8192": for error lines and the default file.
std::string allowed_text(const Rule& rule, SettingRef slot);
template <class Owner>
std::string allowed_text(const Key<Owner>& key) {
  Owner fresh;
  return allowed_text(key.rule, key.slot(fresh));
}

// Checks a parsed value against the rule's range, choices and check. Nothing if it passes.
std::optional<Wrong> check_rule(const Rule& rule, SettingRef slot);

template <class Owner>
const Key<Owner>* find_key(std::span<const Key<Owner>> keys, std::string_view name) {
  for (const Key<Owner>& key : keys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

}  // namespace vigia::settings
