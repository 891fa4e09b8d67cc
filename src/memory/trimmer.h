// A trimmer is a function that gives unused memory back: idle buffers, caches. It stays registered as long as
// its handle lives; once the handle is destroyed, the function is not running and never runs again.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/mutex.h"

namespace vigia::memory {

// Gives back what it can; returns the number of bytes.
using TrimFunction = std::function<Bytes()>;

class TrimmerList;

// Move-only handle. Its destructor waits for a running call of the function, unless it is called from inside
// that call.
class Trimmer {
 public:
  Trimmer() = default;
  ~Trimmer() { reset(); }
  Trimmer(Trimmer&&) noexcept = default;
  Trimmer& operator=(Trimmer&& other) noexcept;
  void reset() noexcept;

 private:
  friend class TrimmerList;
  struct Entry;
  explicit Trimmer(std::shared_ptr<Entry> entry) noexcept : entry_(std::move(entry)) {}
  std::shared_ptr<Entry> entry_;
};

// Threads: add() and the handles are thread-safe; run() belongs to the collector.
class TrimmerList {
 public:
  [[nodiscard]] Trimmer add(std::string name, TrimFunction trim);

  struct Outcome {
    Bytes trimmed = 0;
    int failed = 0;
  };
  // Calls each, holding no lock. One that throws is logged and counted, and the others run.
  Outcome run();

 private:
  Mutex mutex_;
  std::vector<std::weak_ptr<Trimmer::Entry>> entries_ GUARDED_BY(mutex_);
};

}  // namespace vigia::memory
