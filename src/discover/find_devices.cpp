#include "discover/find_devices.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <set>

#include "base/fd.h"

namespace vigia::discover {
namespace {

using std::chrono_literals::operator""ms;

constexpr const char* kGroup = "239.255.255.250";
constexpr std::uint16_t kPort = 3702;
constexpr int kRounds = 3;
constexpr int kReceiveBuffer = 4 << 20;  // a thousand cameras answer within half a second
constexpr auto kStep = 50ms;             // how soon a stop is noticed

// Nothing: it is no address of IPv4.
std::optional<sockaddr_in> address_of(const std::string& text, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1) return std::nullopt;
  return address;
}

// A socket, and where its Probes go.
struct Outlet {
  Fd socket;
  std::vector<sockaddr_in> to;
  const Interface* interface = nullptr;  // of a multicast
};

Result<Fd> open_socket(const std::optional<sockaddr_in>& own) {
  Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  bool done = socket.valid();
  if (done) {
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
    if (own) {
      const auto* const generic = reinterpret_cast<const sockaddr*>(&*own);
      done = ::setsockopt(socket.get(), IPPROTO_IP, IP_MULTICAST_IF, &own->sin_addr, sizeof own->sin_addr) ==
                 0 &&
             ::bind(socket.get(), generic, sizeof *own) == 0;
    }
  }
  if (!done) return Error{ErrorCode::io, std::strerror(errno)};
  return socket;
}

class Search {
 public:
  Search(const SearchPlan& plan, Clock& clock) : plan_(plan), clock_(clock) {}

  Result<Findings> run(const std::stop_token& stop) {
    open();
    if (outlets_.empty()) {
      return Error{ErrorCode::io, found_.notes.empty()
                                      ? "this machine has no interface with IPv4 that can multicast"
                                      : found_.notes.front()};
    }
    const SteadyTime begin = clock_.now();
    int sent = 0;
    while (!stop.stop_requested() && clock_.now() < begin + plan_.wait && !all_answered()) {
      // In the first half of the wait, so that the last one can be answered.
      if (sent < kRounds && clock_.now() >= begin + plan_.wait * sent / (2 * kRounds)) {
        send();
        ++sent;
      }
      receive();
    }
    return std::move(found_);
  }

 private:
  void open() {
    for (const Interface& interface : plan_.interfaces) {
      Result<Fd> socket = open_socket(address_of(interface.address, 0));
      if (socket) {
        outlets_.push_back({*std::move(socket), {*address_of(kGroup, kPort)}, &interface});
      } else {
        note(interface, socket.error().text);
      }
    }
    std::vector<sockaddr_in> hosts;
    for (const std::string& host : plan_.hosts) {
      const auto address = address_of(host, kPort);
      if (!address) continue;
      hosts.push_back(*address);
      silent_.insert(host);
    }
    if (hosts.empty()) return;
    if (Result<Fd> socket = open_socket(std::nullopt); socket) {
      outlets_.push_back({*std::move(socket), std::move(hosts), nullptr});
    }
  }

  void note(const Interface& interface, const std::string& why) {
    const std::string text =
        fmt::format("by {} ({}) no Probe can be sent: {}", interface.name, interface.address, why);
    if (std::ranges::find(found_.notes, text) == found_.notes.end()) found_.notes.push_back(text);
  }

  // One that cannot be sent now may be sent in the next round.
  void send() {
    for (const Outlet& outlet : outlets_) {
      for (const sockaddr_in& to : outlet.to) {
        const std::string probe = probe_message();
        const auto done = ::sendto(outlet.socket.get(), probe.data(), probe.size(), MSG_NOSIGNAL,
                                   reinterpret_cast<const sockaddr*>(&to), sizeof to);
        if (done < 0 && errno != EAGAIN && outlet.interface != nullptr) {
          note(*outlet.interface, std::strerror(errno));
        }
      }
    }
  }

  void receive() {
    std::vector<pollfd> all;
    for (const Outlet& outlet : outlets_) all.push_back({outlet.socket.get(), POLLIN, 0});
    if (::poll(all.data(), all.size(), static_cast<int>(kStep / 1ms)) <= 0) return;
    for (const pollfd& one : all) {
      if ((one.revents & (POLLIN | POLLERR)) != 0) receive_from(one.fd);
    }
  }

  // What is there now, but no more than a round's worth: a flood must not hold up the end.
  void receive_from(int socket) {
    constexpr int kAtOnce = 256;
    for (int i = 0; i < kAtOnce; ++i) {
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const auto got =
          ::recvfrom(socket, buffer_.data(), buffer_.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (got < 0) return;
      std::array<char, INET_ADDRSTRLEN> text{};
      if (::inet_ntop(AF_INET, &from.sin_addr, text.data(), text.size()) == nullptr) continue;
      auto matches = read_matches({buffer_.data(), static_cast<std::size_t>(got)}, text.data());
      if (!matches) continue;  // others use this port as well
      silent_.erase(text.data());
      for (Match& match : *matches) {
        if (found_.devices.size() < kMostDevices) add_match(found_.devices, std::move(match));
      }
    }
  }

  [[nodiscard]] bool all_answered() const { return plan_.interfaces.empty() && silent_.empty(); }

  const SearchPlan& plan_;
  Clock& clock_;
  std::vector<Outlet> outlets_;
  std::set<std::string> silent_;  // hosts that have not answered
  Findings found_;
  std::array<char, kLargestMatch> buffer_{};
};

}  // namespace

Result<Findings> find_devices(const SearchPlan& plan, Clock& clock, const std::stop_token& stop) {
  const auto search = std::make_unique<Search>(plan, clock);  // its buffer is large for a stack
  return search->run(stop);
}

void add_match(std::vector<Match>& all, Match match) {
  const auto same = [&match](const Match& other) {
    if (other.endpoint.empty() || other.endpoint != match.endpoint) {
      return other.endpoint.empty() && match.endpoint.empty() && other.from == match.from;
    }
    return other.from == match.from || std::ranges::any_of(match.xaddrs, [&other](const std::string& url) {
             return std::ranges::find(other.xaddrs, url) != other.xaddrs.end();
           });
  };
  if (std::ranges::find_if(all, same) == all.end()) all.push_back(std::move(match));
}

}  // namespace vigia::discover
