// What the server's answer to a posted face means: the table of FindFace's errors, as one pure function.
#pragma once

#include "findface/secrets.h"
#include "http/http.h"
#include "outbox/courier.h"

namespace vigia::findface {

using http::HttpFailure;
using http::HttpResult;

struct EventReply {
  outbox::Delivery delivery;
  bool camera_unknown = false;  // the camera or its token may have changed: ask for it, then try once more
  bool too_large = false;       // as it is: a smaller image may be taken
  // The answer may have nothing to do with the shot: it is that of a server that is not well, or of somebody
  // before it. It counts against the shot only when the server answers something else as it should.
  bool may_be_of_all = false;
};

// secrets: what the texts must not show, should the server repeat it.
EventReply read_event_reply(const HttpResult& answer, const Secrets& secrets = {});

}  // namespace vigia::findface
