#include "app/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/worker.h"
#include "camera/stream_camera.h"
#include "closeup/find_moment.h"
#include "closeup/picture_sketch.h"
#include "domain/boxes.h"
#include "findface/camera_list.h"
#include "findface/installation_uuid.h"
#include "findface/session.h"
#include "http/http.h"
#include "ledger/file.h"
#include "load/detectors.h"
#include "load/missed_faces.h"
#include "memory/memory_manager.h"
#include "orchestrator/receivers.h"
#include "outbox/inspect.h"
#include "pipeline/zone_fit.h"

namespace vigia::app {
namespace {

using namespace std::chrono_literals;

// Prints the lines and remembers whether all were ok.
class CheckPrinter {
 public:
  void ok(std::string_view what, std::string_view detail) {
    fmt::print("ok    {}: {}\n", what, detail);
    std::fflush(stdout);  // Ctrl+C ends the process at once
  }
  void bad(std::string_view what, std::string_view why) {
    fmt::print("WRONG {}: {}\n", what, why);
    std::fflush(stdout);
    all_ok_ = false;
  }
  [[nodiscard]] int exit_code() const { return all_ok_ ? 0 : 2; }

 private:
  bool all_ok_ = true;
};

// A camera's stream that is tried until its first frame.
class Probe final : public camera::FrameSink {
 public:
  // What all of them need. pins_file: as orchestrator::pins_file().
  struct World {
    memory::MemoryManager& memory;
    std::string pins_file;
    camera::OpenGate& gate;
  };
  // url: of the stream.
  Probe(const settings::CameraSettings& camera, const std::string& url, const World& world)
      : options_(camera.source),
        camera_(with_url(camera.spec, url), camera.source, world.memory, system_clock(),
                {.keys = {.file = world.pins_file, .keeps_first = false}, .gate = &world.gate}),
        rot_(camera.rot),
        roi_(camera.shot.roi),
        thread_("probe", [this](const std::stop_token& stop) {
          camera_.run(stop, *this);
          ended_ = true;
        }) {}

  void deliver(domain::Frame frame, const std::stop_token&) override {
    if (seen_) return;
    sketch_ = closeup::sketch_of(frame);
    seen_ = true;
    thread_.request_stop();
  }

  // It has succeeded, failed, or had its time. Key frames may be far apart: while packets come it is given as
  // long as a running Vigia gives it.
  [[nodiscard]] bool settled() {
    if (seen_ || ended_) return true;
    const camera::CameraStats stats = camera_.stats();
    if (stats.state == camera::CameraState::interrupted) return true;
    const auto now = system_clock().now();
    if (!began_ && stats.step != camera::StartStep::turn) began_ = now;
    if (stats.step == camera::StartStep::key_frame) return stats.step_for > patience_of(options_) + 1s;
    return began_ && now - *began_ > from_seconds(options_.source_timeout) + 1s;
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
  // Of its first frame. REQUIRES: there was one.
  [[nodiscard]] const closeup::PictureSketch& sketch() const { return sketch_; }
  // more: to be said of it where it is well; may be empty.
  void report(CheckPrinter& to, const std::string& what, const std::string& more) const {
    const auto stats = camera_.stats();
    const auto misfits = pipeline::misfits(rot_, roi_, frame_size());
    if (seen_ && !misfits.empty()) {
      for (const std::string& why : misfits) to.bad(what, why);
    } else if (seen_) {
      to.ok(what,
            fmt::format("{}x{}{}{}", stats.frame_width, stats.frame_height, more.empty() ? "" : ", ", more));
    } else if (stats.state == camera::CameraState::disabled) {
      to.ok(what, "not active");
    } else {
      to.bad(what, stats.message.empty() ? "sent no frame within source_timeout" : stats.message);
    }
  }

 private:
  static domain::CameraSpec with_url(domain::CameraSpec spec, const std::string& url) {
    spec.url = url;
    return spec;
  }

  const camera::CameraOptions options_;
  closeup::PictureSketch sketch_;  // written before seen_
  std::atomic<bool> seen_{false}, ended_{false};
  std::optional<SteadyTime> began_;  // to connect
  camera::StreamCamera camera_;
  const domain::Zone rot_, roi_;
  Worker thread_;
};

// A camera's streams.
struct Probes {
  std::unique_ptr<Probe> searched;
  std::unique_ptr<Probe> main;  // null: there is one stream

