#include "memory/budget.h"

#include <algorithm>

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
  }
  return "?";
}

bool Account::try_charge(Bytes bytes) noexcept {
  const Bytes own = in_use_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  const Bytes all = budget_.in_use_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  if ((quota_ == 0 || own <= quota_) && all <= budget_.limit_) return true;
  discharge(bytes);
  return false;
}

void Account::charge(Bytes bytes) noexcept {
  in_use_.fetch_add(bytes, std::memory_order_relaxed);
  budget_.in_use_.fetch_add(bytes, std::memory_order_relaxed);
}

void Account::discharge(Bytes bytes) noexcept {
  in_use_.fetch_sub(bytes, std::memory_order_relaxed);
  budget_.in_use_.fetch_sub(bytes, std::memory_order_relaxed);
}

std::shared_ptr<Account> Budget::open(std::string owner, Kind kind, Bytes quota) {
  // The constructor is private, so that an account always has a budget: make_shared cannot call it.
  std::shared_ptr<Account> account(new Account(*this, std::move(owner), kind, quota));
  MutexLock lock(mutex_);
  std::erase_if(accounts_, [](const auto& weak) { return weak.expired(); });
  accounts_.push_back(account);
  return account;
}

Pressure Budget::pressure() const noexcept {
  const Bytes used = in_use();
  if (used >= limit_) return Pressure::hard;
  return used >= limit_ / 5 * 4 ? Pressure::soft : Pressure::none;
}

std::vector<Budget::Use> Budget::by_owner() const {
  std::vector<std::shared_ptr<Account>> alive;
  {
    MutexLock lock(mutex_);
    for (const auto& weak : accounts_) {
      if (auto account = weak.lock()) alive.push_back(std::move(account));
    }
  }
  std::vector<Use> uses;
  for (const auto& account : alive) {
    const auto same = [&account](const Use& use) {
      return use.owner == account->owner() && use.kind == account->kind();
    };
    const auto known = std::find_if(uses.begin(), uses.end(), same);
    if (known != uses.end()) {
      known->bytes += account->in_use();
    } else if (account->in_use() != 0) {
      uses.push_back({account->owner(), account->kind(), account->in_use()});
    }
  }
  return uses;
}

}  // namespace vigia::memory
