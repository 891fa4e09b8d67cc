#include "app/agent.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/log.h"
#include "web/web_token.h"

namespace vigia::app {
namespace {

constexpr auto kWithin = std::chrono::seconds(5);

// An address that means every one of this machine's is asked at the first of them.
std::string url_of(const std::string& listen) {
  const auto address = web::parse_listen(listen);
  if (!address) return {};
  if (address->is_v6)
    return fmt::format("http://[{}]:{}", address->host == "::" ? "::1" : address->host, address->port);
  return fmt::format("http://{}:{}", address->host == "0.0.0.0" ? "127.0.0.1" : address->host, address->port);
}

}  // namespace

Result<Agent> Agent::at(const settings::Settings& settings, const settings::StatusOptions& options) {
  auto token = web::read_token(settings.web);
  if (!token) return token.error();
  std::string url = options.url;
  while (url.ends_with('/')) url.pop_back();
  if (url.empty() && !settings.web.enabled()) {
    return Error{ErrorCode::invalid, "web.listen is off: a Vigia with these settings tells nobody how it is"};
  }
  if (url.empty()) url = url_of(settings.web.listen);
  return Agent(std::move(url), *std::move(token));
}

Result<Json> Agent::ask(const char* path) {
  http::HttpRequest request;
  request.url = url_ + path;
  request.timeout = kWithin;
  if (!token_.empty()) request.headers.push_back("Authorization: Bearer " + token_);
  const http::HttpResult answer = http_->perform(request, {});
  const std::string where = redact(url_);
  if (answer.failure != http::HttpFailure::none) {
    return Error{ErrorCode::not_found, fmt::format("no Vigia answers at {}: {}", where, answer.text)};
  }
  if (answer.status == 401 || answer.status == 403) {
    return Error{ErrorCode::invalid,
                 fmt::format("{} wants {} token: give the settings it runs with (-c), or VIGIA_WEB_TOKEN",
                             where, token_.empty() ? "a" : "another")};
  }
  Json json = answer.status == 200 ? Json::parse(answer.body, nullptr, false) : Json();
  if (!json.is_object()) {
    return Error{
        ErrorCode::not_found,
        fmt::format("what answers at {} is no Vigia, or cannot answer now: status {}", where, answer.status)};
  }
  return json;
}

Result<AgentState> Agent::look() {
  AgentState state;
  for (const auto& [path, into] :
       {std::pair{"/api/v1/status", &state.status}, std::pair{"/api/v1/cameras", &state.cameras},
        std::pair{"/api/v1/receivers", &state.receivers}, std::pair{"/api/v1/memory", &state.memory}}) {
    auto answer = ask(path);
    if (!answer) return answer.error();
    *into = *std::move(answer);
  }
  return state;
}

Result<bool> Agent::is_alive() {
  http::HttpRequest request;
  request.url = url_ + "/healthz";
  request.timeout = kWithin;
  const http::HttpResult answer = http_->perform(request, {});
  if (answer.failure == http::HttpFailure::none && (answer.status == 200 || answer.status == 503)) {
    return answer.status == 200;
  }
  return Error{ErrorCode::not_found, fmt::format("no Vigia answers at {}{}{}", redact(url_),
                                                 answer.text.empty() ? "" : ": ", answer.text)};
}

}  // namespace vigia::app
