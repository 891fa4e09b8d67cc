// Interprets the server's answer to a posted face: the table of FindFace's errors, as one pure function.
#pragma once

#include <string>

#include "delivery/courier.h"
#include "findface/secrets.h"
#include "http/http.h"

namespace vigia::findface {

using http::HttpFailure;
using http::HttpResult;

struct EventReply {
  delivery::DeliveryResult delivery;
  bool camera_unknown = false;  // the camera or its token may have changed: fetch it, then try once more
  bool too_large = false;       // the server may accept a smaller image
};

// The outcome if the server does not know the camera or does not accept its token: retry after a minute, as
// somebody has to fix that first.
delivery::DeliveryResult unknown_camera(std::string text);

// secrets: removed from the texts, in case the server repeats them.
EventReply read_event_reply(const HttpResult& answer, const Secrets& secrets = {});

}  // namespace vigia::findface
