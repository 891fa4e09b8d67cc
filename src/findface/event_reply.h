// What the server's answer to a posted face means: the table of FindFace's errors, as one pure function.
#pragma once

#include "http/http.h"
#include "outbox/courier.h"

namespace vigia::findface {

using http::HttpFailure;
using http::HttpResult;

struct EventReply {
  outbox::Delivery delivery;
  bool camera_unknown = false;  // the camera or its token may have changed: ask for it, then try once more
  bool too_large = false;       // as it is: a smaller image may be taken
};

EventReply read_event_reply(const HttpResult& answer);

}  // namespace vigia::findface
