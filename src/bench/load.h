// The hot threads: a thread for each camera that takes a frame's memory and paints it, and workers that
// read it, keep the tracks of their cameras, and release the rest. The same work by seed for every Keeper.
// Also, for the destroy modes: a malloc and free of 4 KB beside each frame, and tasks for workers.
// Threads: owner thread only.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/channel.h"
#include "base/clock.h"
#include "base/worker.h"
#include "bench/bench_options.h"
#include "bench/figures.h"
#include "bench/keeper.h"

namespace vigia::bench {

struct LoadOptions {
  int cameras = 8;
  int workers = 2;
  int seed = 1;
  Pace pace = Pace::realtime;
  bool probe_malloc = false;
};

class Load {
 public:
  // Both outlive it.
  Load(const LoadOptions& options, Keeper& keeper, Figures& figures);
  ~Load();  // stop()
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void start();
  void stop();  // returns when every hot thread has ended

  // Runs it on each worker between two frames, with the worker's thread index; returns when all have run it.
  void on_each_worker(const std::function<void(int thread)>& task);

 private:
  struct Item {
    int camera = 0;
    std::uint64_t sequence = 0;
    FrameBuffer frame;
    std::function<void()> task;  // instead of a frame
  };
  void produce(int camera, const std::stop_token& stop);
  void make_frame(int camera, std::uint64_t sequence, const std::stop_token& stop);
  void hand_over(Item item, const std::stop_token& stop);
  void work(int worker);
  void probe_malloc();
  void note_usage();
  Channel<Item>& queue_of(int camera) {
    return *queues_[static_cast<std::size_t>(camera % options_.workers)];
  }

  // Constant after construction.
  const LoadOptions options_;
  Keeper& keeper_;
  Figures& figures_;

  SteadyTime begin_{};
  std::vector<std::unique_ptr<Channel<Item>>> queues_;  // of each worker
  std::vector<Worker> cameras_, workers_;
};

}  // namespace vigia::bench
