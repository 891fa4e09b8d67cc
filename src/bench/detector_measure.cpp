#include "bench/detector_measure.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include "base/histogram.h"
#include "base/worker.h"

namespace vigia::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kFrames = 8;  // of each thread
constexpr int kUncounted = 3;

// Noise: no flat places that a branch could profit from, and no faces.
class NoiseFrame {
 public:
  NoiseFrame(domain::Size size, std::uint32_t seed) {
    const auto chroma_width = static_cast<std::size_t>((size.width + 1) / 2);
    const auto chroma = chroma_width * static_cast<std::size_t>((size.height + 1) / 2);
    const auto luma = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
    bytes_.resize(luma + 2 * chroma);
    std::uint32_t state = seed;
    for (std::uint8_t& byte : bytes_) {
      state = state * 1664525U + 1013904223U;
      byte = static_cast<std::uint8_t>(state >> 24);
    }
    frame_.size = size;
    const int stride = static_cast<int>(chroma_width);
    frame_.planes = {domain::Plane{bytes_.data(), size.width},
                     {bytes_.data() + luma, stride},
                     {bytes_.data() + luma + chroma, stride}};
  }
  NoiseFrame(const NoiseFrame&) = delete;
  NoiseFrame& operator=(const NoiseFrame&) = delete;

  [[nodiscard]] const domain::Frame& frame() const { return frame_; }

 private:
  std::vector<std::uint8_t> bytes_;
  domain::Frame frame_;
};

struct Times {
  Histogram prepare, infer, whole;
};

class DetectorThread {
 public:
  DetectorThread(std::unique_ptr<detect::Detector> detector, domain::Size frame, std::uint32_t seed)
      : detector_(std::move(detector)) {
    for (std::uint32_t i = 0; i < kFrames; ++i) {
      frames_.push_back(std::make_unique<NoiseFrame>(frame, seed * kFrames + i));
    }
  }

  void run(const std::atomic<bool>& measuring, const std::stop_token& stop, Times& times) {
    for (int i = 0; i < kUncounted && !error_; ++i) step(nullptr);
    while (!error_ && !stop.stop_requested()) step(measuring ? &times : nullptr);
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] std::string name() const { return detector_->name(); }
  // Sums over all frames, to be read when the thread has ended.
  struct Sums {
    Nanoseconds prepare{0}, infer{0}, whole{0};
  };
  [[nodiscard]] const Sums& sums() const { return sums_; }

 private:
  void step(Times* times) {
    const domain::Frame& frame = frames_[next_++ % frames_.size()]->frame();
    const auto begin = std::chrono::steady_clock::now();
    if (Status detected = detect::detect_fully(*detector_, frame, {}, found_); !detected) {
      error_ = detected.error();
      return;
    }
    if (times == nullptr) return;
    const Nanoseconds whole = std::chrono::steady_clock::now() - begin;
    const auto& [prepare, infer] = detector_->times();
    times->whole.record(whole);
    times->prepare.record(prepare);
    times->infer.record(infer);
    sums_.whole += whole;
    sums_.prepare += prepare;
    sums_.infer += infer;
  }

  std::unique_ptr<detect::Detector> detector_;
  std::vector<std::unique_ptr<NoiseFrame>> frames_;
  std::vector<domain::Detection> found_;
  std::size_t next_ = 0;
  Sums sums_;
  std::optional<Error> error_;
};

Share share_of(const Histogram& histogram, Nanoseconds sum) {
  const auto p = histogram.percentiles(1ms);
  return {p.count > 0 ? to_seconds(sum) * 1e3 / static_cast<double>(p.count) : 0, p.p50, p.p99};
}

}  // namespace

Result<DetectorMeasurement> measure_detector(const detect::DetectFaces& stage, const DetectorWork& work,
                                             StopSignals& signals) {
  std::vector<std::unique_ptr<DetectorThread>> threads;
  for (int i = 0; i < work.threads; ++i) {
    auto detector = stage.make(work.input);
    if (!detector) return detector.error();
    threads.push_back(std::make_unique<DetectorThread>(*std::move(detector), work.frame,
                                                       static_cast<std::uint32_t>(i + 1)));
  }
  const auto times = std::make_unique<Times>();
  std::atomic<bool> measuring{false};
  bool stopped = false;
  SteadyTime begin, end;
  {
    std::vector<Worker> workers;
    for (const auto& thread : threads) {
      workers.emplace_back("detector", [&thread, &measuring, &times](const std::stop_token& stop) {
        thread->run(measuring, stop, *times);
      });
    }
    stopped = signals.wait_for(50ms);  // until all of them run
    begin = system_clock().now();
    measuring = true;
    stopped = stopped || signals.wait_for(std::chrono::milliseconds(static_cast<int>(work.seconds * 1e3)));
    measuring = false;
    end = system_clock().now();
  }
  if (stopped) return Error{ErrorCode::cancelled, "stopped"};
  DetectorThread::Sums sums;
  for (const auto& thread : threads) {
    if (thread->error()) return *thread->error();
    sums.prepare += thread->sums().prepare;
    sums.infer += thread->sums().infer;
    sums.whole += thread->sums().whole;
  }
  DetectorMeasurement seen{.detector = threads.front()->name(), .threads = work.threads};
  seen.seconds = to_seconds(end - begin);
  seen.frames = times->whole.percentiles(1ms).count;
  seen.prepare = share_of(times->prepare, sums.prepare);
  seen.infer = share_of(times->infer, sums.infer);
  seen.whole = share_of(times->whole, sums.whole);
  return seen;
}

}  // namespace vigia::bench
