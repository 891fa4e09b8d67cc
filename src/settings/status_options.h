// What the user wants of `vigia status` and `vigia top`.
#pragma once

#include <string>

namespace vigia::settings {

struct StatusOptions {
  std::string url;     // of a running Vigia; empty: where web.listen says
  bool json = false;   // status: what the API says, for programs
  bool alive = false;  // status: only whether it is alive

  bool operator==(const StatusOptions&) const = default;
};

}  // namespace vigia::settings
