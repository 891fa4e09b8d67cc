// What everybody who talks to one FindFace server shares: its connections, the login and the cameras'
// tokens. Threads: as of its members; all are thread-safe.
#pragma once

#include "base/clock.h"
#include "findface/camera_tokens.h"
#include "findface/findface_options.h"
#include "findface/session.h"
#include "http/http.h"

namespace vigia::findface {

struct Server {
  // The clock must outlive it. Nothing is asked for yet.
  Server(const FindfaceOptions& options, const http::TlsOptions& tls, Clock& clock)
      : http(tls), session(options, http, clock) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  http::Http http;
  Session session;
  CameraTokens tokens;
};

}  // namespace vigia::findface
