#include "bench/bare_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "base/worker.h"
#include "bench/bare_stream.h"
#include "detect/detect_faces.h"

namespace vigia::bench {
namespace {

enum class Phase { warm_up, measure, end };

// The work and the figures of one thread. The figures may be read when the thread has ended.
class BareThread {
 public:
  struct Stream {
    std::unique_ptr<BareStream> frames;
    domain::Zone rot;
  };
  BareThread(std::vector<Stream> streams, std::unique_ptr<detect::Detector> detector)
      : streams_(std::move(streams)), detector_(std::move(detector)) {}

  void run(const std::atomic<Phase>& phase) {
    while (phase == Phase::warm_up && step()) {
    }
    report_ = {};
    const SteadyTime begin = system_clock().now();
    const double cpu = thread_cpu_seconds();
    while (phase != Phase::end && step()) {
    }
    report_.seconds = to_seconds(system_clock().now() - begin);
    report_.cpu_seconds = thread_cpu_seconds() - cpu;
  }

  [[nodiscard]] const BoundFigures& report() const { return report_; }  // times: sums
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  bool step() {
    const SteadyTime begin = system_clock().now();
    const Stream& stream = streams_[next_++ % streams_.size()];
    const auto frame = stream.frames->next();
    if (!frame) return fail(frame.error());
    report_.decode_ms += to_seconds(system_clock().now() - begin) * 1e3;
    if (Status detected = detect::detect_fully(*detector_, *frame, stream.rot.in(frame->size), found_);
        !detected)
      return fail(detected.error());
    report_.prepare_ms += to_seconds(detector_->times().prepare) * 1e3;
    report_.infer_ms += to_seconds(detector_->times().infer) * 1e3;
    ++report_.frames;
    report_.faces_detected += found_.size();
    return true;
  }
  bool fail(const Error& error) {
    error_ = error;
    return false;
  }

  std::vector<Stream> streams_;
  std::unique_ptr<detect::Detector> detector_;
  std::vector<domain::Detection> found_;
  std::size_t next_ = 0;
  BoundFigures report_;
  std::optional<Error> error_;
};

using Threads = std::vector<std::unique_ptr<BareThread>>;

Result<Threads> make_threads(const settings::Settings& settings, memory::MemoryManager& memory,
                             BoundFigures& report) {
  report.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  report.streams = std::max(report.threads, static_cast<int>(settings.cameras.size()));
  const auto stage = detect::DetectFaces::create(settings.detector, detect::ModelPlaces::from_environment(),
                                                 memory.budget());
  if (!stage) return stage.error();
  Threads threads;
  for (int i = 0; i < report.threads; ++i) {
    auto detector = stage->make(settings.detector.input);
    if (!detector) return detector.error();
    report.detector = (*detector)->name();
    std::vector<BareThread::Stream> streams;
    for (int s = i; s < report.streams; s += report.threads) {
      auto camera = settings.cameras[static_cast<std::size_t>(s) % settings.cameras.size()];
      camera.spec.name = fmt::format("stream{}", s + 1);
      auto stream = BareStream::open(camera, memory);
      if (!stream) return stream.error();
      streams.push_back({*std::move(stream), camera.rot});
    }
    threads.push_back(std::make_unique<BareThread>(std::move(streams), *std::move(detector)));
  }
  return threads;
}

// Frames a second are added up over threads; times are of a frame.
Status add_up(const Threads& threads, BoundFigures& report) {
  for (const auto& thread : threads) {
    if (thread->error()) return *thread->error();
    const BoundFigures& one = thread->report();
    report.frames += one.frames;
    report.faces_detected += one.faces_detected;
    report.cpu_seconds += one.cpu_seconds;
    report.seconds += one.seconds / static_cast<double>(threads.size());
    report.decode_ms += one.decode_ms;
    report.prepare_ms += one.prepare_ms;
    report.infer_ms += one.infer_ms;
  }
  for (double* const sum : {&report.decode_ms, &report.prepare_ms, &report.infer_ms}) {
    *sum = JobFigures::per(*sum, static_cast<double>(report.frames));
  }
  return ok_status();
}

}  // namespace

Result<BoundFigures> measure_bound(const settings::Settings& settings, const BoundWindow& window,
                                   StopSignals& signals) {
  memory::MemoryManager memory(settings.memory);
  memory.start();
  BoundFigures report;
  auto threads = make_threads(settings, memory, report);
  if (!threads) return threads.error();
  std::atomic<Phase> phase{Phase::warm_up};
  {
    std::vector<Worker> workers;
    for (const auto& thread : *threads) {
      workers.emplace_back("bare loop", [&thread, &phase](const std::stop_token&) { thread->run(phase); });
    }
    const auto wait = [&signals](double how_long) {
      return signals.wait_for(std::chrono::milliseconds(static_cast<std::int64_t>(how_long * 1e3)));
    };
    if (!wait(window.warm_up)) {
      phase = Phase::measure;
      static_cast<void>(wait(window.seconds));
    }
    phase = Phase::end;
  }
  if (Status added = add_up(*threads, report); !added) return added.error();
  return report;
}

}  // namespace vigia::bench
