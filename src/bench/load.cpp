#include "bench/load.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <latch>

#include "bench/stream.h"

namespace vigia::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto kFramePeriod = std::chrono::duration_cast<Nanoseconds>(1s) / kFps;
constexpr int kFramesWaiting = 4;  // of each camera; the newest beyond that is dropped
constexpr std::size_t kProbeBytes = 4096;
constexpr std::size_t kCacheLine = 64;

void paint(std::byte* frame, std::uint64_t sequence) {
  for (Bytes row = 0; row < kRows; ++row) {
    std::memset(frame + row * kRowBytes,
                static_cast<int>((sequence + static_cast<std::uint64_t>(row)) & 0xff),
                static_cast<std::size_t>(kRowBytes));
  }
}

std::uint64_t read(const std::byte* frame) {
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < static_cast<std::size_t>(kFrameBytes); at += kCacheLine) {
    sum += std::to_integer<std::uint64_t>(frame[at]);
  }
  return sum;
}

// The people before one camera, on its worker.
class Scene {
 public:
  Scene(int seed, int camera) : stream_(seed, camera) {}

  // Applies all that happened until this frame, also in frames that were dropped. Objects that are no longer
  // needed are added to `leaving`.
  void advance_to(std::uint64_t sequence, Figures& figures,
                  std::vector<std::unique_ptr<memory::Retirable>>& leaving) {
    for (; next_ <= sequence; ++next_) {
      const auto steps = stream_.next();
      figures.stalling(figures.grow, [&] {
        for (const TrackStep& step : steps) grow(step, leaving);
      });
      for (const TrackStep& step : steps) {
        auto& track = tracks_.at(static_cast<std::size_t>(step.place));
        if (step.jpeg_bytes > 0) track->best()->fill();
        if (!step.closes) continue;
        track->close();
        leaving.push_back(std::move(track));
      }
    }
  }

 private:
  void grow(const TrackStep& step, std::vector<std::unique_ptr<memory::Retirable>>& leaving) {
    auto& track = tracks_.at(static_cast<std::size_t>(step.place));
    if (step.opens) track = std::make_unique<BenchTrack>();
    track->add_sighting(step.sighting_bytes);
    if (step.jpeg_bytes == 0) return;
    auto before = track->replace_best(std::make_unique<BenchImage>(step.jpeg_bytes));
    if (before) leaving.push_back(std::move(before));
  }

  CameraStream stream_;
  std::uint64_t next_ = 0;
  std::array<std::unique_ptr<BenchTrack>, kMostTracks> tracks_;
};

}  // namespace

Load::Load(const LoadOptions& options, Keeper& keeper, Figures& figures)
    : options_(options), keeper_(keeper), figures_(figures) {
  for (int worker = 0; worker < options.workers; ++worker) {
    const int cameras = (options.cameras - worker + options.workers - 1) / options.workers;
    queues_.push_back(
        std::make_unique<Channel<Item>>(static_cast<std::size_t>(std::max(1, cameras) * kFramesWaiting)));
  }
}

Load::~Load() {
  stop();
}

void Load::start() {
  begin_ = system_clock().now();
  for (int worker = 0; worker < options_.workers; ++worker) {
    workers_.emplace_back(fmt::format("worker {}", worker + 1),
                          [this, worker](const std::stop_token&) { work(worker); });
  }
  for (int camera = 0; camera < options_.cameras; ++camera) {
    cameras_.emplace_back(fmt::format("camera {}", camera + 1),
                          [this, camera](const std::stop_token& stop) { produce(camera, stop); });
  }
}

void Load::stop() {
  for (Worker& camera : cameras_) camera.request_stop();
  for (Worker& camera : cameras_) camera.join();
  for (auto& queue : queues_) queue->close();
  for (Worker& worker : workers_) worker.join();
}

void Load::on_each_worker(const std::function<void(int)>& task) {
  std::latch done(options_.workers);
  for (int worker = 0; worker < options_.workers; ++worker) {
    Item item;
    item.task = [&task, &done, thread = options_.cameras + worker] {
      task(thread);
      done.count_down();
    };
    std::optional<Item> back(std::move(item));
    while ((back = queues_[static_cast<std::size_t>(worker)]->push(std::move(*back)))) {
      system_clock().sleep_for(1ms, {});
    }
  }
  done.wait();
}

