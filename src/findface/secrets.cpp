#include "findface/secrets.h"

#include <algorithm>

#include "findface/json.h"

namespace vigia::findface {
namespace {

void hide(std::string& text, const std::string& secret) {
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), "***");
    at += 3;
  }
}

}  // namespace

Secrets::Secrets(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) add(secret);
}

void Secrets::add(const std::string& secret) {
  const std::string quoted = Json(secret).dump(-1, ' ', false, Json::error_handler_t::replace);
  for (const std::string& form : {secret, quoted.substr(1, quoted.size() - 2)}) {
    if (form.empty() || std::ranges::find(secrets_, form) != secrets_.end()) continue;
    const auto shorter = [&form](const std::string& other) { return other.size() < form.size(); };
    secrets_.insert(std::ranges::find_if(secrets_, shorter), form);
  }
}

std::string Secrets::hidden_in(std::string_view text) const {
  std::string hidden(text);
  for (const std::string& secret : secrets_) hide(hidden, secret);
  return hidden;
}

std::string Secrets::line(std::string_view text) const {
  return for_log(hidden_in(text));
}

}  // namespace vigia::findface
