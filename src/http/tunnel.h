// A connection to a server for a library that cannot make it itself as it should be, such as FFmpeg's RTSP: a
// verified one over TLS, or one whose bytes are changed on their way. The library connects to a port of
// 127.0.0.1, without TLS, and its bytes go to the server and back.
//
//   auto tunnel = Tunnel::open("10.0.0.6:322", tls, 10s, stop);
//   ... the library opens rtsp://127.0.0.1:{(*tunnel)->port()}/... and closes it ...
//
// Guarantees: with TLS the server is verified as tls_options.h says before open() returns, so before the
// library can send a byte. The name is looked up, and the connection made, within at_most, and a stop ends
// that at once. One connection is carried; the port is held until the end, so that nobody else can take it
// and be sent a password. If either end closes, so does the other. A reader that falls behind slows the
// server down. Other users of this machine could connect to the port first, and would reach a server that
// knows nothing of them. Cost: a thread, kBuffers and libcurl's TLS; a copy of each byte. Threads: owner
// thread only.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "base/worker.h"
#include "http/one_transfer.h"
#include "http/tls_guard.h"
#include "http/tls_options.h"

namespace vigia::http {

class Tunnel {
 public:
  // What the library gets of bytes that the server sent; valid until the next call. It may hold some back,
  // and then returns less. Called on the tunnel's thread; may not throw.
  using Sift = std::function<std::span<char>(std::span<const char>)>;

  static constexpr Bytes kBuffers = 80_KiB;

  // server: "host:port". Errors: refused (the server is not accepted; the text names the setting),
  // unavailable, timeout, cancelled, io.
  static Result<std::unique_ptr<Tunnel>> open(const std::string& server, const TlsOptions& tls,
                                              Nanoseconds at_most, const std::stop_token& stop,
                                              Sift sift = nullptr);
  // Without TLS, for bytes that need a change. Errors: unavailable, timeout, cancelled, io.
  static Result<std::unique_ptr<Tunnel>> open_plain(const std::string& server, Nanoseconds at_most,
                                                    const std::stop_token& stop, Sift sift);
  ~Tunnel();
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;

  [[nodiscard]] int port() const noexcept { return port_; }

 private:
  explicit Tunnel(Sift sift) : sift_(std::move(sift)) {}
  Status prepare_tls(const std::string& url, const TlsOptions& tls);
  Status connect(const TlsOptions* tls, const std::stop_token& stop);
  // The rest of opening it, once it is connected.
  Status begin();
  Status listen();
  void carry(const std::stop_token& stop);

  const Sift sift_;  // may be empty
  TlsGuard guard_;   // before the transfer, whose connection uses it to its end
  OneTransfer server_;
  Fd listener_, wake_;
  int port_ = 0;
  Worker thread_;  // last: it uses the rest
};

}  // namespace vigia::http
