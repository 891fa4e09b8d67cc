#include "soak/rig.h"

#include <fmt/format.h>

#include <algorithm>

#include "soak/job.h"
#include "testing/outage.h"

namespace vigia::soak {
namespace {

constexpr int kCameras = 4;  // by default
constexpr int kScenes = 4;   // more cameras share them, each at another place
constexpr int kFaces = 3;    // people in a scene
constexpr double kSceneSeconds = 20;
constexpr double kOtherSeconds = 10;
constexpr double kSettle = 2;  // seconds after a fault: connections are closed and made
constexpr auto kEvents = "/events/faces/add/";
constexpr auto kLogin = "/auth/login/";

Result<std::shared_ptr<const Loop>> record_scene_of(const SoakOptions& options, int number) {
  return record_scene(
      fmt::format("sim:faces={}&size={}&fps={}&seed={}&seconds={}", kFaces, options.size, options.fps,
                  options.seed * 100 + static_cast<std::uint64_t>(number), kSceneSeconds),
      kSceneSeconds);
}

// Records a loop of a size that no other camera has.
Result<std::shared_ptr<const Loop>> record_other() {
  return record_scene(fmt::format("sim:faces=1&size=480x360&fps=15&seed=77&seconds={}", kOtherSeconds),
                      kOtherSeconds);
}

std::string name_of(int target) {
  return target == kFindFace ? "findface" : fmt::format("cam{}", target + 1);
}

}  // namespace

Result<std::unique_ptr<Rig>> Rig::build(const SoakOptions& options) {
  std::unique_ptr<Rig> rig(new Rig);  // NOLINT: private constructor
  if (Status built = rig->build_cameras(options); !built) return built.error();
  if (options.findface) {
    if (Status built = rig->build_findface(rig->cameras_.size()); !built) return built.error();
  }
  rig->schedule_ = make_schedule({.level = options.faults,
                                  .seconds = options.seconds,
                                  .cameras = static_cast<int>(rig->cameras_.size()),
                                  .findface = options.findface,
                                  .seed = options.seed});
  return rig;
}

Status Rig::build_cameras(const SoakOptions& options) {
  const int clips = static_cast<int>(options.clips.size());
  const int cameras = options.cameras > 0 ? options.cameras : (clips > 0 ? clips : kCameras);
  std::vector<std::shared_ptr<const Loop>> loops;
  for (int i = 0; i < std::min(cameras, clips > 0 ? clips : kScenes); ++i) {
    auto loop =
        clips > 0 ? record_clip(options.clips[static_cast<std::size_t>(i)]) : record_scene_of(options, i);
    if (!loop) return loop.error();
    loops.push_back(*std::move(loop));
  }
  auto other = record_other();
  if (!other) return other.error();
  for (int i = 0; i < cameras; ++i) {
    auto camera =
        CameraServer::start({.main = loops[static_cast<std::size_t>(i) % loops.size()],
                             .other = *other,
                             .offset = std::chrono::seconds(7 * (i / static_cast<int>(loops.size()))),
                             .seed = options.seed + static_cast<std::uint64_t>(i)});
    if (!camera) return camera.error();
    cameras_.push_back(*std::move(camera));
  }
  return ok_status();
}

Status Rig::build_findface(std::size_t cameras) {
  testing::FakeFindFaceOptions options;
  options.keep_images = false;
  auto started = testing::FakeFindFace::start(std::move(options));
  if (!started) return started.error();
  findface_ = *std::move(started);
  for (int i = 1; i <= static_cast<int>(cameras); ++i) {
    findface_->add_camera({.id = i, .name = fmt::format("cam{}", i), .token = camera_token(i)});
  }
  return ok_status();
}

std::vector<std::string> Rig::camera_urls() const {
  std::vector<std::string> urls;
  for (const auto& camera : cameras_) urls.push_back(camera->url());
  return urls;
}

std::string Rig::findface_url() const {
  return findface_ ? findface_->url() : "";
}

Result<std::vector<std::string>> Rig::follow_schedule(double seconds) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < going_on_.size();) {
    const Fault fault = going_on_[i];
    if (fault.end() > seconds) {
      ++i;
      continue;
    }
    if (Status ended = end(fault); !ended) return ended.error();
    going_on_.erase(going_on_.begin() + static_cast<std::ptrdiff_t>(i));
    last_end_ = seconds;
    lines.push_back(fmt::format("{} is well again after {}", name_of(fault.target), to_string(fault.kind)));
  }
  for (; next_ < schedule_.size() && schedule_[next_].at <= seconds; ++next_) {
    const Fault& fault = schedule_[next_];
    if (Status begun = begin(fault); !begun) return begun.error();
    going_on_.push_back(fault);
    ++by_kind_[fault.kind];
    lines.push_back(
        fmt::format("{}: {} for {:.1f} s", name_of(fault.target), to_string(fault.kind), fault.duration));
  }
  return lines;
}

Status Rig::end_all_faults() {
  for (const Fault& fault : std::exchange(going_on_, {})) {
    if (Status ended = end(fault); !ended) return ended;
  }
  return ok_status();
}

Status Rig::begin(const Fault& fault) {
  if (fault.target != kFindFace) return cameras_[static_cast<std::size_t>(fault.target)]->begin(fault.kind);
  switch (fault.kind) {
    case CameraFault::down:
      return testing::begin_fault(*findface_, testing::ServerFault::down);
    case CameraFault::hang:
      return testing::begin_fault(*findface_, testing::ServerFault::hang);
    default:
      make_errors();
      return ok_status();
  }
}

// In turn, until it is over. No 401 at the login: after that a client rightly waits for minutes.
void Rig::make_errors() {
  using testing::Fault;
  findface_->inject(kLogin, {.kind = Fault::Kind::answer, .status = 500}, 1);
  findface_->inject(kLogin, {.kind = Fault::Kind::answer, .status = 200, .body = "<html>"}, 1);
  constexpr int kTurns = 200;
  for (int i = 0; i < kTurns; ++i) {
    findface_->inject(kEvents, {.kind = Fault::Kind::answer, .status = 503});
    findface_->inject(kEvents, {.kind = Fault::Kind::answer, .status = 200, .body = "<html>"});
    findface_->inject(kEvents, {.kind = Fault::Kind::reset_mid_body});
    findface_->inject(kEvents, {.kind = Fault::Kind::answer, .status = 500});
    findface_->inject(kEvents, {.kind = Fault::Kind::reset_after_body});
    findface_->inject(kEvents, {.kind = Fault::Kind::answer, .status = 401});
  }
}

Status Rig::end(const Fault& fault) {
  if (fault.target != kFindFace) return cameras_[static_cast<std::size_t>(fault.target)]->end();
  if (fault.kind != CameraFault::down) return testing::end_fault(*findface_, testing::ServerFault::hang);
  findface_->forget_tokens();
  return testing::end_fault(*findface_, testing::ServerFault::down);
}

int Rig::cameras_up() const {
  return static_cast<int>(std::count_if(cameras_.begin(), cameras_.end(),
                                        [](const auto& camera) { return camera->is_watched(); }));
}

bool Rig::is_quiet(double seconds) const {
  return going_on_.empty() && seconds - last_end_ >= kSettle &&
         cameras_up() == static_cast<int>(cameras_.size());
}

std::uint64_t Rig::posted() const {
  return findface_ ? findface_->event_count() : 0;
}

std::vector<std::string> Rig::violations() const {
  return findface_ ? findface_->violations() : std::vector<std::string>{};
}

}  // namespace vigia::soak
