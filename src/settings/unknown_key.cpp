#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "settings/layer.h"
#include "settings/spelling.h"

namespace vigia::settings {
namespace {

void add_once(std::vector<std::string_view>& words, std::string_view word) {
  if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
}

std::string_view last_word(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

bool in_camera(std::string_view prefix) {
  return prefix.starts_with("cameras") || prefix == "defaults.";
}

// The full path of a key that has this name in another section.
std::string elsewhere(std::string_view word) {
  for (const ProgramKey& key : program_keys()) {
    if (last_word(key.name) == word) return std::string(key.name);
  }
  if (find_key(camera_keys(), word) != nullptr) return fmt::format("defaults.{}", word);
  return {};
}

// `now` as it is written in the section that the user wrote the old name in.
std::string from_here(std::string_view now, std::string_view prefix) {
  if (in_camera(prefix) || now.find('.') != std::string_view::npos) return std::string(now);
  if (find_key(camera_keys(), now) != nullptr) return fmt::format("defaults.{}", now);
  if (find_key(identity_keys(), now) != nullptr) return fmt::format("cameras[].{}", now);
  return std::string(now);
}

std::string old_name_text(const OldName& name, std::string_view prefix) {
  if (name.now.empty()) return fmt::format("is no longer a setting: {}", name.note);
  std::string text = fmt::format("unknown key; it is now {}", from_here(name.now, prefix));
  if (!name.note.empty()) text += fmt::format(" ({})", name.note);
  return text;
}

std::string secret_text(std::string_view word, std::string_view prefix) {
  const std::string_view variable = secret_variable(word, prefix);
  if (variable.empty()) return {};
  if (!in_camera(prefix)) {
    return fmt::format(
        "is a secret and has no place here; set {} in the environment or in the file that "
        "delivery.findface.secrets_file names",
        variable);
  }
  if (variable == "FINDFACE_UUID" || variable == "FINDFACE_URL") return {};
  return "unknown key; a camera's user and password have the keys username and password";
}

std::string list_of(std::span<const std::string_view> known) {
  constexpr std::size_t kMost = 90;
  std::string list = fmt::format("{}", fmt::join(known, ", "));
  return list.size() <= kMost ? list : "what 'vigia check --defaults' prints";
}

// The same word apart from capitals and dashes.
bool same_but_for_case(std::string_view word, std::string_view meant) {
  if (word.size() != meant.size()) return false;
  return std::equal(word.begin(), word.end(), meant.begin(), [](char a, char b) {
    if (a == '-') a = '_';
    return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b;
  });
}

}  // namespace

const CameraKey* find_camera_key(std::string_view name) {
  const CameraKey* key = find_key(camera_keys(), name);
  return key != nullptr ? key : find_key(identity_keys(), name);
}

std::vector<std::string_view> words_after(std::string_view prefix) {
  std::vector<std::string_view> words;
  if (prefix.empty()) words = {"cameras", "defaults"};
  if (prefix == "defaults.") {
    for (const CameraKey& key : camera_keys()) words.push_back(key.name);
  }
  for (const ProgramKey& key : program_keys()) {
    if (!key.name.starts_with(prefix)) continue;
    const std::string_view rest = key.name.substr(prefix.size());
    add_once(words, rest.substr(0, rest.find('.')));
  }
  return words;
}

void report_unknown(Problems& problems, std::string_view where, std::string_view prefix,
                    std::string_view word, std::span<const std::string_view> known) {
  if (problems.full()) return problems.error_line({});
  std::string name = shown(word);
  if (name.empty()) name = "?";
  const std::string path = fmt::format("{}{}", prefix, name);
  std::string meant = nearest(word, known);
  if (!same_but_for_case(word, meant)) {
    const std::string secret = secret_text(last_word(word), prefix);
    if (!secret.empty()) return problems.error({where, path, secret});
    if (const OldName* old = find_old_name(last_word(word))) {
      return problems.error({where, path, old_name_text(*old, prefix)});
    }
  }
  if (meant.empty()) {
    meant = elsewhere(word);
  } else if (where == kSetFlag) {
    meant = fmt::format("{}{}", prefix, meant);  // a flag says the whole path
  }
  problems.error({where, path, "unknown key", list_of(known), meant});
}

}  // namespace vigia::settings
