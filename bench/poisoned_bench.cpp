// Measures whether a camera whose faces a receiver refuses delays the faces of the others: eight healthy
// cameras alone, then beside a ninth that is refused; with FindFace, a webhook and an MQTT broker on this
// machine.
//
//   ./dev bench poisoned
//   build/bench/poisoned_bench --seconds 60
//
// Each camera adds ten faces a second. Reports the time from a healthy camera's face being added to the
// outbox to its delivery, in milliseconds.
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/histogram.h"
#include "base/log.h"
#include "base/worker.h"
#include "delivery/send.h"
#include "outbox/outbox.h"
#include "testing/sample_shot.h"
#include "tests/poisoned_receivers.h"

namespace vigia::delivery {
namespace {

using namespace std::chrono_literals;

constexpr int kHealthy = 8;
constexpr int kSenders = 4;
constexpr auto kInterval = 100ms;
constexpr std::size_t kImageBytes = 60'000;
constexpr const char* kRoute = "receiver";

// Remembers when each face was added, by its track number.
class Delays final : public outbox::ShotListener {
 public:
  explicit Delays(std::size_t faces) : added_(faces) {}
  void adding(std::uint64_t track) { added_[track].store(std::chrono::steady_clock::now()); }
  void delivered(const domain::Shot& shot) override {
    delays_.record(std::chrono::steady_clock::now() - added_[shot.track].load());
  }
  void refused(const domain::Shot&, domain::Reason, const std::string&) override { ++lost; }
  void failed(const domain::Shot&, const std::string&) override { ++lost; }
  [[nodiscard]] Histogram::Percentiles in_us() const { return delays_.percentiles(1us); }
  std::atomic<int> lost{0};

 private:
  std::vector<std::atomic<SteadyTime>> added_;
  Histogram delays_;
};

// Measures one receiver for some seconds. Camera 0 is the refused one; first_camera 1 leaves it out.
void measure(const std::string& name, Courier* courier, int first_camera, int seconds) {
  if (courier == nullptr) {
    fmt::print("{:<28} the receiver did not start\n", name);
    return;
  }
  const testing::TempDir dir;
  memory::MemoryManager memory({.budget_bytes = 256_MiB});
  auto outbox = outbox::Outbox::open({.path = dir / "vigia.db"}, {kRoute}, memory, system_clock());
  if (!outbox) return;
  const int rounds = seconds * static_cast<int>(1s / kInterval);
  Delays delays(static_cast<std::size_t>((rounds + 1) * (kHealthy + 1)));
  Breaker breaker(kRoute, system_clock());
  CameraWaits waits(kRoute, system_clock());
  std::vector<Worker> senders;
  for (int i = 0; i < kSenders; ++i) {
    senders.emplace_back("sender", [&](const std::stop_token& stop) {
      run_sender({**outbox, kRoute, *courier, breaker, waits, delays, system_clock()}, stop);
    });
  }
  domain::Shot shot = testing::sample_shot();
  shot.jpeg = testing::sample_jpeg({640, 360}, std::string(kImageBytes, 'x'));
  std::uint64_t track = 0;
  auto next = std::chrono::steady_clock::now();
  for (int round = 0; round < rounds; ++round) {
    for (int i = first_camera; i <= kHealthy; ++i) {
      const int camera = first_camera + (i + round) % (kHealthy + 1 - first_camera);
      shot.track = ++track;
      shot.camera = camera_name(camera);
      shot.camera_id = 100 + camera;
      shot.captured = system_clock().utc_now();
      delays.adding(track);
      if (!(*outbox)->add(shot)) return;
    }
    std::this_thread::sleep_until(next += kInterval);
  }
  std::this_thread::sleep_for(1s);
  const auto found = delays.in_us();
  fmt::print("{:<28} {:>9} {:>8.2f} {:>8.2f} {:>8.2f} {:>9} {:>6} {:>8}\n", name, found.count,
             found.p50 / 1000, found.p99 / 1000, found.max / 1000, (*outbox)->pending().shots,
             delays.lost.load(), breaker.status().opened);
}

template <typename Receiver, typename... Clock>
void compare(const std::string& name, int seconds, Clock&... clock) {
  for (const bool poisoned : {false, true}) {
    const PoisonedCameras cameras{.all = kHealthy + 1, .refused = {0}};
    const Receiver receiver(cameras, clock...);
    measure(name + (poisoned ? ", one refused" : ", healthy"), receiver.courier(), poisoned ? 0 : 1, seconds);
  }
}

}  // namespace
}  // namespace vigia::delivery

int main(int argc, char** argv) {
  using namespace vigia::delivery;
  vigia::log::set_level(vigia::log::LogLevel::off);
  const int seconds = argc == 3 && std::string(argv[1]) == "--seconds" ? std::max(1, std::atoi(argv[2])) : 20;
  fmt::print("{:<28} {:>9} {:>8} {:>8} {:>8} {:>9} {:>6} {:>8}\n", "", "delivered", "p50 ms", "p99 ms",
             "max ms", "waiting", "lost", "breaker");
  compare<PoisonedFindface>("FindFace", seconds, vigia::system_clock());
  compare<PoisonedWebhook>("webhook", seconds, vigia::system_clock());
  compare<PoisonedMqtt>("MQTT", seconds);
  return 0;
}
