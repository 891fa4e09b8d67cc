// What may be held, in bytes, and who holds it.
//
// Every large buffer is charged to an account: an owner (a camera's name, or "vigia") and a kind.
// A charge beyond the account's quota or the whole budget is refused, at the entrance; giving back
// never fails and never waits. From the soft mark (80 % of the budget) on, pressure() is soft: the
// collector makes an early pass and trims. At the hard mark leases are refused.
//
// Cost: a charge is two atomic additions, no lock. Threads: thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/mutex.h"

namespace vigia::memory {

enum class Kind { packets, frames, shots, jpeg, outbox, tensors };
std::string_view to_string(Kind kind) noexcept;

enum class Pressure { none, soft, hard };

class Budget;

class Account {
 public:
  // False: beyond the quota or the budget, and nothing is charged.
  [[nodiscard]] bool try_charge(Bytes bytes) noexcept;
  // For what must not be refused, a best shot on its way to the disk; may pass the marks.
  void charge(Bytes bytes) noexcept;
  void discharge(Bytes bytes) noexcept;

  [[nodiscard]] Bytes in_use() const noexcept { return in_use_.load(std::memory_order_relaxed); }
  [[nodiscard]] Bytes quota() const noexcept { return quota_; }
  [[nodiscard]] const std::string& owner() const noexcept { return owner_; }
  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  friend class Budget;
  Account(Budget& budget, std::string owner, Kind kind, Bytes quota)
      : budget_(budget), owner_(std::move(owner)), kind_(kind), quota_(quota) {}

  // Constant after construction.
  Budget& budget_;
  const std::string owner_;
  const Kind kind_;
  const Bytes quota_;  // 0: only the budget bounds it

  std::atomic<Bytes> in_use_{0};
};

class Budget {
 public:
  // limit: > 0. Must outlive its accounts.
  explicit Budget(Bytes limit) noexcept : limit_(limit) {}

  [[nodiscard]] std::shared_ptr<Account> open(std::string owner, Kind kind, Bytes quota = 0);

  [[nodiscard]] Bytes limit() const noexcept { return limit_; }
  [[nodiscard]] Bytes in_use() const noexcept { return in_use_.load(std::memory_order_relaxed); }
  [[nodiscard]] Pressure pressure() const noexcept;

  struct Use {
    std::string owner;
    Kind kind;
    Bytes bytes;
  };
  // What each open account holds; accounts that hold nothing are left out.
  [[nodiscard]] std::vector<Use> by_owner() const;

 private:
  friend class Account;

  // Constant after construction.
  const Bytes limit_;

  std::atomic<Bytes> in_use_{0};

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  mutable std::vector<std::weak_ptr<Account>> accounts_ GUARDED_BY(mutex_);
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
