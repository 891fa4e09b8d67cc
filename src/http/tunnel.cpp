#include "http/tunnel.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

namespace vigia::http {
namespace {

constexpr std::size_t kFromServer = 64 * 1024;
constexpr std::size_t kToServer = 16 * 1024;
static_assert(kFromServer + kToServer == Tunnel::kBuffers);

Error system_error(const char* what) {
  return {ErrorCode::io, std::string(what) + ": " + std::strerror(errno)};
}

// What came of moving bytes without waiting.
enum class Moved { some, none, closed };

// Bytes on their way from one end to the other.
class Lane {
 public:
  explicit Lane(std::size_t size) : bytes_(size) {}

  [[nodiscard]] bool empty() const noexcept { return left_.empty(); }
  // read and write take a span, and return how many bytes they moved; nothing: none now; < 0: closed. sift:
  // as Tunnel's.
  template <class Read, class Write>
  Moved move(const Read& read, const Write& write, const Tunnel::Sift& sift = nullptr) {
    if (left_.empty()) {
      const std::optional<ssize_t> got = read(std::span(bytes_));
      if (!got) return Moved::none;
      if (*got <= 0) return Moved::closed;
      left_ = std::span(bytes_).first(static_cast<std::size_t>(*got));
      if (sift) left_ = sift(left_);
      if (left_.empty()) return Moved::some;
    }
    const std::optional<ssize_t> put = write(left_);
    if (!put) return Moved::none;
    if (*put < 0) return Moved::closed;
    left_ = left_.subspan(static_cast<std::size_t>(*put));
    return Moved::some;
  }

