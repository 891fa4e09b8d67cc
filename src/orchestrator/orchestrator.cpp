#include "orchestrator/orchestrator.h"

#include <fmt/format.h>

#include <thread>

#include "base/log.h"
#include "fleet/camera_starts.h"
#include "load/detectors.h"
#include "orchestrator/receivers.h"
#include "settings/public_json.h"
#include "settings/version.h"

namespace vigia::orchestrator {
namespace {

using namespace std::chrono_literals;

// Closed tracks that may wait for the shot encoder: minutes of the busiest scene. The pools bound their
// frames, so this bounds only small objects.
constexpr std::size_t kMostOrders = 4096;
// Of the detector that finds faces again in main streams, of up to 4K.
constexpr detect::InputRange kCloseUpInputs{{640, 384}, {1280, 736}};
constexpr auto kTick = 100ms;
constexpr auto kShowCamerasEvery = 1s;
constexpr auto kLogEvery = 60s;

// Cameras keep the keys of first uses where receivers do.
settings::Settings with_keys(settings::Settings settings) {
  const std::string file = pins_file(settings);
  for (auto& camera : settings.cameras) camera.keys.file = file;
  settings.defaults.keys.file = file;
  return settings;
}

delivery::CameraNotice notice_of(const std::string& camera, const health::HealthChange& change, UtcTime now) {
  return {.camera = camera,
          .condition = std::string(to_string(change.condition)),
          .holds = change.holds,
          .text = change.text,
          .remedy = change.holds ? std::string(remedy(change.condition)) : "",
          .at = now,
          .held = change.held};
}

}  // namespace

Result<std::unique_ptr<Orchestrator>> Orchestrator::create(const settings::Settings& settings, Clock& clock,
                                                           std::vector<Crash> crashes) {
  std::unique_ptr<Orchestrator> orchestrator(new Orchestrator(settings, clock, std::move(crashes)));
  if (Status prepared = orchestrator->prepare(); !prepared) return prepared.error();
  return orchestrator;
}

Orchestrator::Orchestrator(const settings::Settings& settings, Clock& clock, std::vector<Crash> crashes)
    : settings_(with_keys(settings)),
      crashes_(std::move(crashes)),
      clock_(clock),
      memory_(settings.memory),
      orders_(kMostOrders),
      encoded_(memory_.budget()) {}

Orchestrator::~Orchestrator() {
  if (parts_started_ > 0) static_cast<void>(stop());
}

Status Orchestrator::prepare() {
  auto detectors = load::make_detectors(
      settings_.detector, load::demand_of(settings_.cameras, settings_.defaults), memory_.budget());
  if (!detectors) return detectors.error();
  if (!detectors->choice.empty()) log::info("detector.input auto: {}", detectors->choice);
  overload_ = std::make_unique<load::Overload>(
      *std::move(detectors), settings_.detector.on_overload == "reduce", load_meter_, memory_, clock_);
  auto outbox = outbox::Outbox::open(settings_.outbox, receivers(settings_), memory_, clock_,
                                     {.newest_first = settings_.delivery.replay_order == "newest_first",
                                      .rate = settings_.delivery.replay_rate});
  if (!outbox) return outbox.error();
  outbox_ = *std::move(outbox);
  auto ledger = ledger::Ledger::open(settings_.ledger, memory_, clock_);
  if (!ledger) return ledger.error();
  ledger_ = *std::move(ledger);
  shot_writer_ = std::make_unique<pipeline::ShotWriter>(encoded_, *outbox_);
  shot_encoder_ = std::make_unique<pipeline::ShotEncoder>(
      orders_,
      pipeline::ShotEncoder::World{encoded_, *outbox_, memory_, latency_, *ledger_, clock_,
                                   [this] { return overload_->stage().make_between(kCloseUpInputs); },
                                   static_cast<float>(settings_.detector.min_detection_score)});
  faces_ = std::make_unique<pipeline::FaceResults>(*ledger_);
  findface_ = make_findface(settings_, clock_);
  routes_ = std::make_unique<delivery::Routes>(
      make_receivers(settings_, findface_.get(), memory_, clock_, crashes_), *outbox_, *faces_, clock_,
      settings_.delivery.resend_unanswered);
  health_ = std::make_unique<health::HealthWatch>(
      settings_.outbox.path + ".usual", clock_,
      [this](const std::string& camera, const health::HealthChange& change) {
        routes_->tell(notice_of(camera, change, clock_.utc_now()));
      });
  join_cameras();
  return open_web();
}

// It listens from here on, because the user has to fix its errors; start_web() answers.
Status Orchestrator::open_web() {
  auto opened = web::Web::open(
      settings_.web, {.snapshot = [this] { return snapshot(); },
                      .live_view = [this](std::string_view camera) { return cameras_->live_view(camera); },
                      .housekeeping = [this] { return housekeeping_at_.load(); },
                      .memory = memory_,
                      .clock = clock_,
                      .ledger_path = ledger_->enabled() ? settings_.ledger.path : "",
                      .settings_json = settings::public_json(settings_),
                      .version = settings::kVersion,
                      .outbox_limit = settings_.outbox.max_bytes});
  if (!opened) return opened.error();
  web_ = *std::move(opened);
  return ok_status();
}

void Orchestrator::join_cameras() {
  const bool are_findfaces = settings_.cameras.empty();
  cameras_ = std::make_unique<fleet::Cameras>(
      pipeline::StrandWorld{memory_, clock_, run_queue_, orders_, latency_, load_meter_, ledger_.get(),
                            from_seconds(settings_.outbox.journal_interval),
                            static_cast<float>(settings_.detector.min_detection_score)},
      *faces_, findface_ ? findface_->tokens : no_tokens_,
      are_findfaces ? fleet::Cameras::Known::by_id : fleet::Cameras::Known::by_name, crashes_);
  if (!findface_) return;
  follow_ = std::make_unique<fleet::FollowFindface>(
      fleet::FollowOptions{settings_.findface, settings_.cameras, settings_.defaults}, *findface_, *cameras_,
      clock_);
}

void Orchestrator::start() {
  started_ = clock_.now();
  housekeeping_at_ = started_;
  cpu_at_start_ = process_cpu_seconds();
  for (const Part& part : kParts) {
    ++parts_started_;  // first, so that a part that started half-way is stopped too
    (this->*part.start)();
  }
  log::info("Vigia started: {} cameras, {}, {} workers, faces go to {}", settings_.cameras.size(),
            overload_->name(), overload_->workers(), routes_->name());
}

status::Snapshot Orchestrator::stop() {
  while (parts_started_ > 0) (this->*kParts.at(--parts_started_).stop)();
  auto owners = std::move(last_.memory.owners);
  last_.memory = memory_.stats();
  last_.memory.owners = std::move(owners);
  return last_;
}

// The order in which the program starts; it stops in the reverse one.
const std::array<Orchestrator::Part, 14> Orchestrator::kParts{{
    {"memory", &Orchestrator::start_memory, &Orchestrator::stop_memory},
    {"figures", &Orchestrator::start_figures, &Orchestrator::stop_figures},
    {"ledger", &Orchestrator::start_ledger, &Orchestrator::stop_ledger},
    {"couriers", &Orchestrator::start_couriers, &Orchestrator::stop_couriers},
    {"outbox", &Orchestrator::start_outbox, &Orchestrator::stop_outbox},
    {"senders", &Orchestrator::start_senders, &Orchestrator::stop_senders},
    {"shot writer", &Orchestrator::start_shot_writer, &Orchestrator::stop_shot_writer},
    {"shot encoder", &Orchestrator::start_shot_encoder, &Orchestrator::stop_shot_encoder},
    {"workers", &Orchestrator::start_workers, &Orchestrator::stop_workers},
    {"cameras", &Orchestrator::start_cameras, &Orchestrator::stop_cameras},
    {"camera list", &Orchestrator::start_camera_list, &Orchestrator::stop_camera_list},
    {"health", &Orchestrator::start_health, &Orchestrator::stop_health},
    {"housekeeping", &Orchestrator::start_housekeeping, &Orchestrator::stop_housekeeping},
    {"web", &Orchestrator::start_web, &Orchestrator::stop_web},
}};

void Orchestrator::start_memory() {
  memory_.start();
  if (const Bytes queue = log::queue_bytes(); queue > 0) {
    log_charge_ = memory::Charge(memory_.budget().open("vigia", memory::Kind::log), queue);
  }
}
void Orchestrator::stop_memory() {
  log_charge_ = {};
  cameras_->clear();  // their pools and decoders are retired: the collector's last work
  memory_.stop();
}

// The final state is taken before the cameras release their memory.
void Orchestrator::start_figures() {}
void Orchestrator::stop_figures() {
  last_ = snapshot();
}

void Orchestrator::start_ledger() {
  if (!ledger_->enabled()) return;
  ledger_thread_ = Worker("ledger", [this](const std::stop_token& stop) { ledger_->run(stop); });
}
void Orchestrator::stop_ledger() {
  ledger_thread_ = Worker();  // it writes what is left
}

// They connect when they are first needed.
void Orchestrator::start_couriers() {}
void Orchestrator::stop_couriers() {
  routes_->finish();
}

// create() opens it, because the user has to fix its errors.
void Orchestrator::start_outbox() {}
void Orchestrator::stop_outbox() {
  outbox_->close();
}

void Orchestrator::start_senders() {
  for (const std::string& route : receivers(settings_)) {
    for (int i = 0; i < settings_.delivery.senders; ++i) {
      senders_.emplace_back(fmt::format("{} {}", route, i),
                            [this, route](const std::stop_token& stop) { routes_->run_sender(route, stop); });
    }
  }
  for (const std::string& route : routes_->take_notices()) {
    notice_senders_.emplace_back(
        "note " + route, [this, route](const std::stop_token& stop) { routes_->run_notices(route, stop); });
  }
}

void Orchestrator::stop_senders() {
  notice_senders_.clear();
  outbox_->drain();
  const SteadyTime deadline = clock_.now() + from_seconds(settings_.delivery.stop_timeout);
  while (!routes_->senders_done(settings_.delivery.senders) && clock_.now() < deadline) {
    std::this_thread::sleep_for(1ms);
  }
  senders_.clear();  // requests a stop of those that still send, and joins them
}

void Orchestrator::start_shot_writer() {
  writer_thread_ = Worker("shot writer", [this](const std::stop_token&) { shot_writer_->run(); });
}
void Orchestrator::stop_shot_writer() {
  encoded_.close();
  writer_thread_.join();
}

void Orchestrator::start_shot_encoder() {
  encoder_thread_ = Worker("shot encoder", [this](const std::stop_token&) { shot_encoder_->run(); });
}
void Orchestrator::stop_shot_encoder() {
  orders_.close();
  encoder_thread_.join();
}

void Orchestrator::start_workers() {
  for (std::size_t i = 0; i < overload_->workers(); ++i) {
    workers_.emplace_back(fmt::format("worker {}", i), [this, &slot = overload_->slot(i)](const auto& stop) {
      slot.enter();
      while (pipeline::Strand* const strand = run_queue_.pop(stop)) strand->take_turn(slot.detector());
    });
  }
}

void Orchestrator::stop_workers() {
  for (Worker& worker : workers_) worker.request_stop();
  workers_.clear();
}

void Orchestrator::start_cameras() {
  const auto starts = fleet::camera_starts(settings_.cameras);
  for (std::size_t i = 0; i < starts.size(); ++i) cameras_->add(settings_.cameras[i], {}, starts[i]);
}

void Orchestrator::stop_cameras() {
  cameras_->stop();
}

void Orchestrator::start_camera_list() {
  if (!follow_) return;
  camera_list_thread_ = Worker("camera list", [this](const std::stop_token& stop) { follow_->run(stop); });
}
void Orchestrator::stop_camera_list() {
  camera_list_thread_ = Worker();
}

void Orchestrator::start_health() {
  health_thread_ = Worker("health", [this](const std::stop_token& stop) {
    health_->run(stop, [this] { return cameras_->status(to_seconds(clock_.now() - started_)); });
  });
}
void Orchestrator::stop_health() {
  health_thread_ = Worker();
}

void Orchestrator::start_housekeeping() {
  housekeeping_ = Worker("housekeeping", [this](const std::stop_token& stop) { watch(stop); });
}
void Orchestrator::stop_housekeeping() {
  housekeeping_ = Worker();
}

void Orchestrator::start_web() {
  if (!web_) return;
  web_pictures_thread_ =
      Worker("web pictures", [this](const std::stop_token& stop) { web_->run_pictures(stop); });
  web_thread_ = Worker("web", [this](const std::stop_token& stop) { web_->run_server(stop); });
  log::info("page, API and metrics: http://{}", web_->address());
}
void Orchestrator::stop_web() {
  web_thread_ = Worker();
  web_pictures_thread_ = Worker();
}

bool Orchestrator::all_done() const {
  return (!follow_ || follow_->list_is_complete()) && cameras_->all_drained();
}

void Orchestrator::watch(const std::stop_token& stop) {
  SteadyTime next_show = clock_.now();
  SteadyTime next_log = clock_.now() + kLogEvery;
  while (clock_.sleep_for(kTick, stop)) {
    housekeeping_at_ = clock_.now();
    cameras_->tick();
    overload_->make_wanted();
    watch_load();
    const SteadyTime now = clock_.now();
    if (now >= next_show) {
      std::vector<status::CameraStatus> cameras = cameras_->status(to_seconds(now - started_));
      health_->add_conditions(cameras);
      routes_->show_cameras(cameras);
      next_show = now + kShowCamerasEvery;
    }
    if (now < next_log) continue;
    log_status();
    next_log += kLogEvery;
  }
}

void Orchestrator::watch_load() {
  if (const auto demand = cameras_->changed_demand(settings_.defaults)) overload_->choose_again(*demand);
  if (!overload_->due()) return;
  load::StrandLoad seen;
  cameras_->look(seen);
  seen.workers_cpu = overload_->workers_cpu();
  seen.process_cpu = process_cpu_seconds();
  overload_->measure(seen);
}

void Orchestrator::log_status() const {
  using status::CameraStatus;
  const status::Snapshot now = snapshot();
  log::info("{} frames, {} dropped; latency p99 {:.1f} ms; {} faces posted, {} pending; memory {} of {}",
            now.total(&CameraStatus::frames_processed), now.total(&CameraStatus::frames_dropped),
            now.latency.whole_ms.p99, now.total(&CameraStatus::faces_posted), now.faces_pending(),
            format_bytes(now.memory.in_use_bytes), format_bytes(now.memory.budget_bytes));
  if (const std::string without = status::without_video(now.cameras); !without.empty())
    log::info("{}", without);
}

status::Snapshot Orchestrator::snapshot() const {
  status::Snapshot now;
  now.seconds = to_seconds(clock_.now() - started_);
  now.crashes = crashes_.size();
  now.workers = static_cast<int>(overload_->workers());
  now.cameras = cameras_->status(now.seconds);
  health_->add_conditions(now.cameras);
  now.former = cameras_->former();
  if (follow_) now.camera_list = follow_->status();
  now.load = overload_->status();
  now.latency = latency_.status();
  now.cpu_seconds = process_cpu_seconds() - cpu_at_start_;
  now.outbox = outbox_->status();
  now.routes = routes_->status();
  now.ledger_lost = ledger_->lost();
  now.memory = memory_.stats();
  now.log = log::counts();
  return now;
}

}  // namespace vigia::orchestrator
