#include "memory/trimmer.h"

#include <thread>

#include "base/log.h"

namespace vigia::memory {

struct Trimmer::Entry {
  Entry(std::string entry_name, TrimFunction function)
      : name(std::move(entry_name)), trim(std::move(function)) {}

  // Constant after construction.
  const std::string name;
  const TrimFunction trim;

  // State below is protected by mutex.
  Mutex mutex;
  CondVar idle;
  bool alive GUARDED_BY(mutex) = true;
  std::thread::id runner GUARDED_BY(mutex);  // who is inside trim now

  bool enter() {
    MutexLock lock(mutex);
    if (alive) runner = std::this_thread::get_id();
    return alive;
  }
  void leave() {
    {
      MutexLock lock(mutex);
      runner = {};
    }
    idle.notify_all();
  }
};

Trimmer& Trimmer::operator=(Trimmer&& other) noexcept {
  if (this != &other) {
    reset();
    entry_ = std::move(other.entry_);
  }
  return *this;
}

void Trimmer::reset() noexcept {
  if (!entry_) return;
  {
    MutexLock lock(entry_->mutex);
    entry_->alive = false;
    const auto here = std::this_thread::get_id();
    while (entry_->runner != std::thread::id() && entry_->runner != here) entry_->idle.wait(lock, {});
  }
  entry_.reset();
}

Trimmer TrimmerList::add(std::string name, TrimFunction trim) {
  auto entry = std::make_shared<Trimmer::Entry>(std::move(name), std::move(trim));
  MutexLock lock(mutex_);
  std::erase_if(entries_, [](const auto& weak) { return weak.expired(); });
  entries_.push_back(entry);
  return Trimmer(std::move(entry));
}

TrimmerList::Outcome TrimmerList::run() {
  std::vector<std::weak_ptr<Trimmer::Entry>> entries;
  {
    MutexLock lock(mutex_);
    entries = entries_;
  }
  Outcome outcome;
  for (const auto& weak : entries) {
    const auto entry = weak.lock();
    if (!entry || !entry->enter()) continue;
    try {
      outcome.trimmed += entry->trim();
    } catch (const std::exception& e) {
      ++outcome.failed;
      log::error("memory: trimmer {} failed: {}", entry->name, e.what());
    } catch (...) {
      ++outcome.failed;
      log::error("memory: trimmer {} failed", entry->name);
    }
    entry->leave();
  }
  return outcome;
}

}  // namespace vigia::memory
