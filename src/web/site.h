// Answers requests: which path is whose, who may ask, what is allowed. Knows nothing of sockets, so tests and
// the fuzzer call it directly. Paths and answers: src/web/openapi.json.
// Cost: see current_state.h; events: milliseconds. Threads: owner thread only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "web/changes.h"
#include "web/current_state.h"
#include "web/events.h"
#include "web/guard.h"
#include "web/live_pictures.h"
#include "web/message.h"
#include "web/metrics.h"
#include "web/world.h"

namespace vigia::web {

struct Who {
  std::string token;               // empty: none is needed
  std::vector<std::string> hosts;  // names, beside localhost
};

class Site {
 public:
  static constexpr std::size_t kMostBody = 4096;
  static constexpr std::size_t kMostCameras = 64;  // in one picture stream
  static constexpr int kMostViewers = 32;          // of pictures

  // All must outlive it.
  Site(const World& world, LivePictures& pictures, Who who);

  // Nothing: the body may come. Called before it has; body is empty then.
  std::optional<HttpAnswer> refuse(const Request& request);
  HttpAnswer answer(const Request& request);

  // While there are listeners to changes, each Changes::kTick; keeps the history. Returns when it is due
  // next.
  SteadyTime tick(SteadyTime now);
  [[nodiscard]] ServerCounters& counters() { return counters_; }

  // The handler that a path belongs to, for counters: "/api/v1/events/{id}/thumbnail", "page" or "other".
  [[nodiscard]] static std::string handler_of(const Request& request);

 private:
  struct Route;
  struct Call;
  static std::span<const Route> routes();
  static const Route* find_route(std::string_view path, std::vector<std::string>& parts);
  static std::optional<HttpAnswer> check_call(const Route& route, const Request& request,
                                              const RequestTarget& target);
  HttpAnswer page_answer(const Request& request, const RequestTarget& target);

  HttpAnswer healthz(const Call& call);
  HttpAnswer readyz(const Call& call);
  HttpAnswer metrics(const Call& call);
  HttpAnswer session(const Call& call);
  HttpAnswer login(const Call& call);
  HttpAnswer logout(const Call& call);
  HttpAnswer status(const Call& call);
  HttpAnswer cameras(const Call& call);
  HttpAnswer camera_picture(const Call& call);
  HttpAnswer pictures(const Call& call);
  HttpAnswer events(const Call& call);
  HttpAnswer thumbnail(const Call& call);
  HttpAnswer receivers(const Call& call);
  HttpAnswer memory(const Call& call);
  HttpAnswer history(const Call& call);
  HttpAnswer settings(const Call& call);
  HttpAnswer log_level(const Call& call);
  HttpAnswer stream(const Call& call);
  HttpAnswer openapi(const Call& call);

  // Constant after construction.
  const World& world_;
  LivePictures& live_;

  Guard guard_;
  CurrentState figures_;
  Events events_;
  Changes changes_;
  ServerCounters counters_;
  Metrics metrics_;
};

}  // namespace vigia::web
