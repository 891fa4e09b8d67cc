// What a running Vigia shows: the page, the API, metrics. The orchestrator starts it last and stops it first.
//
//   auto web = Web::open(settings.web, world);      // error: the address cannot be used; null: it is off
//   Worker server("web", [&](auto& stop) { web->run_server(stop); });
//   Worker pictures("web pictures", [&](auto& stop) { web->run_pictures(stop); });
//
// Threads: open() and address() one thread at a time; run_server() and run_pictures() on a thread each, and
// the pictures' must run as long as the server's.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "web/http_server.h"
#include "web/live_pictures.h"
#include "web/site.h"
#include "web/web_options.h"
#include "web/world.h"

namespace vigia::web {

class Web {
 public:
  // Listens from now on. nullptr: web.listen is off; or it is auto, and another program has the address,
  // which is logged. Errors (invalid): another address is taken or not this machine's; the token's file
  // cannot be read, or holds no token.
  static Result<std::unique_ptr<Web>> open(const WebOptions& options, World world);

  void run_server(const std::stop_token& stop) { server_->run(stop); }
  void run_pictures(const std::stop_token& stop) { pictures_.run(stop); }
  // "127.0.0.1:8080"
  [[nodiscard]] std::string address() const { return server_->address(); }

 private:
  Web(World world, Who who)
      : world_(std::move(world)), pictures_(world_), site_(world_, pictures_, std::move(who)) {}

  const World world_;
  LivePictures pictures_;
  Site site_;
  std::unique_ptr<HttpServer> server_;  // last: it ends first
};

}  // namespace vigia::web
