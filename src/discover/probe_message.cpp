#include "discover/probe_message.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"
#include "base/url.h"
#include "discover/targets.h"
#include "discover/xml.h"
#include "http/http.h"

namespace vigia::discover {
namespace {

constexpr std::size_t kMostMatches = 16;  // of one datagram

constexpr std::string_view kProbe =
    R"(<?xml version="1.0" encoding="UTF-8"?>)"
    R"(<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" )"
    R"(xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" )"
    R"(xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" )"
    R"(xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>)"
    R"(<a:MessageID>uuid:{}</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>)"
    R"(<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></s:Header><s:Body>)"
    R"(<d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>)";

constexpr std::string_view kScopes = "onvif://www.onvif.org/";

std::string random_uuid() {
  std::array<unsigned char, 16> bytes{};
  // A repeated id would only mean that a device answers once.
  static_cast<void>(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())));
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);  // version 4
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes.at(i));
  }
  return text;
}

std::vector<std::string> words_of(std::string_view text, std::size_t at_most) {
  std::vector<std::string> words;
  while (words.size() < at_most && !(text = trim(text)).empty()) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

bool is_service_url(const std::string& url) {
  const UrlParts parts = split_url(url);
  const std::string scheme = lower(parts.scheme);
  return (scheme == "http" || scheme == "https") && is_host(parts.host) && !parts.has_user;
}

// "onvif://www.onvif.org/name/Front%20door": "Front door" of the scopes for "name".
std::string scope(const std::vector<std::string>& scopes, std::string_view what) {
  const std::string prefix = fmt::format("{}{}/", kScopes, what);
  for (const std::string& one : scopes) {
    if (one.starts_with(prefix)) return http::url_decode(one.substr(prefix.size()));
  }
  return {};
}

Match read_match(const pugi::xml_node& node, const std::string& from) {
  Match match;
  match.from = from;
  match.endpoint = text_of(descend(node, {"EndpointReference", "Address"}));
  match.xaddrs = words_of(text_of(child(node, "XAddrs")), kMostXaddrs);
  std::erase_if(match.xaddrs, [](const std::string& url) { return !is_service_url(url); });
  const std::vector<std::string> scopes = words_of(text_of(child(node, "Scopes")), 64);
  match.name = scope(scopes, "name");
  match.place = scope(scopes, "location");
  return match;
}

// Other machines answer Probes too: printers, computers.
bool is_onvif(const pugi::xml_node& node) {
  const std::string types = text_of(child(node, "Types"));
  return types.empty() || types.find("NetworkVideoTransmitter") != std::string::npos ||
         text_of(child(node, "Scopes")).find(kScopes) != std::string::npos;
}

// Lower is better.
int rank(const std::string& url, const std::string& from) {
  const UrlParts parts = split_url(url);
  const std::string host = lower(parts.host);
  const bool https = lower(parts.scheme) == "https";  // nearly all sign their certificate themselves
  if (host == from) return https ? 1 : 0;
  if (host.starts_with("169.254.") || host.starts_with("fe80:")) return 6;
  return (host.find(':') != std::string::npos ? 4 : 2) + (https ? 1 : 0);
}

std::string at_host(const std::string& url, const std::string& host) {
  const UrlParts parts = split_url(url);
  return fmt::format("{}://{}{}{}{}", parts.scheme, host, parts.has_port ? ":" : "", parts.port, parts.path);
}

}  // namespace

std::string probe_message() {
  return fmt::format(kProbe, random_uuid());
}

Result<std::vector<Match>> read_matches(std::string_view text, const std::string& from) {
  const Result<Document> document = Document::parse(text);
  if (!document) return document.error();
  const pugi::xml_node matches = descend(document->root(), {"Body", "ProbeMatches"});
  if (!matches) return Error{ErrorCode::invalid, "the datagram is no answer to a Probe"};
  std::vector<Match> found;
  for (const pugi::xml_node& node : children(matches, "ProbeMatch", kMostMatches)) {
    if (is_onvif(node)) found.push_back(read_match(node, from));
  }
  return found;
}

std::vector<std::string> service_urls(const Match& match) {
  std::vector<std::string> urls = match.xaddrs;
  std::ranges::stable_sort(urls, {}, [&](const std::string& url) { return rank(url, match.from); });
  const bool reaches_it = !urls.empty() && rank(urls.front(), match.from) <= 1;
  if (!reaches_it && !match.from.empty()) {
    urls.insert(urls.begin(), urls.empty() ? "http://" + match.from + "/onvif/device_service"
                                           : at_host(urls.front(), match.from));
  }
  constexpr std::size_t kMostTried = 4;
  if (urls.size() > kMostTried) urls.resize(kMostTried);
  return urls;
}

}  // namespace vigia::discover
