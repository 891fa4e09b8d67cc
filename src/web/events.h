// The ledger's ends of tracks for the API, and a feed of those that are new or have got their fate.
// The file is opened when it is first needed, and again after an error. Cost: milliseconds a call, on the
// server's thread; the feed asks once a second, and only while somebody listens. Threads: owner thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ledger/reader.h"

namespace vigia::web {

class Events {
 public:
  // path: empty: no ledger is kept.
  explicit Events(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] bool enabled() const { return !path_.empty(); }
  // Errors: unavailable: the file cannot be read now. A file that is not there yet has no ends.
  Result<std::vector<ledger::KeptEnd>> page(const ledger::PageQuery& question);
  Result<std::vector<std::byte>> thumbnail(std::int64_t id);
  Result<std::int64_t> last_id();

 private:
  // Nothing: it is not there yet.
  Result<ledger::Reader*> reader();
  Error failed(const Error& error);

  const std::string path_;
  std::optional<ledger::Reader> reader_;
};

class EventFeed {
 public:
  static constexpr std::size_t kMostKept = 400;
  struct Item {
    std::uint64_t number = 0;  // of the feed
    std::int64_t id = 0;       // of the event
    std::string json;
  };

  explicit EventFeed(Events& events) : events_(events) {}

  // Begins with what is recorded after this call.
  void begin();
  // Appends what has changed since the last call.
  void poll();
  [[nodiscard]] const std::deque<Item>& items() const { return items_; }
  [[nodiscard]] std::uint64_t last_number() const { return last_number_; }
  [[nodiscard]] std::int64_t last_id() const { return last_id_; }

 private:
  void append(const ledger::KeptEnd& kept);

  Events& events_;
  std::deque<Item> items_;
  std::set<std::int64_t> pending_;  // ids whose fate is not known, the newest 200
  std::uint64_t last_number_ = 0;
  std::int64_t last_id_ = 0;
};

}  // namespace vigia::web
