#include "web/http_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdarg>
#include <cstring>
#include <map>
#include <utility>

#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "base/thread_priority.h"

namespace vigia::web {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kRequestWithin = 10s, kIdle = 15s;
constexpr unsigned kTakenWithin = 15;  // seconds: libmicrohttpd's own
constexpr Nanoseconds kLongestWait = 1s, kStreamTick = 50ms;
constexpr std::size_t kBlock = 8192;  // of a stream

constexpr std::array kSecurityHeaders{
    std::pair{
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"},
    std::pair{"X-Content-Type-Options", "nosniff"},
    std::pair{"X-Frame-Options", "DENY"},
    std::pair{"Referrer-Policy", "no-referrer"},
    std::pair{"Cross-Origin-Opener-Policy", "same-origin"},
    std::pair{"Cross-Origin-Resource-Policy", "same-origin"}};

struct Connection {
  int fd = -1;
  std::string client;
  std::optional<SteadyTime> deadline;  // of a request that is not whole yet, or of an idle connection
};

// One request, from its first line to the end of its answer.
struct Exchange {
  MHD_Connection* connection = nullptr;
  Request request;
  std::string handler;
  std::optional<std::size_t> length;  // of the body, as announced
  bool has_begun = false, is_parked = false;
  std::optional<HttpAnswer> answer;  // kept while it is sent
  std::size_t on_its_way = 0;
};

std::string text_of(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address == nullptr) return "?";
  const void* const bytes =
      address->sa_family == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr)  // NOLINT
          : static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr);   // NOLINT
  if (::inet_ntop(address->sa_family, bytes, text.data(), text.size()) == nullptr) return "?";
  return text.data();
}

Method method_of(std::string_view text) {
  if (text == MHD_HTTP_METHOD_GET || text == MHD_HTTP_METHOD_HEAD) return Method::get;
  if (text == MHD_HTTP_METHOD_PUT) return Method::put;
  if (text == MHD_HTTP_METHOD_POST) return Method::post;
  return Method::other;
}

MHD_Result take_header(void* to, MHD_ValueKind /*kind*/, const char* name, const char* value) try {
  auto& exchange = *static_cast<Exchange*>(to);
  Request& request = exchange.request;
  const std::string key = lower(name), text = value == nullptr ? "" : value;
  if (key == "host") {
    request.has_two_hosts = request.has_two_hosts || request.host.has_value();
    request.host = text;
  } else if (key == "content-length") {
    std::size_t length = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), length);
    exchange.length = failed == std::errc() && end == text.data() + text.size() ? length : SIZE_MAX;
  } else {
    const std::array<std::pair<std::string_view, std::optional<std::string>*>, 7> known{
        {{"origin", &request.origin},
         {"sec-fetch-site", &request.fetch_site},
         {"sec-fetch-mode", &request.fetch_mode},
         {"authorization", &request.authorization},
         {"cookie", &request.cookie},
         {"content-type", &request.content_type},
         {"last-event-id", &request.last_event_id}}};
    for (const auto& [header, place] : known) {
      if (key == header) *place = text;
    }
  }
  return MHD_YES;
} catch (const std::exception&) {
  return MHD_NO;
}

// The other side has closed it, and nothing is left to read.
bool has_ended(int fd) {
  char next = 0;
  return ::recv(fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

Error system_error(ErrorCode code, std::string_view what) {
  return {code, fmt::format("{}: {}", what, std::strerror(errno))};
}

Result<Fd> listen_at(const ListenAddress& address) {
  Fd fd(::socket(address.is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return system_error(ErrorCode::io, "no socket");
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_storage place{};
  socklen_t size = 0;
  if (address.is_v6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(place);  // NOLINT: as the system wants it
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    ::inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr);
    size = sizeof v6;
  } else {
    auto& v4 = reinterpret_cast<sockaddr_in&>(place);  // NOLINT: as above
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    ::inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr);
    size = sizeof v4;
  }
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&place), size) != 0) {  // NOLINT: as above
    return system_error(errno == EADDRINUSE ? ErrorCode::unavailable : ErrorCode::io, "cannot be used");
  }
  if (::listen(fd.get(), SOMAXCONN) != 0) {
    return system_error(errno == EADDRINUSE ? ErrorCode::unavailable : ErrorCode::io,
                        "cannot be listened at");
  }
  return fd;
}

std::string address_of(const Fd& fd, const ListenAddress& asked) {
  sockaddr_storage place{};
  socklen_t size = sizeof place;
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&place), &size);                   // NOLINT: as above
  const in_port_t port = asked.is_v6 ? reinterpret_cast<sockaddr_in6&>(place).sin6_port  // NOLINT
                                     : reinterpret_cast<sockaddr_in&>(place).sin_port;   // NOLINT
  return fmt::format("{}{}{}:{}", asked.is_v6 ? "[" : "", asked.host, asked.is_v6 ? "]" : "", ntohs(port));
}

}  // namespace

