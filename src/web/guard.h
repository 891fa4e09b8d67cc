// Decides who may ask: that a request was meant for this server (no DNS rebinding, no other site's page), and
// that it carries the token where one is set.
//
// Host: an IP address, localhost, or a name of web.hosts: a page whose name was made to point here has
// another. Origin: this server's own. Sec-Fetch-Site: same-origin or none; from elsewhere only the page
// itself may be opened, by a link. This holds on localhost too, where any page in the user's browser could
// ask otherwise.
//
// The token comes as 'Authorization: Bearer TOKEN' or as the cookie that login() sets, which is made of the
// token (HMAC-SHA256), so it lasts over restarts and ends when the token is changed. Comparisons take the
// same time whatever differs. After 5 wrong ones within a minute an address has to wait a minute. Cost:
// microseconds; at most 256 addresses are remembered. Threads: owner thread only.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "web/message.h"

namespace vigia::web {

enum class Access {
  open,   // everybody: whether it is alive, the login
  page,   // the files of the page, which hold nothing of this installation
  token,  // the rest
};

class Guard {
 public:
  static constexpr int kMostFailures = 5;
  static constexpr std::size_t kMostAddresses = 256;

  // token: empty: none is needed.
  Guard(std::string token, std::vector<std::string> hosts, Clock& clock);

  // Nothing: it may be answered.
  std::optional<HttpAnswer> refuse(const Request& request, Access access);
  [[nodiscard]] bool needs_login() const { return !token_.empty(); }
  // Without counting a failure.
  [[nodiscard]] bool is_logged_in(const Request& request) const;
  // 204 with the cookie, or an error.
  HttpAnswer login(const Request& request, std::string_view token);
  [[nodiscard]] static HttpAnswer logout();

 private:
  struct Failures {
    int count = 0;
    SteadyTime first{};
  };
  [[nodiscard]] bool is_known_host(std::string_view host) const;
  [[nodiscard]] std::optional<HttpAnswer> refuse_other_sites(const Request& request, Access access) const;
  [[nodiscard]] bool must_wait(const std::string& client);
  void note_failure(const std::string& client);

  // Constant after construction.
  const std::string token_, cookie_;
  const std::vector<std::string> hosts_;
  Clock& clock_;

  std::map<std::string, Failures> failures_;  // by address
};

}  // namespace vigia::web
