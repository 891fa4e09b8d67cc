#include "outbox/journal.h"

#include <algorithm>

namespace vigia::outbox {

const Journal::Row* Journal::find(const TrackKey& track) const {
  const auto found = rows_.find(track);
  return found == rows_.end() ? nullptr : &found->second;
}

void Journal::set(const TrackKey& track, const Row& row) {
  Row& ours = rows_[track];
  bytes_ += row.bytes - ours.bytes;
  ours = row;
}

std::optional<Journal::Row> Journal::take(const TrackKey& track) {
  const auto found = rows_.find(track);
  if (found == rows_.end()) return std::nullopt;
  const Row row = found->second;
  bytes_ -= row.bytes;
  rows_.erase(found);
  return row;
}

void Journal::keep_only(std::span<const std::int64_t> ids) {
  std::erase_if(rows_, [&](const auto& entry) {
    const bool is_gone = !std::binary_search(ids.begin(), ids.end(), entry.second.id);
    if (is_gone) bytes_ -= entry.second.bytes;
    return is_gone;
  });
}

}  // namespace vigia::outbox
