#include "settings/default_yaml.h"

#include <fmt/format.h>

#include <vector>

#include "settings/schema.h"

namespace vigia::settings {
namespace {

constexpr std::string_view kPrologue =
    R"(# Vigia's settings: every key, its default and what it may be. 'vigia check --defaults' prints this file.
# Leave out what you do not change. Later sources override earlier ones:
#   this file < environment (VIGIA_MEMORY_GC_INTERVAL=2) < flags (--set memory.gc_interval=2)
# Secrets are not kept here: FINDFACE_USER, FINDFACE_PASSWORD and FINDFACE_UUID, VIGIA_WEBHOOK_SECRET, MQTT_USER
# and MQTT_PASSWORD come from the environment, or from the file that delivery.findface.secrets_file names.
)";

constexpr std::string_view kCamerasHead = R"(
# Your cameras, one entry each; an entry may also have any key of 'defaults'. Without any, and with
# delivery.findface, they come from FindFace. Also --set cameras.gate.url=..., VIGIA_CAMERAS_GATE_URL=...
# 'vigia discover' prints those of a network that have ONVIF.
cameras:
)";

constexpr std::string_view kDefaultsHead = "\n# For all cameras; an entry of 'cameras' may differ.\n";

std::string entry(const std::string& indent, std::string_view key, std::string_view value,
                  std::string_view comment) {
  return fmt::format("{0}# {1}\n{0}{2}: {3}\n", indent, comment, key, value);
}

template <class Owner>
std::string comment_of(const Key<Owner>& key) {
  const std::string allowed = allowed_text(key);
  const std::string text(key.comment);
  return allowed == "true or false" ? text : fmt::format("{} [{}]", text, allowed);
}

// As comments, indented so that the entry is valid once "# " is removed.
std::string example_camera() {
  std::string out;
  for (const CameraKey& key : identity_keys()) {
    const std::string left = fmt::format("  # {} {}: {}", out.empty() ? "-" : " ", key.name, key.example);
    out += fmt::format("{:<40} # {}\n", left, comment_of(key));
  }
  return out;
}

// Opens the sections of `name` that are not open yet.
std::string open_sections(std::string_view name, std::vector<std::string>& open) {
  std::vector<std::string> wanted;
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    wanted.emplace_back(name.substr(0, dot));
    name.remove_prefix(dot + 1);
  }
  std::string out;
  std::size_t same = 0;
  while (same < open.size() && same < wanted.size() && open[same] == wanted[same]) ++same;
  for (std::size_t depth = same; depth < wanted.size(); ++depth) {
    if (depth == 0) out += "\n";
    out += fmt::format("{:{}}{}:\n", "", 2 * depth, wanted[depth]);
  }
  open = std::move(wanted);
  return out;
}

}  // namespace

std::string default_yaml() {
  std::string out(kPrologue);
  out += kCamerasHead;
  out += example_camera();
  out += kDefaultsHead;
  out += "defaults:\n";
  for (const CameraKey& key : camera_keys())
    out += entry("  ", key.name, key.default_text(), comment_of(key));
  std::vector<std::string> open;
  for (const ProgramKey& key : program_keys()) {
    out += open_sections(key.name, open);
    const std::string_view leaf = key.name.substr(key.name.rfind('.') + 1);
    out += entry(std::string(2 * open.size(), ' '), leaf, key.default_text(), comment_of(key));
  }
  return out;
}

}  // namespace vigia::settings
