#include "outbox/unsaved.h"

#include "base/log.h"

namespace vigia::outbox {

void Unsaved::begin_trouble(const std::string& text, SteadyTime now) {
  if (trouble_) return;
  trouble_ = Trouble{.since = now, .next_try = now + kAskAgain, .text = text};
  log::error("{}; shots are kept in memory, and the disk is tried again every second", text);
}

void Unsaved::resolved(SteadyTime now) {
  log::info(
      "outbox: the disk takes shots again, after {:.0f} s: {} that were kept in memory are written, {} "
      "were given up",
      to_seconds(now - trouble_->since), trouble_->written, trouble_->given_up);
  trouble_.reset();
}

void Unsaved::note(const Change& change) {
  if (change.what != Change::What::failed) {  // whatever failed before does not matter any more
    const auto first = changes_.lower_bound({change.id, std::string()});
    for (auto at = first; at != changes_.end() && at->first.first == change.id;) {
      const bool same = change.what == Change::What::all_finished || at->first.second == change.route;
      at = same ? changes_.erase(at) : std::next(at);
    }
  }
  const auto [at, added] = changes_.try_emplace({change.id, change.route}, change);
  if (added) return;
  at->second.attempts += change.attempts;
  at->second.doubtful += change.doubtful;
  at->second.why = change.why;
}

bool Unsaved::has_note_of(std::int64_t id) const {
  const auto at = changes_.lower_bound({id, std::string()});
  return at != changes_.end() && at->first.first == id;
}

void Unsaved::add_notes(std::int64_t id, Owed& owed) const {
  const auto found = changes_.find({id, owed.route});
  if (found == changes_.end() || found->second.what != Change::What::failed) return;
  owed.attempts += found->second.attempts;
  owed.doubtful += found->second.doubtful;
}

std::vector<Change> Unsaved::changes() const {
  std::vector<Change> all;
  all.reserve(changes_.size());
  for (const auto& [key, change] : changes_) all.push_back(change);
  return all;
}

}  // namespace vigia::outbox
