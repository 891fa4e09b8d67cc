// What a sender takes from the outbox, and what it gives back when the shot could not be delivered. Values.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "domain/shot.h"

namespace vigia::outbox {

struct PendingShot {
  std::int64_t id = 0;
  std::string route;
  domain::Shot shot;
  int attempts = 0;  // how often it was taken on this route before, in earlier runs too
  int doubtful = 0;  // of these: sent whole and never answered, or cut short by a kill
  int errors = 0;    // of these: answered with neither "later" nor "never"
};

struct Postponement {
  SteadyTime until;
  bool doubtful = false;  // it was sent whole and not answered
  std::string why;        // kept beside the shot, for people who look into the file
  bool error = false;     // the answer was neither "later" nor "never"
};

}  // namespace vigia::outbox
