// Keeps the detectors at the level that the machine sustains: measures once a second, follows load_control.h,
// has new detectors made and handed to the workers, and says each change in one line of the log.
//
// detector.on_overload: drop: nothing changes by load. detector.input: auto: the size is chosen once more
// when FindFace has told its cameras, and with reduce the level may also rise above the one of the start.
// What is missed then is said in the log, once, and stands in the figures (missed_faces.h).
// Threads: status() is thread-safe; the seats are the workers'; all else housekeeping's.
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

// What only their owner sees, once a second.
struct StrandLoad {
  int cameras = 0;         // live ones that are there, or were lately
  int delivering = 0;      // of them, those that send
  Nanoseconds busiest{0};  // the most worker time that one of them took since the last time, by the clock
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

  // True when a second is over: call measure().
  [[nodiscard]] bool due() const { return clock_.now() - measured_at_ >= std::chrono::seconds(1); }
  void measure(const StrandLoad& seen);
  // Each tick: builds the networks that frames of new shapes lack, off the workers' way.
  void make_wanted();
  // That the workers used so far. While they live.
  [[nodiscard]] double workers_cpu() const noexcept;
  // Other cameras are there, or their frames have other sizes. Says what is missed now.
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

  // Housekeeping's.
  const LookCosts costs_;
  Demand demand_;
  LoadControl control_;
  Level in_force_;
  std::string missed_;  // as last said
  std::size_t start_;
  SteadyTime measured_at_;
  SteadyTime make_again_at_{};  // after a network that could not be built
  std::optional<StrandLoad> last_seen_;
  Nanoseconds busy_{0};  // of the meter, when it was last read
  std::uint64_t late_ = 0;

  // State below is protected by mutex_, which no thread of a frame's way takes.
  mutable Mutex mutex_;
  status::LoadStatus status_ GUARDED_BY(mutex_);
};

}  // namespace vigia::load
