// The journal: the best shot so far of each track that is still open, on disk in case this process or the
// machine ends before the track does. Its rows in the outbox's file are not owed to any receiver yet; there
// is at most one a track.
//
//   the track goes on, its best is better   the new row replaces the old one, in one transaction
//   it ends with a shot                     the shot replaces the row, in one transaction; where it is the
//                                           same picture, the row becomes the shot: nothing is written twice
//   it ends without one                     the row is deleted
//   this process or the machine ends        the next start owes what the journal has to all routes, in one
//                                           transaction; from then on it is a shot that has waited
//
// So a track owes receivers at most one shot for each of its ends, wherever a kill comes between.
// Bounds: kMostRows, and a quarter of outbox.max_bytes; the journal never displaces a waiting shot.
//
// This class is the index of this run's rows; the file has the rest. Threads: one thread at a time.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "domain/shot.h"

namespace vigia::outbox {

// Identifies a track of this run. The camera's number distinguishes cameras of the same name.
struct TrackKey {
  std::string camera;
  std::optional<std::int64_t> camera_id;
  std::uint64_t track = 0;

  auto operator<=>(const TrackKey&) const = default;
};

[[nodiscard]] inline TrackKey key_of(const domain::Shot& shot) {
  return {shot.camera, shot.camera_id, shot.track};
}

// A track that is over, with or without a shot; and the tracks that turned out to be parts of it.
struct EndedTrack {
  TrackKey key;
  std::vector<std::uint64_t> joined;
};

class Journal {
 public:
  static constexpr std::size_t kMostRows = 4096;
  static constexpr Bytes kShareOfMaxBytes = 4;

  struct Row {
    std::int64_t id = 0;
    UtcTime captured;
    Bytes bytes = 0;
  };

  // Null: there is none.
  [[nodiscard]] const Row* find(const TrackKey& track) const;
  void set(const TrackKey& track, const Row& row);
  std::optional<Row> take(const TrackKey& track);
  // Forgets all rows but these (in order): the file has no others any more.
  void keep_only(std::span<const std::int64_t> ids);

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] Bytes bytes() const { return bytes_; }

 private:
  std::map<TrackKey, Row> rows_;
  Bytes bytes_ = 0;
};

}  // namespace vigia::outbox