// libmicrohttpd's callbacks, and what they share. All of it runs on the one thread that calls run().
class HttpServer::Daemon {
 public:
  Daemon(Site& site, Clock& clock, std::string listens_at)
      : address(std::move(listens_at)),
        site_(site),
        clock_(clock),
        wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~Daemon() {
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  }
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  Status start(Fd listener);
  void run(const std::stop_token& stop);

  const std::string address;

 private:
  static void* take_target(void* self, const char* uri, MHD_Connection* connection);
  static MHD_Result handle(void* self, MHD_Connection* connection, const char* url, const char* method,
                           const char* version, const char* data, std::size_t* size, void** exchange);
  static void complete(void* self, MHD_Connection* connection, void** exchange,
                       MHD_RequestTerminationCode why);
  static void note_connection(void* self, MHD_Connection* connection, void** context,
                              MHD_ConnectionNotificationCode what);
  static void log_line(void* self, const char* format, va_list arguments);
  static ssize_t read_stream(void* exchange_and_self, std::uint64_t position, char* into, std::size_t size);

  struct Reader {
    Daemon* daemon;
    Exchange* exchange;
  };

  MHD_Result take(Exchange& exchange, const char* method, std::string_view data, std::size_t* size);
  void begin(Exchange& exchange, const char* method);
  MHD_Result send(Exchange& exchange);
  void park(Exchange& exchange);
  void wake_parked(SteadyTime now);
  // True if it closed some.
  bool sweep(SteadyTime now);
  [[nodiscard]] int wait_ms(SteadyTime now, SteadyTime next_tick) const;
  void finish();
  [[nodiscard]] Connection* connection_of(MHD_Connection* connection);

  Site& site_;
  Clock& clock_;
  const Fd wake_;
  MHD_Daemon* daemon_ = nullptr;
  bool is_stopping_ = false;
  std::size_t on_their_way_ = 0;
  std::map<MHD_Connection*, Connection> connections_;
  std::map<const Exchange*, std::unique_ptr<Exchange>> exchanges_;
  std::map<const Exchange*, std::unique_ptr<Reader>> readers_;  // of those that stream
};

Status HttpServer::Daemon::start(Fd listener) {
  const auto flags = static_cast<unsigned>(MHD_USE_EPOLL) | MHD_USE_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  daemon_ = MHD_start_daemon(
      flags, 0, nullptr, nullptr, &Daemon::handle, this, MHD_OPTION_EXTERNAL_LOGGER, &Daemon::log_line, this,
      MHD_OPTION_LISTEN_SOCKET, listener.get(), MHD_OPTION_CONNECTION_LIMIT, kMostConnections,
      MHD_OPTION_PER_IP_CONNECTION_LIMIT, kMostOfOneAddress, MHD_OPTION_CONNECTION_TIMEOUT, kTakenWithin,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, kMemoryEach, MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_URI_LOG_CALLBACK, &Daemon::take_target, this, MHD_OPTION_NOTIFY_COMPLETED, &Daemon::complete,
      this, MHD_OPTION_NOTIFY_CONNECTION, &Daemon::note_connection, this, MHD_OPTION_END);
  if (daemon_ == nullptr || !wake_.valid()) return Error{ErrorCode::io, "libmicrohttpd could not be started"};
  static_cast<void>(listener.release());  // the daemon closes it
  return ok_status();
}

Connection* HttpServer::Daemon::connection_of(MHD_Connection* connection) {
  const auto found = connections_.find(connection);
  return found == connections_.end() ? nullptr : &found->second;
}

void HttpServer::Daemon::note_connection(void* self, MHD_Connection* connection, void** /*context*/,
                                         MHD_ConnectionNotificationCode what) try {
  auto& daemon = *static_cast<Daemon*>(self);
  if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
    daemon.connections_.erase(connection);
  } else {
    Connection& known = daemon.connections_[connection];
    known.fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    known.client =
        text_of(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    known.deadline = daemon.clock_.now() + kRequestWithin;
  }
  daemon.site_.counters().connections = static_cast<int>(daemon.connections_.size());
} catch (const std::exception& error) {
  log::error("web: {}", error.what());
}

void* HttpServer::Daemon::take_target(void* self, const char* uri, MHD_Connection* connection) try {
  auto& daemon = *static_cast<Daemon*>(self);
  auto exchange = std::make_unique<Exchange>();
  exchange->connection = connection;
  exchange->request.target = uri;
  if (Connection* const known = daemon.connection_of(connection)) {
    exchange->request.client = known->client;
    known->deadline = daemon.clock_.now() + kRequestWithin;
  }
  Exchange* const key = exchange.get();
  daemon.exchanges_.emplace(key, std::move(exchange));
  return key;
} catch (const std::exception&) {
  return nullptr;
}

