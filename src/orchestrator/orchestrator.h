// Starts and stops Vigia and joins the parts: cameras to strands, strands to workers, closed tracks
// to the shot encoder and writer, the outbox to senders, and the memory manager under all of them.
//
//   auto vigia = Orchestrator::create(settings, system_clock());    // error: one line, exit 2
//   vigia->start();
//   ... until a signal, the time is over, or vigia->all_done() ...
//   const status::Snapshot last = vigia->stop();
//
// The parts are in one list (kParts): they are started in its order and stopped in the reverse order, so that
// a stop loses no frame that was taken, no track and no shot. Threads: one thread at a time; snapshot() is
// thread-safe while it runs.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/crash_restart.h"
#include "base/result.h"
#include "base/worker.h"
#include "delivery/routes.h"
#include "findface/server.h"
#include "fleet/cameras.h"
#include "fleet/follow_findface.h"
#include "health/health_watch.h"
#include "ledger/ledger.h"
#include "load/overload.h"
#include "memory/memory_manager.h"
#include "outbox/outbox.h"
#include "pipeline/encoded_shots.h"
#include "pipeline/face_results.h"
#include "pipeline/load_meter.h"
#include "pipeline/run_queue.h"
#include "pipeline/shot_encoder.h"
#include "pipeline/shot_orders.h"
#include "pipeline/shot_writer.h"
#include "pipeline/stage_latency.h"
#include "settings/settings.h"
#include "status/snapshot.h"
#include "web/web.h"

namespace vigia::orchestrator {

class Orchestrator {
 public:
  // crashes: that led to this start (base/crash_restart.h).
  static Result<std::unique_ptr<Orchestrator>> create(const settings::Settings& settings, Clock& clock,
                                                      std::vector<Crash> crashes = {});
  ~Orchestrator();
  Orchestrator(const Orchestrator&) = delete;
  Orchestrator& operator=(const Orchestrator&) = delete;

  // Throws std::system_error when no thread can be created; stop() stops the parts that were started.
  void start();
  // True once every camera has ended: all are single_pass files, or can never start; and FindFace's list, if
  // it is followed, can bring no more.
  [[nodiscard]] bool all_done() const;
  // Stops all parts after their work has been handed on; senders get delivery.stop_timeout. Returns the state
  // at the end of the run.
  status::Snapshot stop();
  [[nodiscard]] status::Snapshot snapshot() const;
  // Where the page and the API are: "127.0.0.1:8080"; empty: nowhere.
  [[nodiscard]] std::string web_address() const { return web_ ? web_->address() : ""; }
  // The live histograms, to measure a part of the run.
  [[nodiscard]] const pipeline::StageLatency& latency() const noexcept { return latency_; }

 private:
  struct Part {
    const char* name;
    void (Orchestrator::*start)();
    void (Orchestrator::*stop)();  // also where start threw half-way
  };
  static const std::array<Part, 14> kParts;

  Orchestrator(const settings::Settings& settings, Clock& clock, std::vector<Crash> crashes);
  Status prepare();
  void join_cameras();
  Status open_web();

  void start_memory();
  void stop_memory();
  void start_figures();
  void stop_figures();
  void start_ledger();
  void stop_ledger();
  void start_couriers();
  void stop_couriers();
  void start_outbox();
  void stop_outbox();
  void start_senders();
  void stop_senders();
  void start_shot_writer();
  void stop_shot_writer();
  void start_shot_encoder();
  void stop_shot_encoder();
  void start_workers();
  void stop_workers();
  void start_cameras();
  void stop_cameras();
  void start_camera_list();
  void stop_camera_list();
  void start_health();
  void stop_health();
  void start_housekeeping();
  void stop_housekeeping();
  void start_web();
  void stop_web();

  void watch(const std::stop_token& stop);
  void watch_load();
  void log_status() const;

  // Constant after construction.
  const settings::Settings settings_;
  const std::vector<Crash> crashes_;
  Clock& clock_;

  memory::MemoryManager memory_;
  memory::Charge log_charge_;  // the log's queue
  pipeline::StageLatency latency_;
  pipeline::LoadMeter load_meter_;
  pipeline::RunQueue run_queue_;
  pipeline::ShotOrders orders_;
  pipeline::EncodedShots encoded_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<outbox::Outbox> outbox_;
  std::unique_ptr<pipeline::FaceResults> faces_;
  std::unique_ptr<findface::Server> findface_;  // nullptr without FindFace
  std::unique_ptr<delivery::Routes> routes_;
  std::unique_ptr<pipeline::ShotWriter> shot_writer_;
  std::unique_ptr<pipeline::ShotEncoder> shot_encoder_;
  std::unique_ptr<load::Overload> overload_;
  findface::CameraTokens no_tokens_;  // without FindFace
  std::unique_ptr<fleet::Cameras> cameras_;
  std::unique_ptr<fleet::FollowFindface> follow_;  // nullptr without FindFace
  std::unique_ptr<health::HealthWatch> health_;
  std::atomic<SteadyTime> housekeeping_at_{SteadyTime()};  // when its last round began
  std::unique_ptr<web::Web> web_;                          // nullptr: it is off
  SteadyTime started_;
  double cpu_at_start_ = 0;

  Worker ledger_thread_;
  std::vector<Worker> senders_, notice_senders_;
  Worker writer_thread_;
  Worker encoder_thread_;
  std::vector<Worker> workers_;
  Worker camera_list_thread_;
  Worker health_thread_;
  Worker housekeeping_;
  Worker web_pictures_thread_, web_thread_;  // the server ends first

  std::size_t parts_started_ = 0;
  status::Snapshot last_;  // stop()'s
};

}  // namespace vigia::orchestrator
