// What the parts of an outbox share, under one mutex: the settings, the disk, and what is known of the shots.
// Each part (see README.md) has a reference to it, and a subject of its own.
//
// The mutex is never held while the disk is used, since that may take minutes, nor while a listener is
// called: shots that end while it is held are collected in Endings and settled after it is released.
//
// An operation that several parts need while they hold the mutex belongs to this struct or to one of its
// members, not to a part: clang's lock analysis compares expressions, and cannot know that state_ of two
// parts is one object.
// Threads: thread-safe, as annotated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "domain/shot.h"
#include "memory/memory_manager.h"
#include "outbox/disk.h"
#include "outbox/journal.h"
#include "outbox/losses.h"
#include "outbox/outbox_options.h"
#include "outbox/pending_writes.h"
#include "outbox/waiting_shots.h"

namespace vigia::outbox {

struct OutboxState {
  // As Outbox::open().
  OutboxState(const OutboxOptions& options, std::vector<std::string> routes, memory::MemoryManager& memory,
              Clock& clock, Replay replay);
  OutboxState(const OutboxState&) = delete;
  OutboxState& operator=(const OutboxState&) = delete;

  // Nothing: there is no such route.
  [[nodiscard]] std::optional<std::size_t> index_of(const std::string& route) const;
  // When a shot that is `age` old now will be too old; max(): never.
  [[nodiscard]] SteadyTime deadline_of(std::optional<Nanoseconds> max_age, Nanoseconds age) const;

  // Until when a shot waits for the machine's clock; min(): it does not.
  [[nodiscard]] SteadyTime held_until(UtcTime captured, const FrameTime& seen, SteadyTime deadline) const;

  // Gives a shot the next number, and notes when this machine saw it.
  StoredShot number(const domain::Shot& shot) REQUIRES(mutex);
  // From now on it waits, on all routes.
  void register_shot(const StoredShot& stored) REQUIRES(mutex);

  // Lets shots go that wait for the machine's clock, once it is set.
  void watch_clock() REQUIRES(mutex);

  // tried: the disk was tried, and refused; else an outage was under way a moment ago.
  // generation: the disk's, from before.
  void begin_outage(const Error& error, bool tried, unsigned generation) REQUIRES(mutex);

  // Wakes the senders that wait in take().
  void wake_senders(std::size_t route) REQUIRES(mutex);
  void wake_senders() REQUIRES(mutex);  // of all routes

  // Constant after construction.
  const OutboxOptions options;
  const std::vector<std::string> routes;
  const Replay replay;
  Clock& clock;
  const SteadyTime begun;  // this run
  const std::shared_ptr<memory::Account> account;

  Disk disk;  // thread-safe

  // State below is protected by mutex.
  mutable Mutex mutex;
  WaitingShots waiting GUARDED_BY(mutex);
  PendingWrites unsaved GUARDED_BY(mutex);
  Journal journal GUARDED_BY(mutex);
  Losses losses GUARDED_BY(mutex);
  std::int64_t last_id GUARDED_BY(mutex) = 0;
  bool some_held GUARDED_BY(mutex) = false;  // shots may wait for the machine's clock
  bool saving GUARDED_BY(mutex) = false;     // a thread tries a disk that refused
  bool draining GUARDED_BY(mutex) = false;
  // The waiting senders of each route sleep on the clock until this is requested, and then it is replaced. So
  // one wait covers new shots, due times (with a fake clock, too) and stops.
  std::vector<std::stop_source> wake GUARDED_BY(mutex);
};

}  // namespace vigia::outbox
