#include "outbox/memory_store.h"

#include <utility>

namespace vigia::outbox {

bool MemoryStore::add(const StoredShot& shot, bool anyway) {
  const auto size = static_cast<Bytes>(shot.shot.jpeg->bytes.size());
  const bool fits = shots_.size() < kMostShots && bytes_ + size <= most_bytes_;
  // Asks the budget first, for the sake of its marks; the image's own charge then holds the bytes.
  const bool granted = fits && account_->try_charge(size);
  if (!granted && !anyway) return false;
  memory::Charge charge(account_, size);
  if (granted) account_->discharge(size);
  StoredShot& kept = shots_[shot.id];
  kept = shot;
  kept.shot.jpeg = std::make_shared<const domain::Jpeg>(
      domain::Jpeg{shot.shot.jpeg->bytes, shot.shot.jpeg->size, std::move(charge)});
  bytes_ += size;
  return true;
}

void MemoryStore::remove(std::int64_t id) {
  const auto found = shots_.find(id);
  if (found == shots_.end()) return;
  bytes_ -= static_cast<Bytes>(found->second.shot.jpeg->bytes.size());
  shots_.erase(found);
}

void MemoryStore::apply(const RowChange& change) {
  if (change.what == RowChange::What::all_finished) return remove(change.id);
  const auto found = shots_.find(change.id);
  if (found == shots_.end()) return;
  std::vector<Owed>& all = found->second.owed;
  if (change.what == RowChange::What::finished) {
    std::erase_if(all, [&](const Owed& owed) { return owed.route == change.route; });
    if (all.empty()) remove(change.id);
    return;
  }
  for (Owed& owed : all) {
    if (owed.route == change.route) owed.tries = change.tries;
  }
}

const StoredShot* MemoryStore::find(std::int64_t id) const {
  const auto found = shots_.find(id);
  return found == shots_.end() ? nullptr : &found->second;
}

std::vector<StoredShot> MemoryStore::oldest(std::size_t at_most) const {
  std::vector<StoredShot> some;
  for (auto at = shots_.begin(); at != shots_.end() && some.size() < at_most; ++at)
    some.push_back(at->second);
  return some;
}

std::vector<std::int64_t> MemoryStore::ids() const {
  std::vector<std::int64_t> all;
  for (const auto& [id, shot] : shots_) all.push_back(id);
  return all;
}

}  // namespace vigia::outbox
