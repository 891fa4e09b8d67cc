#include "http/look_up.h"

#include <curl/curl.h>
#include <netdb.h>

#include <array>
#include <optional>

#include "http/one_transfer.h"

namespace vigia::http {
namespace {

using Addresses = std::vector<std::string>;

// libcurl has an address, and wants a socket for it.
curl_socket_t note_address(void* found, curlsocktype, curl_sockaddr* address) noexcept {
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(&address->addr, address->addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) ==
      0) {
    static_cast<Addresses*>(found)->emplace_back(text.data());
  }
  return CURL_SOCKET_BAD;  // then it tries the next one, and ends after the last
}

}  // namespace

Result<Addresses> look_up(const std::string& host, Nanoseconds at_most, const std::stop_token& stop) {
  OneTransfer transfer;
  if (!transfer.usable()) return Error{ErrorCode::unavailable, "libcurl cannot be used"};
  const bool six = host.find(':') != std::string::npos;
  Addresses found;
  transfer.set_connect_only(six ? "http://[" + host + "]" : "http://" + host, at_most);
  curl_easy_setopt(transfer.easy(), CURLOPT_OPENSOCKETFUNCTION, note_address);
  curl_easy_setopt(transfer.easy(), CURLOPT_OPENSOCKETDATA, &found);
  const std::optional<CURLcode> code = transfer.run(stop);
  if (!found.empty()) return found;
  if (!code) return Error{ErrorCode::cancelled, "stopped"};
  return Error{ErrorCode::unavailable, transfer.said(*code)};
}

}  // namespace vigia::http
