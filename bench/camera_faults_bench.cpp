// What the other cameras notice when one fails, how soon that one is back, and what failing costs for good.
//
//   ./dev bench camera_faults -- --rounds 100
//   build/bench/camera_faults_bench --rounds 10 --only frozen
//
// Seven cameras watch one RTSP server and an eighth another one, both programs of their own (gst-rtsp-server;
// the clips are made with ffmpeg). The eighth one's server is killed and started again, stopped in the middle
// of a frame (SIGSTOP), started again with another size and codec, or a relay before it loses or damages each
// hundredth packet. `reconnects` kills the seven's server, with the eighth watching it too.
//
// Cameras always wait as after their first failure (0.1 s). Reported of each: how long after the fault's end
// the eighth one's first picture came; the others' frames as a share of what their server sent, their latency
// (last byte read to delivered) and longest gap; and what the process holds once all is well again. Of loss:
// the share of pictures that were shown, and the pauses.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/histogram.h"
#include "base/log.h"
#include "camera/stream_camera.h"
#include "memory/memory_manager.h"
#include "testing/child.h"
#include "testing/process_sample.h"
#include "testing/rtsp_relay.h"
#include "testing/temp_dir.h"

namespace {

using namespace vigia;
using namespace std::chrono_literals;

constexpr int kHealthy = 7;
constexpr double kRate = 25;
constexpr auto kPause = 200ms;  // without a picture, longer than between two

std::int64_t ns(SteadyTime time) {
  return std::chrono::duration_cast<Nanoseconds>(time.time_since_epoch()).count();
}

// Cameras wait longer after each failure, to 30 s, until they have had a good minute. A hundred faults with a
// good minute between them would take hours; so these cameras wait as after the first one, always.
class ImpatientClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime now() const override { return system_clock().now(); }
  [[nodiscard]] UtcTime utc_now() const override { return system_clock().utc_now(); }
  bool sleep_until(SteadyTime when, const std::stop_token& stop) override {
    return system_clock().sleep_until(std::min(when, now() + kLongest), stop);
  }

 private:
  static constexpr std::chrono::milliseconds kLongest{100};
};

