// Keeps shots that the disk does not take now: they are sent from here, and written once the disk works
// again. Bounded by number, by bytes (a quarter of the memory budget) and by what the budget has left: add()
// returns false when the oldest has to go first. Images are charged to the outbox's account, not to their
// camera's: a disk that is full for hours must not cost a camera its frames. Threads: one thread at a time.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "memory/budget.h"
#include "outbox/rows.h"

namespace vigia::outbox {

class MemoryStore {
 public:
  static constexpr std::size_t kMostShots = 4096;

  MemoryStore(std::shared_ptr<memory::Account> account, Bytes most_bytes)
      : account_(std::move(account)), most_bytes_(most_bytes) {}

  // False: no room, and nothing was kept. anyway: keep it even so, because nothing older can go.
  [[nodiscard]] bool add(const StoredShot& shot, bool anyway);
  void remove(std::int64_t id);
  // As Rows::apply().
  void apply(const RowChange& change);

  [[nodiscard]] const StoredShot* find(std::int64_t id) const;
  // Up to so many, the oldest first, as they are now; their images are shared.
  [[nodiscard]] std::vector<StoredShot> oldest(std::size_t at_most) const;
  [[nodiscard]] std::vector<std::int64_t> ids() const;
  [[nodiscard]] std::size_t size() const { return shots_.size(); }
  [[nodiscard]] Bytes bytes() const { return bytes_; }

 private:
  // Constant after construction.
  const std::shared_ptr<memory::Account> account_;
  const Bytes most_bytes_;

  std::map<std::int64_t, StoredShot> shots_;
  Bytes bytes_ = 0;
};

}  // namespace vigia::outbox
