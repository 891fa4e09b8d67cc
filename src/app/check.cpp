#include "app/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/worker.h"
#include "camera/stream_camera.h"
#include "findface/camera_list.h"
#include "findface/installation_uuid.h"
#include "findface/session.h"
#include "http/http.h"
#include "ledger/file.h"
#include "load/detectors.h"
#include "load/missed_faces.h"
#include "memory/memory_manager.h"
#include "orchestrator/receivers.h"
#include "outbox/outbox.h"

namespace vigia::app {
namespace {

using namespace std::chrono_literals;

// Prints the lines and remembers whether all were ok.
class CheckPrinter {
 public:
  void ok(std::string_view what, std::string_view detail) { fmt::print("ok    {}: {}\n", what, detail); }
  void bad(std::string_view what, std::string_view why) {
    fmt::print("WRONG {}: {}\n", what, why);
    all_ok_ = false;
  }
  [[nodiscard]] int exit_code() const { return all_ok_ ? 0 : 2; }

 private:
  bool all_ok_ = true;
};

// A camera that is tried until its first frame.
class Probe final : public camera::FrameSink {
 public:
  Probe(const settings::CameraSettings& camera, memory::MemoryManager& memory)
      : camera_(camera.spec, camera.source, memory, system_clock()),
        thread_("probe", [this](const std::stop_token& stop) {
          camera_.run(stop, *this);
          ended_ = true;
        }) {}

  void deliver(domain::Frame, const std::stop_token&) override {
    seen_ = true;
    thread_.request_stop();
  }

  [[nodiscard]] bool settled() const {
    return seen_ || ended_ || camera_.stats().state == camera::CameraState::interrupted;
  }
  void stop() {
    thread_.request_stop();
    thread_.join();
  }
  // Size of its first frame; 0x0: there was none. Call it after stop(), like report().
  [[nodiscard]] domain::Size frame_size() const {
    const auto stats = camera_.stats();
    return seen_ ? domain::Size{stats.frame_width, stats.frame_height} : domain::Size{};
  }
  // reach: which faces are found in its frames; empty: not known.
  void report(CheckPrinter& to, const std::string& reach) const {
    const std::string what = "camera " + camera_.spec().name;
    const auto stats = camera_.stats();
    if (seen_) {
      to.ok(what, fmt::format("{}x{}{}{}", stats.frame_width, stats.frame_height, reach.empty() ? "" : ", ",
                              reach));
    } else if (stats.state == camera::CameraState::disabled) {
      to.ok(what, "not active");
    } else {
      to.bad(what, stats.message.empty() ? "sent no frame within source_timeout" : stats.message);
    }
  }

