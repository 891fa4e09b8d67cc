// What servers have said to logins, so that the sixteen channels of a recorder do not try the same wrong
// password sixteen times: five wrong ones lock many accounts.
//
//   KnownLogins logins(clock);                                 // one for the whole program
//   if (const auto wait = logins.wait_for(server, login)) ...  // do not ask now
//   logins.refused(server, login);                             // it said 401
//   logins.accepted(server, login);
//
// After a refusal nobody asks that server with that login for a minute, after the next one for 5, then 15 and
// 30 minutes (Retry::kAfterRefusals), whichever camera it is; then one of them may. Once it is accepted, all
// may: a channel that refuses by itself delays the others of its recorder by a minute at most. Another
// password is another login. Only hashes are kept. Cost: a lock; the newest kMost are kept.
// Threads: thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "camera/retry.h"

namespace vigia::camera {

class KnownLogins {
 public:
  static constexpr std::size_t kMost = 1024;

  explicit KnownLogins(Clock& clock) : clock_(clock) {}

  // For how long nobody may ask; nothing: this one may.
  [[nodiscard]] std::optional<Nanoseconds> wait_for(const std::string& server, const std::string& login) {
    const SteadyTime now = clock_.now();
    MutexLock lock(mutex_);
    const auto found = std::ranges::find(refused_, hash(server, login), &Refused::login);
    if (found == refused_.end() || found->until <= now) return std::nullopt;
    return found->until - now;
  }
  void refused(const std::string& server, const std::string& login) {
    const SteadyTime now = clock_.now();
    MutexLock lock(mutex_);
    const Refused known = remove(hash(server, login));
    const auto step = std::min(known.times, Retry::kAfterRefusals.size() - 1);
    refused_.push_back({known.login, known.times + 1, now + Retry::kAfterRefusals.at(step)});
    if (refused_.size() > kMost) refused_.pop_front();
  }
  void accepted(const std::string& server, const std::string& login) {
    MutexLock lock(mutex_);
    static_cast<void>(remove(hash(server, login)));
  }

 private:
  struct Refused {
    std::size_t login = 0;
    std::size_t times = 0;  // since it was accepted
    SteadyTime until{};
  };
  static std::size_t hash(const std::string& server, const std::string& login) {
    return std::hash<std::string>()(server + '\n' + login);
  }
  Refused remove(std::size_t login) REQUIRES(mutex_) {
    Refused known{.login = login};
    const auto found = std::ranges::find(refused_, login, &Refused::login);
    if (found == refused_.end()) return known;
    known = *found;
    refused_.erase(found);
    return known;
  }

  Clock& clock_;

  // State below is protected by mutex_.
  Mutex mutex_;
  std::deque<Refused> refused_ GUARDED_BY(mutex_);
};

}  // namespace vigia::camera
