#include "settings/secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/file.h"
#include "base/text.h"
#include "settings/spelling.h"

namespace vigia::settings {
namespace {

constexpr Bytes kLargestSecretsFile = 64_KiB;
constexpr std::array<std::string_view, 7> kVariables{
    "FINDFACE_URL",         "FINDFACE_USER", "FINDFACE_PASSWORD", "FINDFACE_UUID",
    "VIGIA_WEBHOOK_SECRET", "MQTT_USER",     "MQTT_PASSWORD"};

std::string_view without_quotes(std::string_view text) {
  const bool quoted =
      text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  return quoted ? text.substr(1, text.size() - 2) : text;
}

void read_line(std::string_view line, const std::string& where, Environment& into, Problems& problems) {
  line = trim(line);
  if (line.empty() || line.front() == '#') return;
  constexpr std::string_view kExport = "export ";
  if (line.starts_with(kExport)) line = trim(line.substr(kExport.size()));
  const std::size_t equals = line.find('=');
  const std::string allowed = fmt::format("{}", fmt::join(kVariables, ", "));
  // The whole line may be a secret: it is not shown.
  if (equals == std::string_view::npos)
    return problems.error({where, "the line", "is not KEY=VALUE", allowed});
  const std::string_view name = trim(line.substr(0, equals));
  if (std::find(kVariables.begin(), kVariables.end(), name) == kVariables.end()) {
    return problems.error({where, "the line", "sets something else", allowed, nearest(name, kVariables)});
  }
  const std::string_view value = without_quotes(trim(line.substr(equals + 1)));
  if (has_control_character(value)) return problems.error({where, name, "holds a control character"});
  into[std::string(name)] = value;
}

Environment read_secrets_file(const std::string& path, std::string_view where, Problems& problems) {
  Environment secrets;
  if (path.empty()) return secrets;
  const auto content = read_file(path, kLargestSecretsFile);
  if (!content) {
    problems.error({where, "delivery.findface.secrets_file", content.error().text});
    return secrets;
  }
  if (readable_by_others(path)) {
    problems.warning(
        {path, "secrets", fmt::format("other users can read them; fix it with: chmod 600 {}", path)});
  }
  std::string_view rest = content.value();
  for (int line = 1; !rest.empty() && !problems.full(); ++line) {
    const std::size_t end = rest.find('\n');
    read_line(rest.substr(0, end), fmt::format("{}:{}", path, line), secrets, problems);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return secrets;
}

}  // namespace

void read_secrets(const Environment& environment, std::string_view where, Settings& settings,
                  Problems& problems) {
  findface::FindfaceOptions& findface = settings.findface;
  const Environment file = read_secrets_file(findface.secrets_file, where, problems);
  const auto value = [&](const std::string& name) -> std::string {
    for (const Environment* source : {&environment, &file}) {
      const auto found = source->find(name);
      if (found != source->end() && !found->second.empty()) return found->second;
    }
    return {};
  };
  findface.user = value("FINDFACE_USER");
  findface.password = value("FINDFACE_PASSWORD");
  findface.uuid = value("FINDFACE_UUID");
  settings.webhook.secret = value("VIGIA_WEBHOOK_SECRET");
  settings.mqtt.user = value("MQTT_USER");
  settings.mqtt.password = value("MQTT_PASSWORD");
  const std::string url = value("FINDFACE_URL");
  if (!findface.url.empty() || url.empty()) return;
  findface.url = url;
  const ProgramKey& key = *find_key(program_keys(), "delivery.findface.url");
  if (const auto wrong = check_rule(key.rule, &findface.url)) {
    problems.error({findface.secrets_file, "FINDFACE_URL",
                    fmt::format("{} {}", shown(RawValue::text(url), false), wrong->what), allowed_text(key)});
  }
}

}  // namespace vigia::settings
