// What a camera's attempts to open its server learn of it, kept from one attempt to the next. A value.
// Threads: the camera's thread only.
#pragma once

#include <optional>

#include "base/clock.h"
#include "camera/condition.h"

namespace vigia::camera {

struct ServerNotes {
  int status = 0;         // with which it refused the last attempt, or ended it, such as 453; 0: it did not
  bool is_taken = false;  // a device that another program used at the last attempt
  // For how long it keeps a session that nobody uses; it may have told that when it last accepted one.
  std::optional<Nanoseconds> session{};
  // It was not asked, because it has refused this login a short time ago: for how long it is not.
  // known_logins.h
  std::optional<Nanoseconds> wait{};
  // It offers kinds of login that FFmpeg takes and cannot answer, beside others: see login_offer.h.
  bool sifts_offers = false;

  // Why the last attempt failed.
  [[nodiscard]] Condition condition() const noexcept {
    if (status == 401 || status == 403) return Condition::refused;
    if (is_taken || status == 453 || status == 503) return Condition::busy;
    return Condition::offline;
  }
};

}  // namespace vigia::camera
