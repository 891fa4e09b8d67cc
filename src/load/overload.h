// Keeps the detectors at the level that the machine sustains: measures once a second, follows load_control.h,
// makes new detectors and offers them to the workers, and logs each change in one line.
//
// With detector.on_overload: drop, load changes nothing. With detector.input: auto, the size is chosen again
// when FindFace's cameras are known, and with reduce the level may also rise above that of the start.
// Faces that are then missed are logged once, and are in the status (missed_faces.h).
// Threads: status() is thread-safe; the slots belong to the workers, all else to housekeeping.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "load/detectors.h"
#include "load/load_control.h"
#include "memory/memory_manager.h"
#include "pipeline/load_meter.h"
#include "pipeline/worker_slot.h"
#include "status/load_status.h"

namespace vigia::load {

// What only the owner of the strands can see, once a second.
struct StrandLoad {
  int cameras = 0;       // live cameras that are present, or were lately
  int delivering = 0;    // of these, cameras that send
  int decoded_late = 0;  // of these, cameras whose own thread has not kept up for seconds
  // Pictures of live cameras so far, and cameras that could decode key frames only: load_control.h.
  std::uint64_t decoded = 0, disposable = 0, undecoded = 0;
  int idle = 0;
  Nanoseconds busiest{0};  // the most worker time that one of them took since the last call, wall time
  // CPU time used so far, by the workers and by the whole process.
  double workers_cpu = 0;
  double process_cpu = 0;
};

class Overload {
 public:
  // memory, meter and clock must outlive it.
  Overload(Detectors detectors, bool reduces, pipeline::LoadMeter& meter, memory::MemoryManager& memory,
           Clock& clock);

  [[nodiscard]] std::size_t workers() const noexcept { return slots_.size(); }
  [[nodiscard]] pipeline::WorkerSlot& slot(std::size_t worker) { return *slots_.at(worker); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }  // of the detectors of the start
  // To make more detectors of the same model. Thread-safe.
  [[nodiscard]] const detect::DetectFaces& stage() const noexcept { return stage_; }

  // True when a second has passed: call measure().
  [[nodiscard]] bool due() const { return clock_.now() - measured_at_ >= std::chrono::seconds(1); }
  void measure(const StrandLoad& seen);
  // Call it each tick: builds networks for frames of new shapes, so that no worker has to.
  void make_wanted();
  // CPU time that the workers have used so far. Only while they live.
  [[nodiscard]] double workers_cpu() const noexcept;
  // The cameras or the sizes of their frames have changed. Logs which faces are missed now.
  void choose_again(const Demand& demand);

  [[nodiscard]] status::LoadStatus status() const;

 private:
  [[nodiscard]] LoadSample sample_of(SteadyTime now, const StrandLoad& seen);
  bool change_to(std::size_t level);
  void tell(std::string why);
  void say_missed();

  // Constant after construction.
  const detect::DetectFaces stage_;
  const Machine machine_;
  const std::string name_;
  const bool reduces_, chooses_;
  pipeline::LoadMeter& meter_;
  Clock& clock_;
  std::vector<std::unique_ptr<pipeline::WorkerSlot>> slots_;

  // Owned by housekeeping.
  const LookCosts costs_;
  Demand demand_;
  LoadControl control_;
  Level in_force_;
  std::string missed_;  // as last logged
  std::size_t start_;
  SteadyTime measured_at_;
  SteadyTime make_again_at_{};  // after a network that could not be built
  std::optional<StrandLoad> last_seen_;
  Nanoseconds busy_{0};  // the meter's value when it was last read
  std::uint64_t late_ = 0;

  // State below is protected by mutex_, which no thread of a frame's way takes.
  mutable Mutex mutex_;
  status::LoadStatus status_ GUARDED_BY(mutex_);
};

}  // namespace vigia::load