 private:
  std::vector<char> bytes_;
  std::span<char> left_;
};

std::optional<ssize_t> now_or_never(ssize_t moved) {
  if (moved < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  return moved;
}

// The two ends of a tunnel.
class Ends {
 public:
  // sift: may be empty.
  Ends(CURL* server, int client, const Tunnel::Sift& sift) : server_(server), client_(client), sift_(sift) {
    curl_easy_getinfo(server_, CURLINFO_ACTIVESOCKET, &server_socket_);
  }

  ~Ends() { ::shutdown(static_cast<int>(server_socket_), SHUT_RDWR); }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;

  // Until one end closes, or `wake` can be read.
  void carry(int wake) {
    while (move_all()) {
      std::array<pollfd, 3> waits{{{wake, POLLIN, 0},
                                   wait_of(client_, to_server_, to_client_),
                                   wait_of(static_cast<int>(server_socket_), to_client_, to_server_)}};
      if (::poll(waits.data(), waits.size(), is_busy_ ? 0 : -1) < 0 && errno != EINTR) return;
      if (waits[0].revents != 0) {
        static_cast<void>(move_all());  // the library's farewell
        return;
      }
    }
  }

 private:
  static constexpr int kMostRounds = 64;

  // An end that nothing is wanted of is left out: its hanging up would end each wait at once.
  static pollfd wait_of(int socket, const Lane& in, const Lane& out) {
    const auto events = static_cast<short>((in.empty() ? POLLIN : 0) | (out.empty() ? 0 : POLLOUT));
    return {events == 0 ? -1 : socket, events, 0};
  }
  // Up to kMostRounds, so that a wish to stop is seen among many bytes. False: an end is closed.
  bool move_all() {
    const auto from_client = [this](std::span<char> room) {
      return now_or_never(::recv(client_, room.data(), room.size(), MSG_DONTWAIT));
    };
    const auto to_client = [this](std::span<const char> bytes) {
      return now_or_never(::send(client_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
    };
    const auto from_server = [this](std::span<char> room) { return receive(room); };
    const auto to_server = [this](std::span<const char> bytes) { return send(bytes); };
    is_busy_ = true;
    for (int i = 0; i < kMostRounds && is_busy_; ++i) {
      const Moved up = to_server_.move(from_client, to_server);
      const Moved down = to_client_.move(from_server, to_client, sift_);
      if (up == Moved::closed || down == Moved::closed) return false;
      is_busy_ = up == Moved::some || down == Moved::some;
    }
    return true;
  }
  std::optional<ssize_t> receive(std::span<char> room) {
    std::size_t got = 0;
    const CURLcode code = curl_easy_recv(server_, room.data(), room.size(), &got);
    if (code == CURLE_AGAIN) return std::nullopt;
    return code == CURLE_OK ? static_cast<ssize_t>(got) : -1;
  }
  std::optional<ssize_t> send(std::span<const char> bytes) {
    std::size_t put = 0;
    const CURLcode code = curl_easy_send(server_, bytes.data(), bytes.size(), &put);
    if (code == CURLE_AGAIN) return std::nullopt;
    return code == CURLE_OK ? static_cast<ssize_t>(put) : -1;
  }

  CURL* const server_;
  const int client_;
  const Tunnel::Sift& sift_;
  curl_socket_t server_socket_ = CURL_SOCKET_BAD;
  Lane to_client_{kFromServer}, to_server_{kToServer};
  bool is_busy_ = false;  // there may be more to move at once
};

}  // namespace

Result<std::unique_ptr<Tunnel>> Tunnel::open(const std::string& server, const TlsOptions& tls,
                                             Nanoseconds at_most, const std::stop_token& stop, Sift sift) {
  std::unique_ptr<Tunnel> tunnel(new Tunnel(std::move(sift)));  // NOLINT: the constructor is private
  if (!tunnel->server_.usable()) return Error{ErrorCode::unavailable, "libcurl cannot be used"};
  const std::string url = "https://" + server + "/";
  tunnel->server_.set_connect_only(url, at_most);
  if (Status ready = tunnel->prepare_tls(url, tls); !ready) return ready.error();
  if (Status connected = tunnel->connect(&tls, stop); !connected) return connected.error();
  if (Status begun = tunnel->begin(); !begun) return begun.error();
  return tunnel;
}

Result<std::unique_ptr<Tunnel>> Tunnel::open_plain(const std::string& server, Nanoseconds at_most,
                                                   const std::stop_token& stop, Sift sift) {
  std::unique_ptr<Tunnel> tunnel(new Tunnel(std::move(sift)));  // NOLINT: the constructor is private
  if (!tunnel->server_.usable()) return Error{ErrorCode::unavailable, "libcurl cannot be used"};
  tunnel->server_.set_connect_only("http://" + server + "/", at_most);
  if (Status connected = tunnel->connect(nullptr, stop); !connected) return connected.error();
  if (Status begun = tunnel->begin(); !begun) return begun.error();
  return tunnel;
}

Tunnel::~Tunnel() {
  thread_.request_stop();
  thread_.join();
}

Status Tunnel::begin() {
  if (Status listens = listen(); !listens) return listens;
  try {
    thread_ = Worker("tunnel", [this](const std::stop_token& end) { carry(end); });
  } catch (const std::system_error& error) {
    return Error{ErrorCode::unavailable, "no thread could be started: " + error.code().message()};
  }
  return ok_status();
}

Status Tunnel::prepare_tls(const std::string& url, const TlsOptions& tls) {
  curl_easy_setopt(server_.easy(), CURLOPT_SSL_ENABLE_ALPN, 0L);  // it does not speak HTTP
  if (Status known = guard_.install(server_.easy(), url, tls); !known) {
    return Error{ErrorCode::refused, known.error().text};
  }
  return ok_status();
}

Status Tunnel::connect(const TlsOptions* tls, const std::stop_token& stop) {
  const std::optional<CURLcode> code = server_.run(stop);
  if (!code) return Error{ErrorCode::cancelled, "stopped"};
  if (*code == CURLE_OK) return ok_status();
  const std::string said = server_.said(*code);
  if (tls != nullptr && is_tls_failure(*code)) {
    return Error{ErrorCode::refused, guard_.explain(server_.easy(), *tls, said)};
  }
  return Error{*code == CURLE_OPERATION_TIMEDOUT ? ErrorCode::timeout : ErrorCode::unavailable, said};
}

Status Tunnel::listen() {
  listener_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  wake_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (!wake_.valid() || !listener_.valid() || ::bind(listener_.get(), generic, size) != 0 ||
      ::listen(listener_.get(), 1) != 0 || ::getsockname(listener_.get(), generic, &size) != 0) {
    return system_error("no port of this machine can be had");
  }
  port_ = ntohs(address.sin_port);
  return ok_status();
}

void Tunnel::carry(const std::stop_token& stop) {
  const std::stop_callback stopped(stop, [this] { ::eventfd_write(wake_.get(), 1); });
  std::array<pollfd, 2> waits{{{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}}};
  while (waits[0].revents == 0 && waits[1].revents == 0) {
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
  }
  if (waits[0].revents != 0) return;
  const Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (client.valid()) Ends(server_.easy(), client.get(), sift_).carry(wake_.get());
}

}  // namespace vigia::http
