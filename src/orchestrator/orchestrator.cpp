#include "orchestrator/orchestrator.h"

#include <fmt/format.h>

#include <thread>

#include "base/log.h"
#include "orchestrator/camera_starts.h"
#include "orchestrator/receivers.h"

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
  auto outbox = outbox::Outbox::open(settings_.outbox, receivers(settings_), memory_, clock_,
                                     {.newest_first = settings_.delivery.replay_order == "newest_first",
                                      .rate = settings_.delivery.replay_rate});
  if (!outbox) return outbox.error();
  outbox_ = *std::move(outbox);
  auto ledger = ledger::Ledger::open(settings_.ledger, memory_, clock_);
  if (!ledger) return ledger.error();
  ledger_ = *std::move(ledger);
  shot_writer_ = std::make_unique<ShotWriter>(orders_, *outbox_, memory_, latency_, *ledger_);
  delivery_ = std::make_unique<Delivery>(settings_, *outbox_, *ledger_, memory_, clock_);
  cameras_ =
      std::make_unique<Cameras>(StrandWorld{memory_, clock_, turns_, orders_, latency_, load_, ledger_.get(),
                                            from_seconds(settings_.outbox.journal_interval),
                                            static_cast<float>(settings_.detector.min_detection_score)},
                                *delivery_);
  if (delivery_->session() != nullptr) {
    follow_ = std::make_unique<FollowFindface>(settings_, *delivery_, *cameras_, clock_);
  }
  return ok_status();
}

void Orchestrator::start() {
  running_ = true;
  started_ = clock_.now();
  cpu_at_start_ = process_cpu_seconds();
  memory_.start();
  if (ledger_->enabled()) {
    ledger_thread_ = Worker("ledger", [this](const std::stop_token& stop) { ledger_->run(stop); });
  }
  for (const std::string& route : receivers(settings_)) {
    for (int i = 0; i < settings_.delivery.senders; ++i) {
      senders_.emplace_back(fmt::format("{} {}", route, i), [this, route](const std::stop_token& stop) {
        delivery_->run_sender(route, stop);
      });
    }
  }
  shot_thread_ = Worker("shots", [this](const std::stop_token&) { shot_writer_->run(); });
  start_workers();
  start_cameras();
  if (follow_) {
    camera_list_thread_ = Worker("camera list", [this](const std::stop_token& stop) { follow_->run(stop); });
  }
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

void Orchestrator::start_cameras() {
  const auto starts = camera_starts(settings_.cameras);
  for (std::size_t i = 0; i < starts.size(); ++i) cameras_->add(settings_.cameras[i], {}, starts[i]);
}

bool Orchestrator::all_done() const {
  return (!follow_ || follow_->list_is_complete()) && cameras_->all_drained();
}

void Orchestrator::watch(const std::stop_token& stop) {
  SteadyTime next_figures = clock_.now() + kFiguresEvery;
  while (clock_.sleep_for(kTick, stop)) {
    cameras_->tick();
    overload_->make_wanted();
    watch_load();
    if (clock_.now() < next_figures) continue;
    log_figures();
    next_figures += kFiguresEvery;
  }
}

void Orchestrator::watch_load() {
  if (const auto crowd = cameras_->new_crowd(settings_.defaults)) overload_->choose_again(*crowd);
  if (!overload_->due()) return;
  Seen seen;
  cameras_->look(seen);
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
  cameras_->stop();
  for (Worker& worker : workers_) worker.request_stop();
  workers_.clear();
  orders_.close();
  shot_thread_.join();
  outbox_->drain();
  wait_for_senders();
  outbox_->close();
  delivery_->finish();
  ledger_thread_ = Worker();  // it writes what is left
  Summary figures = summary();
  cameras_->clear();  // their pools and decoders are retired: the collector's last work
  memory_.stop();
  // Who held what, and how it went, is told as of before: now nobody holds anything.
  auto owners = std::move(figures.memory.owners);
  figures.memory = memory_.stats();
  figures.memory.owners = std::move(owners);
  return figures;
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
  cameras_->add_rows(figures);
  if (follow_) figures.camera_list = follow_->figures();
  figures.latency_ms = latency_.whole.percentiles(1ms);
  for (std::size_t i = 0; i < latency_.stages.size(); ++i) {
    figures.stages_ms[i] = latency_.stages[i].percentiles(1ms);
  }
  figures.cpu_seconds = process_cpu_seconds() - cpu_at_start_;
  figures.ledger_lost = ledger_->lost();
  figures.outbox = outbox_->figures();
  figures.routes = delivery_->routes();
  figures.faces_pending = figures.routes.front().pending;
  figures.memory = memory_.stats();
  return figures;
}

}  // namespace vigia::orchestrator