 private:
  std::atomic<bool> seen_{false}, ended_{false};
  camera::StreamCamera camera_;
  Worker thread_;
};

// How cameras would be searched; nothing: no detector can be made.
using Reckoned = std::optional<load::DetectionEstimate>;

Reckoned check_detector(const settings::Settings& settings, memory::MemoryManager& memory,
                        CheckPrinter& report) {
  const auto detectors = load::make_detectors(
      settings.detector, load::demand_of(settings.cameras, settings.defaults), memory.budget());
  if (!detectors) {
    report.bad("detector", detectors.error().text);
    return std::nullopt;
  }
  report.ok("detector", fmt::format("{}, {}", detectors->name, detectors->stage.origin()));
  if (const std::string hint = detectors->stage.hint(); !hint.empty())
    fmt::print("note  detector: {}\n", hint);
  return load::DetectionEstimate{detectors->costs, detectors->machine};
}

// Reports the faces that each camera finds, at the level that would be chosen for these frames.
void report_cameras(const settings::Settings& settings, const Reckoned& reckoned,
                    const std::vector<std::unique_ptr<Probe>>& probes, CheckPrinter& report) {
  std::vector<domain::Size> frames;
  for (const auto& probe : probes) frames.push_back(probe->frame_size());
  load::CameraOutlook outlook =
      reckoned ? outlook_of(*reckoned, settings.cameras, settings.defaults, frames) : load::CameraOutlook();
  outlook.cameras.resize(probes.size());
  if (!outlook.choice.empty()) fmt::print("note  detector.input auto: {}\n", outlook.choice);
  for (std::size_t i = 0; i < probes.size(); ++i) {
    probes[i]->report(report, outlook.cameras[i].reach);
    const std::string& advice = outlook.cameras[i].advice;
    if (!advice.empty()) fmt::print("note  camera {}: {}\n", settings.cameras[i].spec.name, advice);
  }
}

// A check leaves no files: a database that it had to make is removed again.
void remove_database(const std::string& path) {
  std::error_code ignored;
  for (const char* const ending : {"", "-wal", "-shm", ".lock"}) {
    std::filesystem::remove(path + ending, ignored);
  }
}

void check_outbox(const settings::Settings& settings, memory::MemoryManager& memory, CheckPrinter& report) {
  const bool existed = std::filesystem::exists(settings.outbox.path);
  {
    const auto outbox =
        outbox::Outbox::open(settings.outbox, orchestrator::receivers(settings), memory, system_clock());
    if (!outbox) return report.bad("outbox", outbox.error().text);
    const auto trouble = (*outbox)->trouble();
    if (trouble) return report.bad("outbox", *trouble);
    report.ok("outbox",
              fmt::format("{}, {} faces wait in it", settings.outbox.path, (*outbox)->pending().shots));
  }
  if (!existed) remove_database(settings.outbox.path);
}

void check_ledger(const settings::Settings& settings, CheckPrinter& report) {
  if (settings.ledger.keep == 0) return report.ok("ledger", "none is kept");
  const bool existed = std::filesystem::exists(settings.ledger.path);
  if (const auto database = ledger::open_to_write(settings.ledger.path); !database) {
    return report.bad("ledger", database.error().text);
  }
  report.ok("ledger", settings.ledger.path);
  if (!existed) remove_database(settings.ledger.path);
}

void check_cameras(const settings::Settings& settings, const Reckoned& reckoned,
                   memory::MemoryManager& memory, CheckPrinter& report) {
  std::vector<std::unique_ptr<Probe>> probes;
  double longest = 0;
  for (const auto& camera : settings.cameras) {
    probes.push_back(std::make_unique<Probe>(camera, memory));
    longest = std::max(longest, camera.source.source_timeout);
  }
  const auto deadline = system_clock().now() + from_seconds(longest) + 1s;
  const auto settled = [](const auto& probe) { return probe->settled(); };
  while (!std::all_of(probes.begin(), probes.end(), settled) && system_clock().now() < deadline) {
    std::this_thread::sleep_for(10ms);
  }
  for (const auto& probe : probes) probe->stop();
  report_cameras(settings, reckoned, probes, report);
}

void check_findface(const settings::Settings& settings, CheckPrinter& report) {
  const http::TlsOptions tls = orchestrator::findface_tls(settings);
  if (const std::string warning = http::warning_of(tls); !warning.empty()) fmt::print("note  {}\n", warning);
  http::Http http(tls);
  findface::FindfaceOptions options = settings.findface;
  options.uuid = findface::known_uuid(options.uuid, orchestrator::uuid_file(settings));
  const bool is_known = !options.uuid.empty();
  if (!is_known) options.uuid = findface::generate_uuid();
  findface::Session session(options, http, system_clock());
  if (const Status login = session.log_in({}); !login) return report.bad("FindFace", login.error().text);
  report.ok("FindFace", fmt::format("login at {} {}", session.shown_url(),
                                    is_known ? "with uuid " + options.uuid
                                             : "(the first start generates this installation's uuid)"));
  const auto list = findface::fetch_cameras(session, settings.findface.camera_prefix, {});
  if (!list) {
    report.bad("FindFace cameras", list.error().text);
  } else {
    for (const std::string& note : list->notes) fmt::print("note  {}\n", note);
    report.ok("FindFace cameras", fmt::format("{} to watch", list->cameras.size()));
  }
  session.log_out();
}

void check_receivers(const settings::Settings& settings, CheckPrinter& report) {
  for (const std::string& name : orchestrator::receivers(settings)) {
    if (name == orchestrator::kFindface) {
      check_findface(settings, report);
      continue;
    }
    const std::string_view what = name == orchestrator::kMqtt      ? "MQTT"
                                  : name == orchestrator::kWebhook ? "webhook"
                                                                   : "delivery";
    const Result<std::string> found = orchestrator::try_receiver(name, settings, system_clock(), {});
    found ? report.ok(what, *found) : report.bad(what, found.error().text);
  }
}

}  // namespace

int check(const settings::Settings& settings) {
  CheckPrinter report;
  memory::MemoryManager memory(settings.memory);
  const Reckoned reckoned = check_detector(settings, memory, report);
  check_outbox(settings, memory, report);
  check_ledger(settings, report);
  check_cameras(settings, reckoned, memory, report);
  check_receivers(settings, report);
  std::fflush(stdout);
  return report.exit_code();
}

}  // namespace vigia::app
