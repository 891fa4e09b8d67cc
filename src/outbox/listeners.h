// The listeners of the routes, and what the outbox tells them itself: of shots that it gave up, and of those
// that an earlier run left in the journal. They are called without the outbox's mutex.
// Threads: listen() as Outbox::listen() says, leave() as Outbox::close(); tell_given_up() thread-safe;
// tell_recovered() one thread at a time.
#pragma once

#include <cstddef>
#include <vector>

#include "domain/shot.h"
#include "outbox/losses.h"
#include "outbox/outbox_state.h"
#include "outbox/rows.h"
#include "outbox/shot_listener.h"

namespace vigia::outbox {

class Listeners {
 public:
  // state must outlive it.
  explicit Listeners(OutboxState& state) : state_(state), listeners_(state.routes.size()) {}

  void listen(std::size_t route, ShotListener& listener);
  // From now on nobody is told anything.
  void leave();

  // Reads from the disk what memory does not have of a shot. Returns the changes that delete the shots' rows.
  std::vector<RowChange> tell_given_up(Endings endings) EXCLUDES(state_.mutex);
  // Keeps them until the primary route has a listener.
  void tell_recovered(std::vector<domain::Shot> shots) EXCLUDES(state_.mutex);

 private:
  void tell(const Ending& ending, const domain::Shot& shot);

  OutboxState& state_;
  std::vector<ShotListener*> listeners_;  // of each route; since listen()
  std::vector<domain::Shot> recovered_;   // until listen(); after leave() for nobody
};

}  // namespace vigia::outbox