MHD_Result HttpServer::Daemon::handle(void* self, MHD_Connection* /*connection*/, const char* /*url*/,
                                      const char* method, const char* /*version*/, const char* data,
                                      std::size_t* size, void** exchange) try {
  if (*exchange == nullptr) return MHD_NO;
  const std::string_view body = *size == 0 ? std::string_view() : std::string_view(data, *size);
  return static_cast<Daemon*>(self)->take(*static_cast<Exchange*>(*exchange), method, body, size);
} catch (const std::exception& error) {
  log::error("web: an answer failed: {}", error.what());
  return MHD_NO;
}

void HttpServer::Daemon::begin(Exchange& exchange, const char* method) {
  exchange.has_begun = true;
  exchange.request.method = method_of(method);
  MHD_get_connection_values(exchange.connection, MHD_HEADER_KIND, &take_header, &exchange);
  exchange.handler = Site::handler_of(exchange.request);
  exchange.answer = site_.refuse(exchange.request);
  if (!exchange.answer && exchange.length.value_or(0) > Site::kMostBody) {
    exchange.answer =
        error_answer(413, fmt::format("a body of at most {} bytes is allowed", Site::kMostBody));
  }
}

MHD_Result HttpServer::Daemon::take(Exchange& exchange, const char* method, std::string_view data,
                                    std::size_t* size) {
  if (!exchange.has_begun) {
    begin(exchange, method);
    return exchange.answer ? send(exchange) : MHD_YES;
  }
  if (!data.empty()) {
    if (exchange.request.body.size() + data.size() > Site::kMostBody) return MHD_NO;
    exchange.request.body += data;
    *size = 0;
    return MHD_YES;
  }
  if (!exchange.answer) {
    if (Connection* const known = connection_of(exchange.connection)) known->deadline.reset();
    exchange.answer = site_.answer(exchange.request);
  }
  if (exchange.answer->later) {
    auto ready = is_stopping_ ? error_answer(503, "Vigia stops") : exchange.answer->later->poll(clock_.now());
    if (!ready) {
      park(exchange);
      return MHD_YES;
    }
    exchange.answer = std::move(ready);
  }
  return send(exchange);
}

void HttpServer::Daemon::park(Exchange& exchange) {
  exchange.is_parked = true;
  MHD_suspend_connection(exchange.connection);
}

MHD_Result HttpServer::Daemon::send(Exchange& exchange) {
  const std::size_t size = exchange.answer->body ? exchange.answer->body->size() : 0;
  if (on_their_way_ + size > kMostOnTheirWay) {
    ++site_.counters().refused;
    exchange.answer = error_answer(503, "too much is on its way: try again");
  }
  HttpAnswer& answer = *exchange.answer;
  MHD_Response* response = nullptr;
  if (answer.stream) {
    auto& reader = readers_[&exchange];
    reader = std::make_unique<Reader>(Reader{this, &exchange});
    response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kBlock, &Daemon::read_stream, reader.get(),
                                                 nullptr);
  } else {
    static const std::string kNothing;
    const std::string& body = answer.body ? *answer.body : kNothing;
    exchange.on_its_way = body.size();
    on_their_way_ += body.size();
    // Only read, and kept by the exchange until it is sent.
    response = MHD_create_response_from_buffer(body.size(), const_cast<char*>(body.data()),
                                               MHD_RESPMEM_PERSISTENT);  // NOLINT
  }
  if (response == nullptr) return MHD_NO;
  for (const auto& [name, value] : kSecurityHeaders) MHD_add_response_header(response, name, value);
  MHD_add_response_header(response, "Cache-Control",
                          answer.may_be_cached ? "public, max-age=31536000, immutable" : "no-store");
  if (!answer.type.empty()) MHD_add_response_header(response, "Content-Type", answer.type.c_str());
  for (const auto& [name, value] : answer.headers)
    MHD_add_response_header(response, name.c_str(), value.c_str());
  const MHD_Result queued =
      MHD_queue_response(exchange.connection, static_cast<unsigned>(answer.code), response);
  MHD_destroy_response(response);  // the connection has it
  ++site_.counters().requests[{exchange.handler, answer.code}];
  return queued;
}

ssize_t HttpServer::Daemon::read_stream(void* exchange_and_self, std::uint64_t /*position*/, char* into,
                                        std::size_t size) try {
  const Reader& reader = *static_cast<Reader*>(exchange_and_self);
  Daemon& daemon = *reader.daemon;
  if (daemon.is_stopping_) return MHD_CONTENT_READER_END_OF_STREAM;
  const std::size_t read = reader.exchange->answer->stream->read({into, size}, daemon.clock_.now());
  if (read == 0) daemon.park(*reader.exchange);
  return static_cast<ssize_t>(read);
} catch (const std::exception& error) {
  log::error("web: a stream failed: {}", error.what());
  return MHD_CONTENT_READER_END_WITH_ERROR;
}

