// Asks a running Vigia over its API what it knows: for `vigia status` and `vigia top`.
// Threads: owner thread only. Cost: four requests a look, some milliseconds.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"
#include "http/http.h"
#include "settings/settings.h"
#include "settings/status_options.h"

namespace vigia::app {

using Json = nlohmann::ordered_json;

// What the API says; the names are those of src/web/openapi.json.
struct AgentState {
  Json status, cameras, receivers, memory;
};

class Agent {
 public:
  // Errors: invalid (web.listen is off; the token's file cannot be read).
  static Result<Agent> at(const settings::Settings& settings, const settings::StatusOptions& options);

  // Errors: invalid (it wants another token), not_found (nothing answers there, or no Vigia does).
  Result<AgentState> look();
  // Whether its threads work, as it says itself; it asks for no token. Errors: not_found.
  Result<bool> is_alive();
  // "http://127.0.0.1:8080"
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  Agent(std::string url, std::string token) : url_(std::move(url)), token_(std::move(token)) {}
  Result<Json> ask(const char* path);

  std::string url_, token_;
  std::unique_ptr<http::Http> http_ = std::make_unique<http::Http>();
};

}  // namespace vigia::app