// The server as a program of its own.
class Server {
 public:
  Server(std::string clip, int port) : clip_(std::move(clip)), port_(port) { start(clip_); }
  ~Server() { kill(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start(const std::string& clip) {
    for (int attempt = 0; attempt < 100; ++attempt) {
      auto child = testing::Child::start({.program = RTSP_SERVER_PROGRAM,
                                          .arguments = {"--loop", std::to_string(port_), "gate=" + clip},
                                          .environment = testing::own_environment()});
      if (!child) break;
      child_ = *std::move(child);
      std::string text;
      while (text.find('\n') == std::string::npos && child_->read(text, 10s)) {
      }
      if (text.starts_with("listening on ")) {
        port_ = std::atoi(text.c_str() + 13);
        return;
      }
      std::this_thread::sleep_for(50ms);  // the port is not free yet
    }
    std::fprintf(stderr, "camera_faults_bench: the RTSP server does not start\n");
    std::exit(1);
  }
  void restart() {
    kill();
    start(clip_);
  }
  void kill() { child_.reset(); }
  void signal(int number) { child_->signal(number); }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const std::string& clip() const { return clip_; }

 private:
  const std::string clip_;
  int port_;
  std::unique_ptr<testing::Child> child_;
};

class Watcher : public camera::FrameSink {
 public:
  Watcher(const std::string& name, const std::string& url, memory::MemoryManager& memory)
      : camera_({.name = name, .url = url, .id = {}, .token = {}},
                {.rtsp_reconnect_delay = 0.1, .source_timeout = 2}, memory, clock_),
        thread_([this](const std::stop_token& stop) { camera_.run(stop, *this); }) {}

  void deliver(domain::Frame frame, const std::stop_token&) override {
    const std::int64_t now = ns(system_clock().now());
    latency.record(Nanoseconds(now - ns(frame.read_at)));
    const std::int64_t before = last_.exchange(now);
    if (before > 0) {
      worst_gap_ = std::max(worst_gap_.load(), now - before);
      if (now - before > Nanoseconds(kPause).count()) pauses.record(Nanoseconds(now - before));
    }
    ++frames;
  }
  // The first picture after that moment, or nothing within a minute.
  bool wait_for_picture_after(SteadyTime moment) const {
    const auto give_up = system_clock().now() + 60s;
    while (last_ <= ns(moment)) {
      if (system_clock().now() > give_up) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }
  Nanoseconds take_worst_gap() { return Nanoseconds(worst_gap_.exchange(0)); }
  [[nodiscard]] camera::CameraStats stats() const { return camera_.stats(); }

  std::atomic<std::uint64_t> frames{0};
  Histogram latency, pauses;

 private:
  std::atomic<std::int64_t> last_{0}, worst_gap_{0};
  ImpatientClock clock_;
  camera::StreamCamera camera_;
  std::jthread thread_;  // last: it uses the rest
};

// All eight cameras and their two servers.
class Rig {
 public:
  Rig(const std::string& clip, const std::string& other) : good_(clip, 0), bad_(clip, 0), other_(other) {
    memory_.start();
    for (int i = 0; i < kHealthy; ++i) {
      others_.push_back(std::make_unique<Watcher>("cam" + std::to_string(i), url(good_.port()), memory_));
    }
    watch(bad_.port());
    for (const auto& camera : others_) camera->wait_for_picture_after({});
    std::this_thread::sleep_for(2s);
  }

  void watch(int port) {
    eighth_.reset();
    eighth_ = std::make_unique<Watcher>("cam7", url(port), memory_);
    eighth_->wait_for_picture_after({});
  }

  void gone() {
    bad_.kill();
    std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution(100, 1500)(random_)));
    bad_.start(bad_.clip());
    recovered();
  }
  void frozen() {
    bad_.signal(SIGSTOP);
    std::this_thread::sleep_for(3s);  // longer than source_timeout
    bad_.signal(SIGCONT);
    recovered();
  }
  void swapped() {
    bad_.kill();
    swapped_ = !swapped_;
    bad_.start(swapped_ ? other_ : bad_.clip());
    recovered();
  }
  void undisturbed() { std::this_thread::sleep_for(1s); }
  void reconnects() {
    good_.restart();
    const SteadyTime from = system_clock().now();
    for (const auto& camera : others_) camera->wait_for_picture_after(from);
    eighth_->wait_for_picture_after(from);
    recovery_->record(system_clock().now() - from);
  }

  // A line of the table. fault: one round.
  void measure(const char* name, int rounds, void (Rig::*fault)()) {
    recovery_ = std::make_unique<Histogram>();
    const auto before = begin();
    const SteadyTime began = system_clock().now();
    for (int i = 0; i < rounds; ++i) (this->*fault)();
    report(name, rounds, began, before);
  }
  void measure_loss(const char* name, testing::RtspRelay::Harm harm, int seconds);
  [[nodiscard]] int good_port() const { return good_.port(); }

 private:
  struct Before {
    std::uint64_t frames = 0;
    std::vector<Histogram::Snapshot> latency;
  };
  static std::string url(int port) { return "rtsp://127.0.0.1:" + std::to_string(port) + "/gate"; }

  void recovered() {
    const SteadyTime from = system_clock().now();
    if (!eighth_->wait_for_picture_after(from)) std::printf("no picture within a minute\n");
    recovery_->record(system_clock().now() - from);
    std::this_thread::sleep_for(300ms);
  }
  Before begin() {
    Before before;
    for (const auto& camera : others_) {
      before.frames += camera->frames;
      before.latency.push_back(camera->latency.snapshot());
      static_cast<void>(camera->take_worst_gap());
    }
    return before;
  }
  void report(const char* name, int rounds, SteadyTime began, const Before& before) {
    const double seconds = to_seconds(system_clock().now() - began);
    std::uint64_t frames = 0;
    Nanoseconds gap{0};
    double p50 = 0, p99 = 0;
    for (std::size_t i = 0; i < others_.size(); ++i) {
      frames += others_[i]->frames;
      gap = std::max(gap, others_[i]->take_worst_gap());
      const auto latency = others_[i]->latency.snapshot().since(before.latency[i]).percentiles(1ms);
      p50 = std::max(p50, latency.p50);
      p99 = std::max(p99, latency.p99);
    }
    std::this_thread::sleep_for(2s);  // the collector's, and the last connection's end
    const auto held = testing::sample_process(::getpid());
    const auto back = recovery_->percentiles(1ms);
    const double share = static_cast<double>(frames - before.frames) / (kRate * seconds * kHealthy);
    fmt::print(
        "{:<12} {:>6} {:>8.0f} {:>8.0f} {:>8.0f} | {:>7.1f}% {:>7.1f} {:>7.1f} {:>7.0f} | {:>7.1f} {:>5} "
        "{:>5}\n",
        name, rounds, back.p50, back.p99, back.max, 100 * share, p50, p99, to_seconds(gap) * 1000,
        held ? static_cast<double>(held->anonymous) / 1e6 : 0, held ? held->descriptors : 0,
        held ? held->threads : 0);
    std::fflush(stdout);
  }

  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = Bytes{2} << 30}};
  Server good_, bad_;
  const std::string other_;
  bool swapped_ = false;
  std::vector<std::unique_ptr<Watcher>> others_;
  std::unique_ptr<Watcher> eighth_;
  std::unique_ptr<Histogram> recovery_;
  std::minstd_rand random_{1};
};