void HttpServer::Daemon::complete(void* self, MHD_Connection* connection, void** exchange,
                                  MHD_RequestTerminationCode /*why*/) {
  auto& daemon = *static_cast<Daemon*>(self);
  const auto found = daemon.exchanges_.find(static_cast<Exchange*>(*exchange));
  *exchange = nullptr;
  if (found == daemon.exchanges_.end()) return;
  daemon.on_their_way_ -= found->second->on_its_way;
  daemon.readers_.erase(found->first);
  daemon.exchanges_.erase(found);
  if (Connection* const known = daemon.connection_of(connection))
    known->deadline = daemon.clock_.now() + kIdle;
}

// Strangers cause these lines: they are for who looks for a fault.
void HttpServer::Daemon::log_line(void* self, const char* format, va_list arguments) {
  std::array<char, 256> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  const std::string_view line = trim(text.data());
  if (line.starts_with("Server reached connection limit"))
    ++static_cast<Daemon*>(self)->site_.counters().refused;
  log::debug("web: {}", line);
}

void HttpServer::Daemon::wake_parked(SteadyTime now) {
  for (const auto& [key, exchange] : exchanges_) {
    if (!exchange->is_parked) continue;
    HttpAnswer& answer = *exchange->answer;
    bool goes_on = is_stopping_;
    if (!goes_on && answer.stream) goes_on = answer.stream->has_more(now);
    if (!goes_on && answer.later) {
      if (auto ready = answer.later->poll(now)) {
        exchange->answer = std::move(ready);
        goes_on = true;
      }
    }
    if (!goes_on) continue;
    exchange->is_parked = false;
    MHD_resume_connection(exchange->connection);
  }
}

// libmicrohttpd closes what is silent; what sends a byte now and then is closed here. So is what ended while
// its request was read: libmicrohttpd reads until less comes than there is room for, and then waits for an
// edge that the end of the connection, which came with the same one, does not bring again.
bool HttpServer::Daemon::sweep(SteadyTime now) {
  bool some = false;
  for (auto& [key, connection] : connections_) {
    if (!connection.deadline) continue;
    if (now < *connection.deadline && !has_ended(connection.fd)) continue;
    connection.deadline.reset();
    ::shutdown(connection.fd, SHUT_RDWR);
    some = true;
  }
  return some;
}

int HttpServer::Daemon::wait_ms(SteadyTime now, SteadyTime next_tick) const {
  MHD_UNSIGNED_LONG_LONG due = 0;
  Nanoseconds wait = std::clamp<Nanoseconds>(next_tick - now, 0ns, kLongestWait);
  if (MHD_get_timeout(daemon_, &due) == MHD_YES) {
    wait =
        std::min<Nanoseconds>(wait, std::chrono::milliseconds(std::min<MHD_UNSIGNED_LONG_LONG>(due, 1000)));
  }
  const bool some_wait =
      std::ranges::any_of(exchanges_, [](const auto& one) { return one.second->is_parked; });
  if (some_wait) wait = std::min(wait, kStreamTick);
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(wait).count());
}

void HttpServer::Daemon::run(const std::stop_token& stop) {
  lower_priority(kBehindVideo);
  const std::stop_callback wake(stop, [this] { ::eventfd_write(wake_.get(), 1); });
  const MHD_DaemonInfo* const epoll = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
  while (!stop.stop_requested()) {
    const SteadyTime now = clock_.now();
    const SteadyTime next_tick = site_.tick(now);
    wake_parked(now);
    MHD_run(daemon_);
    const bool closed_some = sweep(now);
    std::array<pollfd, 2> fds{{{epoll->epoll_fd, POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), closed_some ? 0 : wait_ms(now, next_tick));
  }
  finish();
}

void HttpServer::Daemon::finish() {
  is_stopping_ = true;
  wake_parked(clock_.now());
  MHD_run(daemon_);  // streams end, and what waited is told
  MHD_stop_daemon(std::exchange(daemon_, nullptr));
}

HttpServer::HttpServer(std::unique_ptr<Daemon> daemon) : daemon_(std::move(daemon)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::open(const ListenAddress& address, Site& site, Clock& clock) {
  auto listener = listen_at(address);
  if (!listener) return listener.error();
  auto daemon = std::make_unique<Daemon>(site, clock, address_of(*listener, address));
  if (Status started = daemon->start(*std::move(listener)); !started) return started.error();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(daemon)));  // NOLINT: private constructor
}

void HttpServer::run(const std::stop_token& stop) {
  daemon_->run(stop);
}

std::string HttpServer::address() const {
  return daemon_->address;
}

}  // namespace vigia::web
