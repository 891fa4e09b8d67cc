// What the disk does not have yet, because it refused: shots, and changes of rows. And since when, and when
// it is asked again.
// Threads: one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "outbox/memory_store.h"
#include "outbox/rows.h"

namespace vigia::outbox {

class Unsaved {
 public:
  static constexpr Nanoseconds kAskAgain = std::chrono::seconds(1);

  Unsaved(std::shared_ptr<memory::Account> account, Bytes most_bytes)
      : shots_(std::move(account), most_bytes) {}

  // The disk refuses, and has since `since`: everything goes here until resolved().
  struct Trouble {
    SteadyTime since, next_try;
    std::string text;  // the first refusal
    std::size_t written = 0, given_up = 0;
  };
  [[nodiscard]] bool in_trouble() const { return trouble_.has_value(); }
  [[nodiscard]] Trouble& trouble() { return *trouble_; }
  // Says so in the log when it begins.
  void begin_trouble(const std::string& text, SteadyTime now);
  void resolved(SteadyTime now);

  [[nodiscard]] MemoryStore& shots() { return shots_; }
  [[nodiscard]] const MemoryStore& shots() const { return shots_; }

  void note(const Change& change);
  [[nodiscard]] bool has_note_of(std::int64_t id) const;
  // What the row would say if it could be written.
  void add_notes(std::int64_t id, Owed& owed) const;
  [[nodiscard]] std::vector<Change> changes() const;
  void changes_written() { changes_.clear(); }

 private:
  MemoryStore shots_;
  std::map<std::pair<std::int64_t, std::string>, Change> changes_;
  std::optional<Trouble> trouble_;
};

}  // namespace vigia::outbox
