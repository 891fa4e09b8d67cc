// What ONVIF devices of several makes answer: prefixes, order, attributes, extensions and omissions are like
// theirs. {HOST} and {PORT} stand for the device's own; {UTC...} for its clock. Used by onvif_device.h.
#pragma once

#include <string>
#include <string_view>

#include "testing/onvif_device.h"

namespace vigia::testing {

// The answer to an operation; empty: the device does not know it. body: of the request.
std::string onvif_reply(OnvifMake make, const std::string& operation, const std::string& body);

// A fault: "not authorized", or "action not supported".
std::string onvif_fault(OnvifMake make, bool login);

// XAddrs and scopes, in a ProbeMatches that answers the message {ID}.
std::string onvif_probe_match(OnvifMake make, const std::string& endpoint, const std::string& name);

}  // namespace vigia::testing
