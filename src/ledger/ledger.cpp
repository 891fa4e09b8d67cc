#include "ledger/ledger.h"

#include <chrono>
#include <utility>

#include "base/log.h"

namespace vigia::ledger {
namespace {

using namespace std::chrono_literals;

constexpr auto kWriteEvery = 1s;
constexpr std::size_t kLongestText = 300;

// One line, without secrets.
std::string for_the_file(const std::string& text) {
  std::string clean = redact(text);
  for (char& letter : clean) {
    if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f) letter = ' ';
  }
  if (clean.size() <= kLongestText) return clean;
  std::size_t end = kLongestText;
  // Not inside a letter of UTF-8.
  while (end > 0 && (static_cast<unsigned char>(clean[end]) & 0xc0) == 0x80) --end;
  clean.resize(end);
  return clean + "...";
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(const LedgerOptions& options, memory::MemoryManager& memory,
                                             Clock& clock) {
  std::unique_ptr<Ledger> ledger(new Ledger(options, memory, clock));
  if (!ledger->enabled()) return ledger;
  const Status opened = ledger->open_store();
  if (!opened && opened.error().code == ErrorCode::invalid) return opened.error();
  ledger->say(opened);
  return ledger;
}

Ledger::Ledger(const LedgerOptions& options, memory::MemoryManager& memory, Clock& clock)
    : options_(options),
      clock_(clock),
      account_(memory.budget().open("vigia", memory::Kind::jpeg)),
      taken_(enabled() ? kMostWaiting : 0),
      waiting_(enabled() ? kMostWaiting : 0) {}

void Ledger::record(TrackEnd end) {
  if (!enabled()) return;
  end.text = for_the_file(end.text);
  const auto bytes = static_cast<Bytes>(end.thumbnail.size());
  add(std::move(end), bytes);
}

void Ledger::settle(EndKey key, Outcome outcome, std::string text) {
  if (!enabled()) return;
  add(Settlement{std::move(key), std::move(outcome), for_the_file(text)}, 0);
}

void Ledger::add(Entry entry, Bytes bytes) {
  Waiting added{std::move(entry), memory::Charge(account_, bytes)};
  std::optional<Waiting> oldest;  // let go of outside the lock
  {
    MutexLock lock(mutex_);
    if (waiting_.size() == kMostWaiting) oldest = waiting_.pop_front();
    waiting_.push_back(std::move(added));
  }
  if (oldest) note_lost();
}

void Ledger::run(const std::stop_token& stop) {
  while (clock_.sleep_for(kWriteEvery, stop)) write();
  write();
}

void Ledger::write() {
  take_all();
  if (batch_.empty()) return;
  Status written = open_store();
  if (written) written = store_->write(batch_);
  if (!written && written.error().code == ErrorCode::damaged) {
    store_.reset();
    written = Store::set_aside(options_, clock_.utc_now());
    if (written) written = open_store();
    if (written) written = store_->write(batch_);
  }
  say(written);
  if (!written) lost_.fetch_add(batch_.size(), std::memory_order_relaxed);
  batch_.clear();
}

void Ledger::take_all() {
  {
    MutexLock lock(mutex_);
    std::swap(taken_, waiting_);
  }
  while (!taken_.empty()) batch_.push_back(taken_.pop_front().entry);
}

Status Ledger::open_store() {
  if (store_) return ok_status();
  Result<Store> store = Store::open(options_);
  if (!store && store.error().code == ErrorCode::damaged) {
    if (Status aside = Store::set_aside(options_, clock_.utc_now()); !aside) return aside;
    store = Store::open(options_);
  }
  if (!store) return store.error();
  store_ = *std::move(store);
  return ok_status();
}

void Ledger::say(const Status& written) {
  if (!written && !failing_) {
    log::error("{}; ends of tracks are not kept until it works again", written.error().text);
    lost_before_ = lost();
  } else if (written && failing_) {
    log::info("ledger: works again; {} entries were lost", lost() - lost_before_);
  }
  failing_ = !written;
}

}  // namespace vigia::ledger
