#include "orchestrator/orchestrator.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/log.h"
#include "orchestrator/camera_starts.h"

namespace vigia::orchestrator {
namespace {

using namespace std::chrono_literals;

// Closed tracks that may wait for the shot writer: minutes of the busiest crowd. Their frames are bounded
// by the pools, so this bounds only small objects.
constexpr std::size_t kMostOrders = 4096;
constexpr auto kTick = 100ms;
constexpr auto kFiguresEvery = 60s;

}  // namespace

Result<std::unique_ptr<Orchestrator>> Orchestrator::create(const settings::Settings& settings, Clock& clock) {
  std::unique_ptr<Orchestrator> orchestrator(new Orchestrator(settings, clock));
  if (Status prepared = orchestrator->prepare(); !prepared) return prepared.error();
  return orchestrator;
}

Orchestrator::Orchestrator(const settings::Settings& settings, Clock& clock)
    : settings_(settings), clock_(clock), memory_(settings.memory), orders_(kMostOrders) {}

Orchestrator::~Orchestrator() {
  if (running_) static_cast<void>(stop());
}

Status Orchestrator::prepare() {
  auto detectors = make_detectors(settings_, memory_.budget());
  if (!detectors) return detectors.error();
  if (!detectors->choice.empty()) log::info("detector.input auto: {}", detectors->choice);
  overload_ = std::make_unique<Overload>(*std::move(detectors), settings_.detector.on_overload == "reduce",
                                         load_, memory_, clock_);
  auto outbox = outbox::Outbox::open(settings_.outbox, memory_, clock_);
  if (!outbox) return outbox.error();
  outbox_ = *std::move(outbox);
  shot_writer_ = std::make_unique<ShotWriter>(orders_, *outbox_, memory_, latency_);
  delivery_ = std::make_unique<Delivery>(settings_, *outbox_, memory_, clock_);
  for (const auto& camera : settings_.cameras) add_camera(camera);
  return ok_status();
}

void Orchestrator::start() {
  running_ = true;
  started_ = clock_.now();
  cpu_at_start_ = process_cpu_seconds();
  memory_.start();
  for (int i = 0; i < settings_.delivery.senders; ++i) {
    senders_.emplace_back(fmt::format("sender {}", i),
                          [this](const std::stop_token& stop) { delivery_->run_sender(stop); });
  }
  shot_thread_ = Worker("shots", [this](const std::stop_token&) { shot_writer_->run(); });
  start_workers();
  start_cameras(settings_.cameras, 0);
  camera_list_thread_ = Worker("camera list", [this](const std::stop_token& stop) {
    const auto cameras = delivery_->cameras_of_findface(stop);
    for (const auto& camera : cameras) add_camera(camera);
    start_cameras(cameras, settings_.cameras.size());
    MutexLock lock(mutex_);
    if (!cameras.empty()) told_ = crowd_of(cameras, settings_.defaults);
    list_is_complete_ = !stop.stop_requested();
  });
  housekeeping_ = Worker("housekeeping", [this](const std::stop_token& stop) { watch(stop); });
  log::info("Vigia started: {} cameras, {}, {} workers, faces go to {}", settings_.cameras.size(),
            overload_->name(), overload_->workers(), delivery_->name());
}

void Orchestrator::start_workers() {
  for (std::size_t i = 0; i < overload_->workers(); ++i) {
    workers_.emplace_back(fmt::format("worker {}", i), [this, &seat = overload_->seat(i)](const auto& stop) {
      seat.sit_down();
      while (Strand* const strand = turns_.pop(stop)) strand->take_turn(seat.detector());
    });
  }
}

void Orchestrator::add_camera(const settings::CameraSettings& camera) {
  auto context = std::make_shared<CameraContext>(camera, memory_.budget());
  delivery_->add_camera(context);
  MutexLock lock(mutex_);
  const int index = static_cast<int>(cameras_.size());
  cameras_.push_back(std::make_unique<CameraUnit>(
      std::move(context), index, StrandWorld{memory_, clock_, turns_, orders_, latency_, load_}));
}

void Orchestrator::start_cameras(std::span<const settings::CameraSettings> added, std::size_t first) {
  const auto starts = camera_starts(added);
  MutexLock lock(mutex_);
  for (std::size_t i = 0; i < starts.size(); ++i) cameras_.at(first + i)->start(starts[i]);
}

bool Orchestrator::all_done() const {
  MutexLock lock(mutex_);
  return list_is_complete_ &&
         std::all_of(cameras_.begin(), cameras_.end(), [](const auto& camera) { return camera->drained(); });
}

void Orchestrator::watch(const std::stop_token& stop) {
  SteadyTime next_figures = clock_.now() + kFiguresEvery;
  while (clock_.sleep_for(kTick, stop)) {
    {
      MutexLock lock(mutex_);
      for (const auto& camera : cameras_) {
        camera->tick();
        delivery_->camera_state(camera->context()->name(), camera->delivers());
      }
    }
    watch_load();
    if (clock_.now() < next_figures) continue;
    log_figures();
    next_figures += kFiguresEvery;
  }
}

void Orchestrator::watch_load() {
  const bool is_due = overload_->due();
  Seen seen;
  std::optional<Crowd> told;
  {
    MutexLock lock(mutex_);
    told.swap(told_);
    for (const auto& camera : cameras_) {
      if (!is_due) break;
      const Strand::Presence presence = camera->presence();
      if (presence.known) ++seen.cameras;
      if (presence.delivering) ++seen.delivering;
      seen.busiest = std::max(seen.busiest, camera->take_busy());
    }
  }
  if (told) overload_->choose_again(*told);
  if (!is_due) return;
  seen.workers_cpu = overload_->workers_cpu();
  seen.process_cpu = process_cpu_seconds();
  overload_->measure(seen);
}

void Orchestrator::log_figures() {
  const Summary figures = summary();
  log::info("{} frames, {} dropped; latency p99 {:.1f} ms; {} faces posted, {} pending; memory {} of {}",
            figures.total(&CameraSummary::frames_processed), figures.total(&CameraSummary::frames_dropped),
            figures.latency_ms.p99, figures.total(&CameraSummary::faces_posted), figures.faces_pending,
            format_bytes(figures.memory.in_use_bytes), format_bytes(figures.memory.budget_bytes));
}

Summary Orchestrator::stop() {
  running_ = false;
  housekeeping_ = Worker();
  camera_list_thread_ = Worker();
  stop_cameras();
  for (Worker& worker : workers_) worker.request_stop();
  workers_.clear();
  orders_.close();
  shot_thread_.join();
  outbox_->drain();
  wait_for_senders();
  delivery_->finish();
  Summary figures = summary();
  {
    MutexLock lock(mutex_);
    cameras_.clear();  // their pools and decoders are retired: the collector's last work
  }
  memory_.stop();
  // Who held what, and how it went, is told as of before: now nobody holds anything.
  auto owners = std::move(figures.memory.owners);
  figures.memory = memory_.stats();
  figures.memory.owners = std::move(owners);
  return figures;
}

void Orchestrator::stop_cameras() {
  MutexLock lock(mutex_);
  for (const auto& camera : cameras_) camera->request_stop();
  for (const auto& camera : cameras_) camera->join();
  // Workers take what still waits; nothing new comes in.
  for (const auto& camera : cameras_) {
    while (!camera->drained()) std::this_thread::sleep_for(1ms);
  }
}

void Orchestrator::wait_for_senders() {
  const SteadyTime deadline = clock_.now() + from_seconds(settings_.delivery.stop_timeout);
  while (!delivery_->senders_done(settings_.delivery.senders) && clock_.now() < deadline) {
    std::this_thread::sleep_for(1ms);
  }
  senders_.clear();  // asks those that still send to stop, and joins them
}

Summary Orchestrator::summary() const {
  Summary figures;
  figures.seconds = to_seconds(clock_.now() - started_);
  figures.workers = static_cast<int>(overload_->workers());
  figures.overload = overload_->figures();
  figures.detector = figures.overload.detector;
  {
    MutexLock lock(mutex_);
    for (const auto& camera : cameras_) figures.cameras.push_back(camera->summary(figures.seconds));
  }
  figures.latency_ms = latency_.whole.percentiles(1ms);
  for (std::size_t i = 0; i < latency_.stages.size(); ++i) {
    figures.stages_ms[i] = latency_.stages[i].percentiles(1ms);
  }
  figures.cpu_seconds = process_cpu_seconds() - cpu_at_start_;
  figures.faces_pending = outbox_->pending().shots;
  figures.routes = delivery_->routes();
  figures.memory = memory_.stats();
  return figures;
}

}  // namespace vigia::orchestrator
