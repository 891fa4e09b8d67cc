// Owns every thread of Vigia and joins the parts: cameras to strands, strands to workers, closed tracks to
// the shot writer, the outbox to senders, and the memory manager under them all.
//
//   auto vigia = Orchestrator::create(settings, system_clock());    // error: one line, exit 2
//   vigia->start();
//   ... until a signal, the time is over, or vigia->all_done() ...
//   const Summary summary = vigia->stop();
//
// Start order: memory, ledger, senders, shot writer, workers, cameras, housekeeping, and with FindFace who
// follows its list of cameras. Stop in reverse, so that what is on its way arrives: no frame that was taken,
// no track and no shot is lost by a stop. Threads: one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/worker.h"
#include "ledger/ledger.h"
#include "memory/memory_manager.h"
#include "orchestrator/cameras.h"
#include "orchestrator/delivery.h"
#include "orchestrator/detectors.h"
#include "orchestrator/follow_findface.h"
#include "orchestrator/load_meter.h"
#include "orchestrator/overload.h"
#include "orchestrator/shot_orders.h"
#include "orchestrator/shot_writer.h"
#include "orchestrator/stage_latency.h"
#include "orchestrator/summary.h"
#include "orchestrator/turns.h"
#include "outbox/outbox.h"
#include "settings/settings.h"

namespace vigia::orchestrator {

class Orchestrator {
 public:
  static Result<std::unique_ptr<Orchestrator>> create(const settings::Settings& settings, Clock& clock);
  ~Orchestrator();
  Orchestrator(const Orchestrator&) = delete;
  Orchestrator& operator=(const Orchestrator&) = delete;

  void start();
  // True once every camera is at its end: all are single_pass files, or cannot ever start; and FindFace's
  // list, where it is followed, can bring no more.
  [[nodiscard]] bool all_done() const;
  // Takes what is on its way to its place; senders get delivery.stop_timeout. Then the figures of the run.
  Summary stop();
  [[nodiscard]] Summary summary() const;
  // As it grows: for whoever wants the figures of a part of the run.
  [[nodiscard]] const StageLatency& latency() const noexcept { return latency_; }

 private:
  Orchestrator(const settings::Settings& settings, Clock& clock);
  Status prepare();
  void start_workers();
  void start_cameras();
  void watch(const std::stop_token& stop);
  void watch_load();
  void log_figures();
  void wait_for_senders();

  // Constant after construction.
  const settings::Settings settings_;
  Clock& clock_;

  memory::MemoryManager memory_;
  StageLatency latency_;
  LoadMeter load_;
  Turns turns_;
  ShotOrders orders_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<outbox::Outbox> outbox_;
  std::unique_ptr<ShotWriter> shot_writer_;
  std::unique_ptr<Delivery> delivery_;
  std::unique_ptr<Overload> overload_;
  std::unique_ptr<Cameras> cameras_;
  std::unique_ptr<FollowFindface> follow_;  // nullptr without FindFace
  SteadyTime started_;
  double cpu_at_start_ = 0;
  bool running_ = false;

  Worker ledger_thread_;
  std::vector<Worker> senders_;
  Worker shot_thread_;
  std::vector<Worker> workers_;
  Worker camera_list_thread_;
  Worker housekeeping_;
};

}  // namespace vigia::orchestrator
