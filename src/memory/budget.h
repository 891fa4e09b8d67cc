// Bounds how many bytes may be held, and records who holds them.
//
// Every large buffer is charged to an account: an owner (a camera's name, or "vigia") and a kind. Only
// charging can be refused; giving back never fails and never waits. A charge is refused
//   - beyond the quota of its owner, over all kinds;
//   - from the soft mark (80 %) on, for an owner that holds more than its share of the budget (the budget
//     divided by the number of owners that hold something): the largest owners are refused first, and the
//     last fifth is reserved for the others;
//   - at the hard mark (100 %), and while squeeze(hard) is in force, for every owner.
// From the soft mark on pressure() is soft: the collector makes early passes and trims, and best shots
// become JPEGs early.
//
// Cost: a charge is three atomic additions, no lock. Threads: thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/mutex.h"

namespace vigia::memory {

enum class Kind { packets, frames, shots, jpeg, outbox, tensors, log };
std::string_view to_string(Kind kind) noexcept;

enum class Pressure { none, soft, hard };

class Budget;

// All accounts of one name together.
struct Owner {
  Owner(Budget& to, std::string called) : budget(to), name(std::move(called)) {}

  // Constant after construction.
  Budget& budget;
  const std::string name;

  std::atomic<Bytes> in_use{0};
};

class Account {
 public:
  // False: see above, and nothing is charged.
  [[nodiscard]] bool try_charge(Bytes bytes) noexcept;
  // For memory that must not be refused, such as a best shot on its way to the disk; may exceed the marks.
  void charge(Bytes bytes) noexcept;
  void discharge(Bytes bytes) noexcept;

  [[nodiscard]] Bytes in_use() const noexcept { return in_use_.load(std::memory_order_relaxed); }
  [[nodiscard]] const std::string& owner() const noexcept { return owner_->name; }
  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  friend class Budget;
  Account(Budget& budget, std::shared_ptr<Owner> owner, Kind kind)
      : budget_(budget), owner_(std::move(owner)), kind_(kind) {}

  // Constant after construction.
  Budget& budget_;
  const std::shared_ptr<Owner> owner_;
  const Kind kind_;

  std::atomic<Bytes> in_use_{0};
};

class Budget {
 public:
  // limit: > 0. owner_quota: the most that one owner may get leases for, all kinds together; 0: no quota.
  // Must outlive its accounts.
  explicit Budget(Bytes limit, Bytes owner_quota = 0) noexcept
      : limit_(limit), owner_quota_(owner_quota > 0 ? owner_quota : limit) {}

  [[nodiscard]] std::shared_ptr<Account> open(const std::string& owner, Kind kind);

  [[nodiscard]] Bytes limit() const noexcept { return limit_; }
  [[nodiscard]] Bytes soft_mark() const noexcept { return limit_ / 5 * 4; }
  [[nodiscard]] Bytes owner_quota() const noexcept { return owner_quota_; }
  [[nodiscard]] Bytes in_use() const noexcept { return in_use_.load(std::memory_order_relaxed); }
  // The most that an owner may hold once memory is short.
  [[nodiscard]] Bytes fair_share() const noexcept;
  [[nodiscard]] Pressure pressure() const noexcept;

  // Raises the pressure for a reason that these accounts do not show: the kernel reports it, or the process
  // comes near its real limit. In force until the next call.
  void squeeze(Pressure from_outside) noexcept {
    outside_.store(from_outside, std::memory_order_relaxed);
    full_.store(false, std::memory_order_relaxed);
  }

  // Charges that were refused since it was made.
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }

  struct Use {
    std::string owner;
    Kind kind;
    Bytes bytes;
  };
  // The bytes that each owner holds of each kind, without zeros, ordered by name.
  [[nodiscard]] std::vector<Use> by_owner() const;

 private:
  friend class Account;

  // Constant after construction.
  const Bytes limit_;
  const Bytes owner_quota_;

  std::atomic<Bytes> in_use_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<int> holders_{0};  // owners that hold something
  // A charge was refused for lack of room since the last squeeze(). The last buffer seldom fits exactly, so
  // in_use alone would stop short of the hard mark.
  std::atomic<bool> full_{false};
  std::atomic<Pressure> outside_{Pressure::none};

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  std::vector<std::weak_ptr<Account>> accounts_ GUARDED_BY(mutex_);
  std::size_t sweep_at_ GUARDED_BY(mutex_) = 64;  // accounts: drop those that are gone
};

// Holds a charge for as long as it lives. Move-only.
class Charge {
 public:
  Charge() = default;
  // Never refused, see Account::charge().
  Charge(std::shared_ptr<Account> account, Bytes bytes) noexcept
      : account_(std::move(account)), bytes_(bytes) {
    account_->charge(bytes_);
  }
  // Nothing: refused, see Account::try_charge().
  [[nodiscard]] static std::optional<Charge> try_make(std::shared_ptr<Account> account,
                                                      Bytes bytes) noexcept {
    if (!account->try_charge(bytes)) return std::nullopt;
    Charge made;
    made.account_ = std::move(account);
    made.bytes_ = bytes;
    return made;
  }
  ~Charge() { reset(); }
  Charge(Charge&& other) noexcept
      : account_(std::move(other.account_)), bytes_(std::exchange(other.bytes_, 0)) {}
  Charge& operator=(Charge&& other) noexcept {
    if (this != &other) {
      reset();
      account_ = std::move(other.account_);
      bytes_ = std::exchange(other.bytes_, 0);
    }
    return *this;
  }
  void reset() noexcept {
    if (account_) account_->discharge(std::exchange(bytes_, 0));
    account_.reset();
  }
  [[nodiscard]] Bytes bytes() const noexcept { return bytes_; }

 private:
  std::shared_ptr<Account> account_;
  Bytes bytes_ = 0;
};

}  // namespace vigia::memory
