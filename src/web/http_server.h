// The HTTP server: libmicrohttpd on one thread of ours, with a bound on everything that a stranger can make
// it hold or wait for.
//
//   connections   128, 64 from one address; beyond that new ones are closed and counted
//   a request     20 KB of headers, 4 KB of body, whole within 10 s; a kept connection idles 15 s at most
//   an answer     taken on within 15 s, or the connection ends; 16 MB on their way in all, else 503
//   streams       32 of changes, 32 of pictures; each holds at most one record that is not taken yet
//
// The thread has a low priority: what it does costs the threads that handle video nothing but what the
// machine has left. Every answer has the security headers of README.md. Nothing is thrown out of it. Threads:
// open(), run() and address() one thread at a time; run() on a thread of its own.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "web/site.h"
#include "web/web_options.h"

namespace vigia::web {

class HttpServer {
 public:
  static constexpr unsigned kMostConnections = 128, kMostOfOneAddress = 64;
  static constexpr std::size_t kMostOnTheirWay = 16'000'000;  // bytes of answers
  static constexpr std::size_t kMemoryEach = 24'576;  // of a connection: headers, and a piece of the answer

  // Listens from now on; connections wait until run(). site and clock must outlive it.
  // Errors: unavailable: the address is taken; io: the system's word.
  static Result<std::unique_ptr<HttpServer>> open(const ListenAddress& address, Site& site, Clock& clock);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Answers until stopped; then ends the connections that are open.
  void run(const std::stop_token& stop);
  // "127.0.0.1:8080", "[::1]:8080": with the port that it got.
  [[nodiscard]] std::string address() const;

 private:
  class Daemon;
  explicit HttpServer(std::unique_ptr<Daemon> daemon);

  const std::unique_ptr<Daemon> daemon_;
};

}  // namespace vigia::web
