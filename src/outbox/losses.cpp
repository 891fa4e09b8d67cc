#include "outbox/losses.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace vigia::outbox {

std::vector<RowChange> changes_of(const TakenOut& out, std::span<const std::string> routes) {
  if (out.whole) return {{.id = out.id, .what = RowChange::What::all_finished, .route = {}, .tries = {}}};
  std::vector<RowChange> changes;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if ((out.routes & route_bit(i)) == 0) continue;
    changes.push_back({.id = out.id, .what = RowChange::What::finished, .route = routes[i], .tries = {}});
  }
  return changes;
}

Losses::Losses(const std::vector<std::string>& routes, const Clock& clock, WaitingShots& waiting,
               PendingWrites& unsaved)
    : routes_(routes),
      clock_(clock),
      waiting_(waiting),
      unsaved_(unsaved),
      expired_("faces were not delivered in time and are given up: see max_event_age and outbox.max_age"),
      shed_("faces are given up, the oldest first: no room; see outbox.max_bytes and the disk"),
      unreadable_("waiting faces could not be read back; each is tried again a minute later"),
      no_room_in_journal_(
          "times the best shot so far of a person in view was not kept on disk: no room in "
          "the journal; see outbox.max_bytes") {}

void Losses::end(TakenOut out, std::optional<domain::Reason> reason, Endings& endings) {
  if (!reason) {
    ++lost_;
  } else {
    (*reason == domain::Reason::expired ? expired_ : shed_).add(1, clock_.now());
  }
  Ending ending{.out = std::move(out), .reason = reason, .shot = {}};
  if (const StoredShot* const kept = unsaved_.shots().find(ending.out.id)) {
    ending.shot = kept->shot;
    ending.shot->jpeg.reset();
    for (const RowChange& change : changes_of(ending.out, routes_)) unsaved_.apply(change);
  }
  endings.push_back(std::move(ending));
}

void Losses::end_later(TakenOut out) {
  end(std::move(out), std::nullopt, for_later_);
}

void Losses::tend(Endings& endings) {
  const SteadyTime now = clock_.now();
  for (TakenOut& out : waiting_.expire(now, kEndsAtOnce)) {
    end(std::move(out), domain::Reason::expired, endings);
  }
  for (LossLog* const log : {&expired_, &shed_, &unreadable_, &no_room_in_journal_}) log->log_if_due(now);
  std::ranges::move(for_later_, std::back_inserter(endings));
  for_later_.clear();
}

void Losses::add_unreadable(const std::string& why) {
  unreadable_.add(1, clock_.now(), why);
}

void Losses::add_refused_in_journal(std::uint64_t shots) {
  refused_in_journal_ += shots;
}

void Losses::add_no_room_in_journal() {
  ++refused_in_journal_;
  no_room_in_journal_.add(1, clock_.now());
}

void Losses::log_rest() {
  for (LossLog* const log : {&expired_, &shed_, &unreadable_, &no_room_in_journal_}) log->log_rest();
}

void Losses::show(status::OutboxStatus& figures) const {
  figures.shed = shed_.total();
  figures.expired = expired_.total();
  figures.lost = lost_;
  figures.never_on_disk = never_on_disk_;
  figures.journal_refused = refused_in_journal_;
}

}  // namespace vigia::outbox