void Rig::measure_loss(const char* name, testing::RtspRelay::Harm harm, int seconds) {
  testing::RtspRelay relay(bad_.port(), {.share = 0.01, .harm = harm});
  watch(relay.port());
  recovery_ = std::make_unique<Histogram>();
  const auto before = begin();
  const SteadyTime began = system_clock().now();
  const std::uint64_t frames = eighth_->frames;
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  const double shown = static_cast<double>(eighth_->frames - frames) / (kRate * seconds);
  const auto pauses = eighth_->pauses.percentiles(1ms);
  const camera::CameraStats stats = eighth_->stats();
  report(name, seconds, began, before);
  fmt::print(
      "  {} of {} packets; {:.1f} % of its pictures shown, {} pauses of p50 {:.0f} and p99 {:.0f} ms, {} "
      "soft errors, "
      "{} left out as damaged, {} packets counted as lost, {} connections made anew\n",
      relay.harmed(), relay.packets(), 100 * shown, pauses.count, pauses.p50, pauses.p99,
      stats.decoding_soft_errors, stats.frames_dropped_damaged, stats.packets_lost, stats.reopened);
  watch(bad_.port());
}

std::string make_clip(const testing::TempDir& folder, const std::string& name, const std::string& what) {
  const std::string file = folder / name;
  const std::string command = "ffmpeg -v error -nostdin -y -f lavfi -i testsrc2=" + what +
                              " -t 8 -pix_fmt yuv420p -g 50 " + file + " </dev/null";
  if (std::system(command.c_str()) != 0) std::exit(1);
  return file;
}

struct Options {
  int rounds = 20;
  int reconnects = 100;
  std::string only;
};

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--rounds") options.rounds = std::max(1, std::atoi(argv[i + 1]));
    if (flag == "--reconnects") options.reconnects = std::max(1, std::atoi(argv[i + 1]));
    if (flag == "--only") options.only = argv[i + 1];
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read_options(argc, argv);
  const testing::TempDir folder;
  static_cast<void>(log::start({.level = "error"}));
  const std::string clip =
      make_clip(folder, "clip.mp4", "size=640x360:rate=25 -c:v libx264 -preset veryfast -bf 0");
  const std::string other =
      make_clip(folder, "other.mp4",
                "size=1280x720:rate=25 -c:v libx265 -preset ultrafast -x265-params log-level=error");
  Rig rig(clip, other);
  fmt::print("{:<12} {:>6} {:>26} | {:>40} | {:>19}\n", "", "", "back after, ms", "the seven others",
             "the process holds");
  fmt::print("{:<12} {:>6} {:>8} {:>8} {:>8} | {:>8} {:>7} {:>7} {:>7} | {:>7} {:>5} {:>5}\n", "fault",
             "rounds", "p50", "p99", "max", "frames", "p50 ms", "p99 ms", "gap ms", "MB", "fds", "thr.");
  const auto wanted = [&](const char* name) { return options.only.empty() || options.only == name; };
  rig.measure("undisturbed", 10, &Rig::undisturbed);
  if (wanted("gone")) rig.measure("gone", options.rounds, &Rig::gone);
  if (wanted("frozen")) rig.measure("frozen", options.rounds, &Rig::frozen);
  if (wanted("swapped")) rig.measure("swapped", options.rounds, &Rig::swapped);
  if (wanted("loses")) rig.measure_loss("loses 1 %", testing::RtspRelay::Harm::loses, 60);
  if (wanted("damages")) rig.measure_loss("damages 1 %", testing::RtspRelay::Harm::damages, 60);
  rig.measure("undisturbed", 10, &Rig::undisturbed);
  if (wanted("reconnects")) {
    rig.watch(rig.good_port());
    rig.measure("undisturbed", 10, &Rig::undisturbed);
    rig.measure("reconnects", options.reconnects, &Rig::reconnects);
    rig.measure("undisturbed", 10, &Rig::undisturbed);
  }
  return 0;
}
