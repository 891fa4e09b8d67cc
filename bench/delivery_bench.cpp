// Measures how many faces a second go from the outbox to FindFace: by connections (delivery.senders), by
// outbox.durability, and by the server's time for each. The server is the stand-in of the tests, in a process
// of its own; a face is a picture of 150 KB.
//
//   ./dev bench delivery
//   TMPDIR=/srv/vigia ./dev bench delivery      # measures this disk
//
// One iteration: faces are added one by one, as cameras add them, while the senders deliver them; the time
// ends when all are delivered.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/worker.h"
#include "delivery/send.h"
#include "findface/send_to_findface.h"
#include "outbox/outbox.h"
#include "testing/child.h"
#include "testing/sample_shot.h"
#include "testing/temp_dir.h"

namespace vigia::findface {
namespace {

using namespace std::chrono_literals;

constexpr const char* kDurability[] = {"full", "shots", "process"};
constexpr const char* kRoute = "findface";
constexpr std::size_t kImageBytes = 150'000;
constexpr std::uint64_t kFaces = 400;

constexpr std::int64_t kCamera = 1;
constexpr const char* kToken = "camera-token-1";  // of the first camera of fake_findface

// The server, in a process of its own.
class ServerProcess {
 public:
  explicit ServerProcess(std::int64_t delay_ms) {
    auto child = testing::Child::start({.program = FAKE_FINDFACE_PROGRAM,
                                        .arguments = {"--cameras", "1", "--delay", std::to_string(delay_ms)},
                                        .environment = testing::own_environment()});
    if (!child) return;
    child_ = *std::move(child);
    std::string said;  // "listening on http://127.0.0.1:8000"
    while (said.find('\n') == std::string::npos && child_->read(said, 1s)) {
    }
    const std::size_t url = said.find("http");
    if (url != std::string::npos) url_ = said.substr(url, said.find('\n') - url);
  }

  [[nodiscard]] const std::string& url() const { return url_; }  // empty: it did not start

 private:
  std::unique_ptr<testing::Child> child_;
  std::string url_;
};

class Counted final : public outbox::ShotListener {
 public:
  std::atomic<std::uint64_t> delivered_count{0}, others{0};
  void delivered(const domain::Shot&) override { ++delivered_count; }
  void refused(const domain::Shot&, domain::Reason, const std::string&) override { ++others; }
  void failed(const domain::Shot&, const std::string&) override { ++others; }
};

domain::Shot face() {
  domain::Shot shot = testing::sample_shot();
  shot.camera_id = kCamera;
  shot.jpeg = testing::sample_jpeg({640, 360}, std::string(kImageBytes, 'x'));
  shot.captured = system_clock().utc_now();
  return shot;
}

void deliver(benchmark::State& state) {
  const ServerProcess server(state.range(1));
  if (server.url().empty()) return state.SkipWithError("the server did not start");
  const testing::TempDir dir;
  memory::MemoryManager memory({.budget_bytes = 256_MiB});
  auto outbox = outbox::Outbox::open({.path = dir / "vigia.db", .durability = kDurability[state.range(2)]},
                                     {kRoute}, memory, system_clock(), {.rate = 0});
  if (!outbox) return state.SkipWithError(outbox.error().text.c_str());
  Counted counted;
  (*outbox)->listen(kRoute, counted);
  Http http;
  FindfaceOptions options;
  options.url = server.url();
  options.user = options.password = "admin";
  options.uuid = "bench";
  Session session(options, http, system_clock());
  CameraTokens tokens;
  tokens.set(kCamera, kToken);
  SendToFindface courier(session, tokens, system_clock(), [](const auto&) { return std::nullopt; });
  if (!session.log_in({})) return state.SkipWithError("no login");
  delivery::Breaker breaker(courier.name(), system_clock());
  delivery::CameraWaits cameras(courier.name(), system_clock());
  std::vector<Worker> senders;
  for (int i = 0; i < state.range(0); ++i) {
    senders.emplace_back("sender", [&](const std::stop_token& stop) {
      delivery::run_sender({**outbox, kRoute, courier, breaker, cameras, counted, system_clock()}, stop);
    });
  }
  domain::Shot shot = face();
  for ([[maybe_unused]] auto _ : state) {
    for (std::uint64_t i = 0; i < kFaces; ++i) {
      ++shot.track;
      if (!(*outbox)->add(shot)) return state.SkipWithError("a face could not be added");
    }
    while (counted.delivered_count < kFaces && counted.others == 0) std::this_thread::sleep_for(1ms);
  }
  if (counted.others > 0) {
    return state.SkipWithError("not every face was delivered");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kFaces));
  state.SetLabel(kDurability[state.range(2)]);
}

}  // namespace
}  // namespace vigia::findface

int main(int argc, char** argv) {
  vigia::log::set_level(vigia::log::LogLevel::warning);
  benchmark::RegisterBenchmark("deliver", vigia::findface::deliver)
      ->ArgNames({"senders", "server_ms", "durability"})
      ->ArgsProduct({{1, 4, 16}, {0, 20}, {0, 1, 2}})
      ->Iterations(1)
      ->UseRealTime();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
