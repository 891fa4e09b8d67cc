#include "discover/login.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <map>

#include "base/text.h"
#include "discover/xml.h"
#include "http/body.h"

namespace vigia::discover {
namespace {

constexpr std::string_view kSecurity =
    R"(<w:Security s:mustUnderstand="1" )"
    R"(xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" )"
    R"(xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">)"
    R"(<w:UsernameToken><w:Username>{}</w:Username><w:Password )"
    R"(Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest">)"
    R"({}</w:Password><w:Nonce )"
    R"(EncodingType="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary">)"
    R"({}</w:Nonce><u:Created>{}</u:Created></w:UsernameToken></w:Security>)";

// Empty: it failed.
std::string hash(const EVP_MD* kind, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, kind, nullptr) != 1) return {};
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string random_bytes() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return {};
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// `name="a \"quoted\" value", other=value`; names in lower case. Ends where it makes no sense.
std::map<std::string, std::string> parameters_of(std::string_view text) {
  std::map<std::string, std::string> found;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \t,");
    const std::size_t equals = text.find('=', begin == text.npos ? 0 : begin);
    if (begin == text.npos || equals == text.npos) return found;
    const std::string name = lower(trim(text.substr(begin, equals - begin)));
    text = trim(text.substr(equals + 1));
    std::string value;
    std::size_t at = 0;
    if (text.starts_with('"')) {
      for (at = 1; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        value += text[at];
      }
      at = std::min(at + 1, text.size());
    } else {
      at = std::min(text.find(','), text.size());
      value = trim(text.substr(0, at));
    }
    found.emplace(name, value);
    text.remove_prefix(at);
  }
}

bool holds_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (lower(trim(list.substr(0, end))) == word) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out + '"';
}

}  // namespace

std::string security_header(const Login& login, UtcTime created) {
  const std::string time = format_utc(created).substr(0, 19) + "Z";  // some read no fractions
  const std::string nonce = random_bytes();
  const std::string digest = hash(EVP_sha1(), nonce + time + login.password);
  if (nonce.empty() || digest.empty()) return {};
  return fmt::format(kSecurity, escaped(login.user), http::base64(digest), http::base64(nonce), time);
}

std::optional<HttpDigest> HttpDigest::of(std::span<const std::string> offers) {
  constexpr std::string_view kScheme = "digest ";
  for (const std::string& offer : offers) {
    const std::string_view text = trim(offer);
    if (lower(text.substr(0, kScheme.size())) != kScheme) continue;
    auto said = parameters_of(text.substr(kScheme.size()));
    HttpDigest digest;
    digest.algorithm_ = said["algorithm"];
    const std::string algorithm = lower(digest.algorithm_);
    const bool known = algorithm.empty() || algorithm == "md5" || algorithm == "sha-256";
    digest.has_qop_ = !said["qop"].empty();
    if (!known || said["nonce"].empty() || (digest.has_qop_ && !holds_word(said["qop"], "auth"))) continue;
    digest.realm_ = said["realm"];
    digest.nonce_ = said["nonce"];
    digest.has_opaque_ = said.contains("opaque");
    digest.opaque_ = said["opaque"];
    digest.stale_ = lower(said["stale"]) == "true";
    return digest;
  }
  return std::nullopt;
}

std::string HttpDigest::answer(const Login& login, std::string_view path) {
  const EVP_MD* const kind = lower(algorithm_) == "sha-256" ? EVP_sha256() : EVP_md5();
  const std::string uri(path.empty() ? "/" : path);
  const std::string mine = hex(random_bytes());
  const std::string count = fmt::format("{:08x}", ++count_);
  const std::string who = hex(hash(kind, login.user + ":" + realm_ + ":" + login.password));
  const std::string what = hex(hash(kind, "POST:" + uri));
  const std::string between = has_qop_ ? nonce_ + ":" + count + ":" + mine + ":auth" : nonce_;
  std::string header = fmt::format("Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\"",
                                   in_quotes(login.user), in_quotes(realm_), in_quotes(nonce_),
                                   in_quotes(uri), hex(hash(kind, who + ":" + between + ":" + what)));
  if (!algorithm_.empty())
    header += ", algorithm=" + (lower(algorithm_) == "md5" ? "MD5" : std::string("SHA-256"));
  if (has_opaque_) header += ", opaque=" + in_quotes(opaque_);
  if (has_qop_) header += fmt::format(", qop=auth, nc={}, cnonce=\"{}\"", count, mine);
  return header;
}

}  // namespace vigia::discover