void Load::produce(int camera, const std::stop_token& stop) {
  // Cameras do not deliver at the same moment.
  const SteadyTime first = begin_ + kFramePeriod * camera / options_.cameras;
  for (std::uint64_t sequence = 0; !stop.stop_requested(); ++sequence) {
    if (options_.pace == Pace::realtime) {
      const SteadyTime due = first + kFramePeriod * sequence;
      if (!system_clock().sleep_until(due, stop)) break;
      figures_.frames_asked.fetch_add(1, std::memory_order_relaxed);
      // A camera does not wait: frames that are too late are lost.
      if (system_clock().now() > due + kFramePeriod * kFramesWaiting) {
        figures_.frames_dropped.fetch_add(1, std::memory_order_relaxed);
        continue;
      }
    } else {
      figures_.frames_asked.fetch_add(1, std::memory_order_relaxed);
    }
    make_frame(camera, sequence, stop);
  }
  note_usage();
}

void Load::make_frame(int camera, std::uint64_t sequence, const std::stop_token& stop) {
  auto frame = figures_.stalling(figures_.own, [&] { return keeper_.take(camera); });
  // Without a pace a camera waits for memory; with one it loses the frame.
  while (!frame && options_.pace == Pace::free && system_clock().sleep_for(100us, stop)) {
    frame = figures_.stalling(figures_.own, [&] { return keeper_.take(camera); });
  }
  if (!frame) {
    figures_.frames_dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  figures_.timing(figures_.touch, [&] { paint(frame->data(), sequence); });
  if (options_.probe_malloc) probe_malloc();
  hand_over({camera, sequence, std::move(*frame), {}}, stop);
}

void Load::hand_over(Item item, const std::stop_token& stop) {
  const int camera = item.camera;
  std::optional<Item> back = queue_of(camera).push(std::move(item));
  while (back && options_.pace == Pace::free && system_clock().sleep_for(100us, stop)) {
    back = queue_of(camera).push(std::move(*back));
  }
  if (!back) return;
  figures_.frames_dropped.fetch_add(1, std::memory_order_relaxed);
  figures_.stalling(figures_.own, [&] { keeper_.drop(camera, std::move(back->frame)); });
}

void Load::work(int worker) {
  const int thread = options_.cameras + worker;
  std::vector<Scene> scenes;
  for (int camera = worker; camera < options_.cameras; camera += options_.workers) {
    scenes.emplace_back(options_.seed, camera);
  }
  std::vector<std::unique_ptr<memory::Retirable>> leaving;
  leaving.reserve(64);
  while (auto item = queues_[static_cast<std::size_t>(worker)]->pop({})) {
    if (item->task) {
      item->task();
      continue;
    }
    const std::uint64_t sum = read(item->frame.data());
    figures_.sum_of_frames.fetch_add(sum, std::memory_order_relaxed);
    scenes[static_cast<std::size_t>(item->camera / options_.workers)].advance_to(item->sequence, figures_,
                                                                                 leaving);
    if (options_.probe_malloc) probe_malloc();
    figures_.stalling(figures_.own, [&] {
      for (auto& object : leaving) keeper_.let_go(thread, std::move(object));
      keeper_.let_go(thread, std::move(item->frame));
      keeper_.frame_done(thread);
    });
    leaving.clear();
    figures_.frames_done.fetch_add(1, std::memory_order_relaxed);
  }
  note_usage();
}

void Load::probe_malloc() {
  figures_.timing(figures_.plain_malloc, [] {
    auto* const block = static_cast<volatile char*>(std::malloc(kProbeBytes));
    if (block != nullptr) *block = 1;  // so that the pair is not left out
    std::free(const_cast<char*>(block));
  });
}

void Load::note_usage() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  figures_.involuntary_switches.fetch_add(static_cast<std::uint64_t>(usage.ru_nivcsw));
  figures_.minor_faults.fetch_add(static_cast<std::uint64_t>(usage.ru_minflt));
}

}  // namespace vigia::bench
