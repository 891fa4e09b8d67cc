// How one mode takes frames and releases objects. The load is the same for all; only this differs.
//
// Threads: each `thread` index is used by one thread at a time, all of them at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "bench/bench_options.h"
#include "bench/things.h"

namespace vigia::bench {

struct KeeperStats {
  std::uint64_t passes = 0;     // of the mode's releases: batches, or the collector's
  std::uint64_t collected = 0;  // objects that another thread freed than the one that released them
  double collector_cpu_seconds = 0;
};

class Keeper {
 public:
  virtual ~Keeper() = default;
  Keeper() = default;
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // Nothing: refused.
  virtual std::optional<FrameBuffer> take(int camera) = 0;
  virtual void let_go(int thread, FrameBuffer frame) = 0;
  virtual void let_go(int thread, std::unique_ptr<memory::Retirable> object) = 0;
  // Releases a frame that no worker looked at.
  virtual void drop(int thread, FrameBuffer frame) = 0;
  // The thread has released everything that a frame left.
  virtual void frame_done(int thread) = 0;
  // Frees what still waits, if the mode frees anything. No thread uses it any more.
  virtual void finish() = 0;
  // Thread-safe.
  [[nodiscard]] virtual KeeperStats stats() const = 0;
};

struct KeeperOptions {
  int cameras = 8;
  int workers = 2;  // threads 0 to cameras - 1 are cameras, then the workers
  double gc_interval = 5;
  Bytes budget = 0;  // of Vigia's own mode: what frames may hold
};

// destroy_inline and destroy_background release as inlined and background do.
std::unique_ptr<Keeper> make_keeper(Mode mode, const KeeperOptions& options);

}  // namespace vigia::bench
