#include "web/guard.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "base/log.h"
#include "base/text.h"

namespace vigia::web {
namespace {

using namespace std::chrono_literals;

constexpr auto kWindow = 60s;
constexpr std::string_view kCookie = "vigia";
constexpr std::string_view kWhatFor = "vigia session 1";  // so that the cookie is no plain hash of the token
constexpr std::string_view kAttributes = "; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000";

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest digest_of(std::string_view text) {
  Digest digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return digest;
}

// Of hashes, so that neither length nor content shows in the time it takes.
bool is_same(std::string_view a, std::string_view b) {
  const Digest one = digest_of(a), other = digest_of(b);
  return CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::string cookie_of(const std::string& token) {
  if (token.empty()) return {};
  Digest mac{};
  unsigned int size = mac.size();
  HMAC(EVP_sha256(), token.data(), static_cast<int>(token.size()),
       reinterpret_cast<const unsigned char*>(kWhatFor.data()),  // NOLINT: bytes
       kWhatFor.size(), mac.data(), &size);
  std::string text;
  for (const unsigned char byte : mac) text += fmt::format("{:02x}", byte);
  return text;
}

// The value of our cookie; nothing: there is none.
std::optional<std::string_view> find_cookie(std::string_view header) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    const std::string_view one = trim(header.substr(0, end));
    header = header.substr(std::min(end + 1, header.size()));
    if (one.starts_with(kCookie) && one.substr(kCookie.size()).starts_with('=')) {
      return one.substr(kCookie.size() + 1);
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> bearer_of(const Request& request) {
  constexpr std::string_view kScheme = "bearer ";
  if (!request.authorization || !lower(*request.authorization).starts_with(kScheme)) return std::nullopt;
  return trim(std::string_view(*request.authorization).substr(kScheme.size()));
}

// Without the port; nothing: it is malformed.
std::optional<std::string> name_of(std::string_view host) {
  const std::string small = lower(host);
  const std::string_view text = small;
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::size_t colon = text.find(':', bracket);
  const std::string_view port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  const bool is_number = std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
  const std::string_view name = text.substr(0, colon);
  if (!is_number || port.size() > 5 || name.empty()) return std::nullopt;
  return std::string(name);
}

bool is_address(const std::string& name) {
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, name.c_str(), &v4) == 1) return true;
  return name.size() > 2 && name.front() == '[' && name.back() == ']' &&
         ::inet_pton(AF_INET6, name.substr(1, name.size() - 2).c_str(), &v6) == 1;
}

}  // namespace

Guard::Guard(std::string token, std::vector<std::string> hosts, Clock& clock)
    : token_(std::move(token)), cookie_(cookie_of(token_)), hosts_(std::move(hosts)), clock_(clock) {}

bool Guard::is_known_host(std::string_view host) const {
  const auto name = name_of(host);
  if (!name) return false;
  if (*name == "localhost" || is_address(*name)) return true;
  return std::ranges::any_of(hosts_, [&](const std::string& known) { return lower(known) == *name; });
}

std::optional<HttpAnswer> Guard::refuse_other_sites(const Request& request, Access access) const {
  if (request.has_two_hosts) return error_answer(400, "there are two Host headers");
  if (!request.host || !is_known_host(*request.host)) {
    return error_answer(403, "this Host is not this server's: use its address, or add the name to web.hosts");
  }
  if (request.origin) {
    const std::string origin = lower(*request.origin), host = lower(*request.host);
    if (origin != "http://" + host && origin != "https://" + host) {
      return error_answer(403, "a page of another site may not ask");
    }
  }
  if (!request.fetch_site || *request.fetch_site == "same-origin" || *request.fetch_site == "none") return {};
  const bool follows_a_link =
      access == Access::page && request.method == Method::get && request.fetch_mode == "navigate";
  if (follows_a_link) return {};
  return error_answer(403, "a page of another site may not ask");
}

std::optional<HttpAnswer> Guard::refuse(const Request& request, Access access) {
  if (auto refused = refuse_other_sites(request, access)) return refused;
  if (access != Access::token || token_.empty()) return {};
  const auto bearer = bearer_of(request);
  const auto cookie = request.cookie ? find_cookie(*request.cookie) : std::nullopt;
  if (!bearer && !cookie) {
    HttpAnswer answer = error_answer(401, "a token is needed: log in, or send 'Authorization: Bearer TOKEN'");
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    return answer;
  }
  if (must_wait(request.client)) {
    return error_answer(429, "too many wrong tokens from this address: try again in a minute");
  }
  if (is_logged_in(request)) return {};
  note_failure(request.client);
  HttpAnswer answer = error_answer(401, "this token is not the right one (web.token)");
  answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

bool Guard::is_logged_in(const Request& request) const {
  if (token_.empty()) return true;
  if (const auto bearer = bearer_of(request)) return is_same(*bearer, token_);
  const auto cookie = request.cookie ? find_cookie(*request.cookie) : std::nullopt;
  return cookie && is_same(*cookie, cookie_);
}

HttpAnswer Guard::login(const Request& request, std::string_view token) {
  if (must_wait(request.client)) {
    return error_answer(429, "too many wrong tokens from this address: try again in a minute");
  }
  if (!token_.empty() && !is_same(token, token_)) {
    note_failure(request.client);
    return error_answer(401, "this token is not the right one (web.token)");
  }
  log::info("web: {} has logged in", request.client);
  HttpAnswer answer{.code = 204};
  answer.headers.emplace_back("Set-Cookie", fmt::format("{}={}{}", kCookie, cookie_, kAttributes));
  return answer;
}

HttpAnswer Guard::logout() {
  HttpAnswer answer{.code = 204};
  answer.headers.emplace_back("Set-Cookie",
                              fmt::format("{}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", kCookie));
  return answer;
}

bool Guard::must_wait(const std::string& client) {
  const auto found = failures_.find(client);
  if (found == failures_.end()) return false;
  if (clock_.now() - found->second.first < kWindow) return found->second.count >= kMostFailures;
  failures_.erase(found);
  return false;
}

void Guard::note_failure(const std::string& client) {
  if (failures_.size() >= kMostAddresses && !failures_.contains(client)) {
    const auto oldest = std::ranges::min_element(
        failures_, [](const auto& a, const auto& b) { return a.second.first < b.second.first; });
    failures_.erase(oldest);
  }
  Failures& failures = failures_[client];
  // The last one begins the pause.
  if (failures.count == 0 || failures.count == kMostFailures - 1) failures.first = clock_.now();
  if (++failures.count == kMostFailures) {
    log::warn("web: {} has sent {} wrong tokens and has to wait a minute", client, kMostFailures);
  }
}

}  // namespace vigia::web
