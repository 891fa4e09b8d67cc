#include "camera/open_gate.h"

#include <algorithm>
#include <utility>

namespace vigia::camera {

OpenQueue::Ticket OpenQueue::add(std::string host, bool failed) {
  const auto behind =
      failed ? guests_.end()
             : std::ranges::find_if(guests_, [](const Guest& other) { return other.failed && !other.is_in; });
  guests_.insert(behind, {.ticket = next_, .host = std::move(host), .failed = failed});
  return next_++;
}

bool OpenQueue::admit(SteadyTime now) {
  bool any = false;
  for (Guest& guest : guests_) {
    if (guest.is_in || !has_room(guest, now)) continue;
    guest.is_in = any = true;
    guest.since = now;
  }
  return any;
}

bool OpenQueue::has_room(const Guest& guest, SteadyTime now) const {
  int at_host = 0, at_node = 0;
  for (const Guest& other : guests_) {
    if (!other.is_in) continue;
    const Nanoseconds held = now - other.since;
    if (other.host == guest.host && held < kHostHold) ++at_host;
    if (held < kNodeHold && (guest.failed || !other.failed)) ++at_node;
  }
  return at_host < kPerHost && at_node < kPerNode;
}

bool OpenQueue::is_in(Ticket ticket) const {
  const auto found = std::ranges::find(guests_, ticket, &Guest::ticket);
  return found != guests_.end() && found->is_in;
}

void OpenQueue::remove(Ticket ticket) {
  guests_.remove_if([ticket](const Guest& guest) { return guest.ticket == ticket; });
}

SteadyTime OpenQueue::next_change(SteadyTime now) const {
  SteadyTime next = now + kHostHold;
  for (const Guest& guest : guests_) {
    if (!guest.is_in) continue;
    for (const Nanoseconds hold : {Nanoseconds(kNodeHold), Nanoseconds(kHostHold)}) {
      if (guest.since + hold > now) next = std::min(next, guest.since + hold);
    }
  }
  return next;
}

std::unique_ptr<OpenGate::Place> OpenGate::enter(const std::string& host, bool failed,
                                                 const std::stop_token& stop) {
  MutexLock lock(mutex_);
  const OpenQueue::Ticket ticket = queue_.add(host, failed);
  for (;;) {
    const SteadyTime now = clock_.now();
    if (queue_.admit(now)) changed_.notify_all();
    if (queue_.is_in(ticket)) return std::make_unique<Place>(*this, ticket);
    if (changed_.wait_for(lock, stop, queue_.next_change(now) - now)) continue;
    queue_.remove(ticket);
    return nullptr;
  }
}

void OpenGate::leave(OpenQueue::Ticket ticket) {
  {
    MutexLock lock(mutex_);
    queue_.remove(ticket);
  }
  changed_.notify_all();
}

}  // namespace vigia::camera
