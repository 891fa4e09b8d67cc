// Limits how many cameras open their servers at the same time. A recorder with sixteen channels that all
// connect again in the same moment takes that for an attack, or refuses some; and many at once are a burst of
// work here.
//
//   OpenGate gate(clock);                                // one for the whole program
//   auto place = gate.enter("10.0.0.5", failed, stop);   // waits; nothing: a stop came first
//   ... open the source ...
//   place.reset();                                       // or when it goes out of scope
//
// Rules: at most kPerHost at once to one host and kPerNode in all. A place counts for its host for kHostHold
// and for the node for kNodeHold at most, even if the opening goes on: a host that does not answer holds up
// nobody else for longer. Cameras whose last try failed wait behind those that did not, and do not count for
// them: so once dead hosts are known, they delay healthy ones by nothing, and before that by kNodeHold for
// each four. Cost: a lock; with n waiting, n steps when a place is free. Threads: thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"

namespace vigia::camera {

// The rules alone, without waiting. Threads: one thread at a time.
class OpenQueue {
 public:
  static constexpr int kPerHost = 1;
  static constexpr int kPerNode = 4;
  static constexpr std::chrono::seconds kHostHold{2};
  static constexpr std::chrono::seconds kNodeHold{1};

  using Ticket = std::uint64_t;
  // failed: the camera's last try did.
  Ticket add(std::string host, bool failed);
  // Gives places to all who may have one. Returns whether anybody got one.
  bool admit(SteadyTime now);
  [[nodiscard]] bool is_in(Ticket ticket) const;
  // It has opened, or does not wait any more.
  void remove(Ticket ticket);
  // When a place that is taken stops to count; never later than kHostHold from now.
  [[nodiscard]] SteadyTime next_change(SteadyTime now) const;

 private:
  struct Guest {
    Ticket ticket;
    std::string host;
    bool failed;
    bool is_in = false;
    SteadyTime since{};  // it is in
  };
  [[nodiscard]] bool has_room(const Guest& guest, SteadyTime now) const;

  std::list<Guest> guests_;  // in the order of their turns
  Ticket next_ = 1;
};

class OpenGate {
 public:
  explicit OpenGate(Clock& clock) : clock_(clock) {}

  class Place {
   public:
    Place(OpenGate& gate, OpenQueue::Ticket ticket) : gate_(gate), ticket_(ticket) {}
    ~Place() { gate_.leave(ticket_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    OpenGate& gate_;
    const OpenQueue::Ticket ticket_;
  };

  // Null: a stop came first.
  std::unique_ptr<Place> enter(const std::string& host, bool failed, const std::stop_token& stop);

 private:
  void leave(OpenQueue::Ticket ticket);

  Clock& clock_;

  // State below is protected by mutex_.
  Mutex mutex_;
  CondVar changed_;
  OpenQueue queue_ GUARDED_BY(mutex_);
};

}  // namespace vigia::camera
