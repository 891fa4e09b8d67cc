#include "memory/budget.h"

#include <algorithm>
#include <map>
#include <utility>

namespace vigia::memory {

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::packets:
      return "packets";
    case Kind::frames:
      return "frames";
    case Kind::shots:
      return "shots";
    case Kind::jpeg:
      return "jpeg";
    case Kind::outbox:
      return "outbox";
    case Kind::tensors:
      return "tensors";
    case Kind::log:
      return "log";
  }
  return "?";
}

bool Account::try_charge(Bytes bytes) noexcept {
  charge(bytes);
  const Bytes owners = owner_->in_use.load(std::memory_order_relaxed);
  const Bytes all = budget_.in_use();
  const Pressure outside = budget_.outside_.load(std::memory_order_relaxed);
  if (all > budget_.limit_) budget_.full_.store(true, std::memory_order_relaxed);
  const bool short_of_memory = all > budget_.soft_mark() || outside != Pressure::none;
  if (owners <= budget_.owner_quota_ && all <= budget_.limit_ && outside != Pressure::hard &&
      (!short_of_memory || owners <= budget_.fair_share())) {
    return true;
  }
  discharge(bytes);
  budget_.refused_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

void Account::charge(Bytes bytes) noexcept {
  in_use_.fetch_add(bytes, std::memory_order_relaxed);
  const Bytes before = owner_->in_use.fetch_add(bytes, std::memory_order_relaxed);
  if (before == 0 && bytes != 0) budget_.holders_.fetch_add(1, std::memory_order_relaxed);
  budget_.in_use_.fetch_add(bytes, std::memory_order_relaxed);
}

void Account::discharge(Bytes bytes) noexcept {
  in_use_.fetch_sub(bytes, std::memory_order_relaxed);
  const Bytes before = owner_->in_use.fetch_sub(bytes, std::memory_order_relaxed);
  if (before == bytes && bytes != 0) budget_.holders_.fetch_sub(1, std::memory_order_relaxed);
  budget_.in_use_.fetch_sub(bytes, std::memory_order_relaxed);
}

std::shared_ptr<Account> Budget::open(const std::string& owner, Kind kind) {
  // Declared before the lock: the last reference to an account must be released outside it.
  std::vector<std::shared_ptr<Account>> alive;
  MutexLock lock(mutex_);
  if (accounts_.size() >= sweep_at_) {
    std::erase_if(accounts_, [](const auto& weak) { return weak.expired(); });
    sweep_at_ = std::max<std::size_t>(64, 2 * accounts_.size());
  }
  std::shared_ptr<Owner> known;
  for (const auto& weak : accounts_) {
    auto account = weak.lock();
    if (account && account->owner() == owner) known = account->owner_;
    if (account) alive.push_back(std::move(account));
    if (known) break;
  }
  if (!known) known = std::make_shared<Owner>(*this, owner);
  // The constructor is private, so that an account always has a budget: make_shared cannot call it.
  std::shared_ptr<Account> account(new Account(*this, std::move(known), kind));
  accounts_.push_back(account);
  return account;
}

Bytes Budget::fair_share() const noexcept {
  return limit_ / std::max(1, holders_.load(std::memory_order_relaxed));
}

Pressure Budget::pressure() const noexcept {
  const Bytes used = in_use();
  const bool full = used >= limit_ || full_.load(std::memory_order_relaxed);
  const Pressure own = full ? Pressure::hard : used >= soft_mark() ? Pressure::soft : Pressure::none;
  return std::max(own, outside_.load(std::memory_order_relaxed));
}

std::vector<Budget::Use> Budget::by_owner() const {
  std::vector<std::shared_ptr<Account>> alive;
  {
    MutexLock lock(mutex_);
    for (const auto& weak : accounts_) {
      if (auto account = weak.lock()) alive.push_back(std::move(account));
    }
  }
  std::map<std::pair<std::string_view, Kind>, Bytes> sums;
  for (const auto& account : alive) sums[{account->owner(), account->kind()}] += account->in_use();
  std::vector<Use> uses;
  for (const auto& [key, bytes] : sums) {
    if (bytes != 0) uses.push_back({std::string(key.first), key.second, bytes});
  }
  return uses;
}

}  // namespace vigia::memory