  [[nodiscard]] bool settled() const {
    const bool one = searched->settled(), other = !main || main->settled();  // both note when they began
    return one && other;
  }
  void stop() const {
    searched->stop();
    if (main) main->stop();
  }
};

// The camera as its frames are searched: filter_min_size in pixels of the small stream.
settings::CameraSettings as_searched(settings::CameraSettings camera, const Probes& probes) {
  if (!probes.main) return camera;
  const domain::Size small = probes.searched->frame_size(), main = probes.main->frame_size();
  if (small.width > 0 && main.width > 0) {
    camera.shot.filter_min_size = pipeline::least_face_in(camera.shot, domain::enlargement(small, main));
  }
  return camera;
}

void report_main(const std::string& name, const Probes& probes, CheckPrinter& report) {
  const bool has_both =
      probes.main->frame_size() != domain::Size{} && probes.searched->frame_size() != domain::Size{};
  const bool is_same = !has_both || closeup::likeness(probes.main->sketch(), probes.searched->sketch()) >=
                                        closeup::FindMoment::kSameView;
  probes.main->report(report, "camera " + name + " main stream",
                      has_both && is_same ? "shows what detect_url shows; best shots come from it" : "");
  if (is_same) return;
  fmt::print(
      "note  camera {}: its two streams seem to show different views; best shots then come from detect_url\n",
      name);
}

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
                    const std::vector<Probes>& probes, CheckPrinter& report) {
  std::vector<domain::Size> frames;
  std::vector<settings::CameraSettings> cameras;
  for (const Probes& probe : probes) {
    cameras.push_back(as_searched(settings.cameras[frames.size()], probe));
    frames.push_back(probe.searched->frame_size());
  }
  load::CameraOutlook outlook =
      reckoned ? outlook_of(*reckoned, cameras, settings.defaults, frames) : load::CameraOutlook();
  outlook.cameras.resize(probes.size());
  if (!outlook.choice.empty()) fmt::print("note  detector.input auto: {}\n", outlook.choice);
  for (std::size_t i = 0; i < probes.size(); ++i) {
    const std::string& name = settings.cameras[i].spec.name;
    const std::string what = probes[i].main ? " detect_url" : "";
    probes[i].searched->report(report, "camera " + name + what, outlook.cameras[i].reach);
    if (probes[i].main) report_main(name, probes[i], report);
    if (settings.cameras[i].detect_url == "auto" && !probes[i].main) {
      fmt::print("note  camera {}: detect_url is auto, but its url has no known form: one stream is used\n",
                 name);
    }
    const std::string& advice = outlook.cameras[i].advice;
    if (!advice.empty()) fmt::print("note  camera {}: {}\n", name, advice);
    if (settings.cameras[i].source.hibernation != "on") continue;
    fmt::print(
        "note  camera {}: hibernation: whether its packets tell that somebody comes is learned in the first "
        "minutes with nobody in view; the log and the summary say it\n",
        name);
  }
}

// Returns true if a running Vigia uses it.
bool check_outbox(const settings::Settings& settings, CheckPrinter& report) {
  const std::string& path = settings.outbox.path;
  const auto found = outbox::inspect(path);
  if (!found) {
    const bool damaged = found.error().code == ErrorCode::damaged;
    report.bad("outbox",
               found.error().text + (damaged ? "; the next start recovers what can be read of it" : ""));
    return false;
  }
  const std::string number = found->used_by.value_or("");
  const std::string user = number.empty() ? "another process" : "process " + number;
  if (!found->exists) {
    report.ok("outbox", path + ", which the first start will create");
  } else {
    report.ok("outbox",
              fmt::format("{}, {} faces wait in it{}{}", path, found->shots,
                          found->is_older ? ", of an older Vigia: the next start brings it up to date" : "",
                          found->used_by ? fmt::format(", in use by {}, which is fine", user) : ""));
  }
  return found->used_by.has_value();
}

void check_ledger(const settings::Settings& settings, bool in_use, CheckPrinter& report) {
  if (settings.ledger.keep == 0) return report.ok("ledger", "none is kept");
  const Status found = ledger::inspect(settings.ledger.path, in_use);
  found ? report.ok("ledger", settings.ledger.path) : report.bad("ledger", found.error().text);
}

void check_cameras(const settings::Settings& settings, const Reckoned& reckoned,
                   memory::MemoryManager& memory, CheckPrinter& report) {
  camera::OpenGate gate(system_clock());
  std::vector<Probes> probes;
  const Probe::World world{memory, orchestrator::pins_file(settings), gate};
  for (const auto& camera : settings.cameras) {
    probes.push_back({std::make_unique<Probe>(camera, camera.searched_url(), world), nullptr});
    if (camera.has_two_streams()) {
      probes.back().main = std::make_unique<Probe>(camera, camera.spec.url, world);
    }
  }
  const auto settled = [](const auto& probe) { return probe.settled(); };
  // All of them are asked each time, since each notes when it began.
  while (std::ranges::count_if(probes, settled) < std::ssize(probes)) std::this_thread::sleep_for(10ms);
  for (const auto& probe : probes) probe.stop();
  report_cameras(settings, reckoned, probes, report);
}

void check_findface(const settings::Settings& settings, CheckPrinter& report) {
  http::TlsOptions tls = orchestrator::findface_tls(settings);
  tls.keeps_first = false;
  if (const std::string warning = http::warning_of(tls); !warning.empty()) fmt::print("note  {}\n", warning);
  http::Http http(tls);
  const std::string known = findface::known_uuid(settings.findface.uuid, orchestrator::uuid_file(settings));
  // The server has one token for each uuid: a login with the installation's own would log a running Vigia
  // out.
  findface::FindfaceOptions guest = settings.findface;
  guest.uuid = (known.empty() ? findface::generate_uuid() : known.substr(0, 200)) + "-check";
  findface::Session session(guest, http, system_clock());
  if (const Status login = session.log_in({}); !login) return report.bad("FindFace", login.error().text);
  report.ok("FindFace", fmt::format("login at {} {}", session.shown_url(),
                                    known.empty() ? "(the first start generates this installation's uuid)"
                                                  : "(this installation's uuid: " + known + ")"));
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
  const bool in_use = check_outbox(settings, report);
  check_ledger(settings, in_use, report);
  check_cameras(settings, reckoned, memory, report);
  check_receivers(settings, report);
  std::fflush(stdout);
  return report.exit_code();
}

}  // namespace vigia::app
