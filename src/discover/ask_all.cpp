#include "discover/ask_all.h"

#include <arpa/inet.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>

#include "base/url.h"
#include "base/worker.h"

namespace vigia::discover {
namespace {

// Addresses of IPv4 by their number, then all others by their letters.
std::pair<std::uint64_t, std::string> place_of(const Lead& lead) {
  in_addr address{};
  if (::inet_pton(AF_INET, lead.host.c_str(), &address) == 1) return {ntohl(address.s_addr), ""};
  return {std::uint64_t{1} << 32U, lead.host};
}

Lead lead_of(const Match& match) {
  Lead lead{.host = match.from, .urls = service_urls(match), .name = match.name, .place = match.place};
  // Behind a relay of Probes the device itself is elsewhere.
  if (lead.host.empty() && !lead.urls.empty()) lead.host = split_url(lead.urls.front()).host;
  return lead;
}

void add_url(Lead& lead, const std::string& url) {
  if (std::ranges::find(lead.urls, url) == lead.urls.end()) lead.urls.push_back(url);
}

}  // namespace

std::vector<Lead> leads_of(std::span<const Target> targets, std::span<const Match> matches) {
  std::vector<Lead> leads;
  std::vector<bool> used(matches.size(), false);
  for (const Target& target : targets) {
    Lead lead{
        .host = target.host, .urls = {}, .name = {}, .place = {}, .may_be_absent = target.may_be_absent};
    for (std::size_t i = 0; i < matches.size(); ++i) {
      const std::vector<std::string> urls = service_urls(matches[i]);
      const bool same_url = std::ranges::find(urls, target.url) != urls.end();
      if (!same_url && !(target.may_be_elsewhere && matches[i].from == target.host)) continue;
      used[i] = true;
      lead.may_be_absent = false;
      lead.name = matches[i].name;
      lead.place = matches[i].place;
      if (target.may_be_elsewhere) lead.urls = urls;
      break;
    }
    add_url(lead, target.url);
    leads.push_back(std::move(lead));
  }
  for (std::size_t i = 0; i < matches.size(); ++i) {
    if (!used[i]) leads.push_back(lead_of(matches[i]));
  }
  std::ranges::stable_sort(leads, {}, place_of);
  return leads;
}

std::vector<Device> ask_all(std::span<const Lead> leads, const Logins& logins, http::Http& http,
                            const std::stop_token& stop) {
  std::vector<Device> devices(leads.size());
  std::atomic<std::size_t> next{0};
  const auto ask = [&](const std::stop_token&) {
    for (std::size_t i = next++; i < leads.size(); i = next++) {
      const Lead& lead = leads[i];
      devices[i] = ask_device(lead, logins.of(lead.host), http, system_clock(), stop);
    }
  };
  std::vector<Worker> workers;
  for (std::size_t i = 0; i < std::min(kAskedAtOnce, leads.size()); ++i)
    workers.emplace_back("discover", ask);
  for (Worker& worker : workers) worker.join();
  return devices;
}

}  // namespace vigia::discover
