// Asks one device what it is, which video sources it has, and where their streams are. Threads: thread-safe.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "discover/device.h"
#include "discover/login.h"
#include "http/http.h"

namespace vigia::discover {

// A device that may be there.
struct Lead {
  std::string host;               // without brackets: by which it is known until it is reached
  std::vector<std::string> urls;  // of its device service: tried in this order until one answers
  std::string name, place;        // as it announced itself; may be empty
  bool may_be_absent = false;     // nobody said that it is there
};

// What it says is the result even if it breaks off: Device::failure then says why. Takes 20 s at most, and 3
// s more for each video source after the first.
Device ask_device(const Lead& lead, const Login& login, http::Http& http, Clock& clock,
                  const std::stop_token& stop);

}  // namespace vigia::discover
