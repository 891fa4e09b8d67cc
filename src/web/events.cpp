#include "web/events.h"

#include <algorithm>

#include "web/answers.h"

namespace vigia::web {
namespace {

constexpr std::size_t kMostPending = 200;
constexpr int kMostAtOnce = 200;

bool is_pending(const ledger::KeptEnd& kept) {
  return kept.end.outcome == ledger::Outcome(ledger::DeliveryStatus::pending);
}

}  // namespace

Result<ledger::Reader*> Events::reader() {
  if (!reader_) {
    if (path_.empty()) return static_cast<ledger::Reader*>(nullptr);
    auto opened = ledger::Reader::open(path_);
    if (!opened && opened.error().code == ErrorCode::not_found) return static_cast<ledger::Reader*>(nullptr);
    if (!opened) return Error{ErrorCode::unavailable, opened.error().text};
    reader_.emplace(*std::move(opened));
  }
  return &*reader_;
}

Error Events::failed(const Error& error) {
  reader_.reset();  // a file that was set aside is replaced by a new one
  return {ErrorCode::unavailable, error.text};
}

Result<std::vector<ledger::KeptEnd>> Events::page(const ledger::PageQuery& question) {
  const auto open = reader();
  if (!open) return open.error();
  if (*open == nullptr) return std::vector<ledger::KeptEnd>();
  auto ends = (*open)->page(question);
  if (!ends) return failed(ends.error());
  return ends;
}

Result<std::vector<std::byte>> Events::thumbnail(std::int64_t id) {
  const auto open = reader();
  if (!open) return open.error();
  if (*open == nullptr) return std::vector<std::byte>();
  auto picture = (*open)->thumbnail(id);
  if (!picture) return failed(picture.error());
  return picture;
}

Result<std::int64_t> Events::last_id() {
  const auto open = reader();
  if (!open) return open.error();
  if (*open == nullptr) return std::int64_t{0};
  auto id = (*open)->last_id();
  if (!id) return failed(id.error());
  return id;
}

void EventFeed::begin() {
  items_.clear();
  pending_.clear();
  const auto id = events_.last_id();
  if (id) last_id_ = *id;
}

void EventFeed::poll() {
  const auto newest = events_.last_id();
  if (!newest) return;
  if (*newest < last_id_) begin();  // a new file
  if (!pending_.empty()) {
    const auto known = events_.page({.from_id = *pending_.begin(), .limit = 2 * kMostAtOnce});
    for (const ledger::KeptEnd& kept : known ? *known : std::vector<ledger::KeptEnd>()) {
      if (is_pending(kept) || pending_.erase(kept.id) == 0) continue;
      append(kept);
    }
  }
  if (*newest == last_id_) return;
  auto ends = events_.page({.from_id = last_id_ + 1, .limit = kMostAtOnce});
  if (!ends) return;
  std::ranges::sort(*ends, {}, &ledger::KeptEnd::id);
  for (const ledger::KeptEnd& kept : *ends) {
    if (is_pending(kept)) pending_.insert(kept.id);
    append(kept);
  }
  last_id_ = *newest;
  while (pending_.size() > kMostPending) pending_.erase(pending_.begin());
}

void EventFeed::append(const ledger::KeptEnd& kept) {
  items_.push_back({.number = ++last_number_, .id = kept.id, .json = dump(event_json(kept))});
  if (items_.size() > kMostKept) items_.pop_front();
}

}  // namespace vigia::web
