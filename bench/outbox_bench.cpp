// Measures the cost of keeping a shot until it is delivered: add, take and finish one, by the size of its
// image, by outbox.durability, and by where images lie: in the database (blob), as the outbox has it, or
// beside it (file: written, synced, renamed, its folder synced; the row has no image). And the cost of many
// waiting shots: the time to open, the memory.
//
//   ./dev bench outbox
//   TMPDIR=/srv/vigia ./dev bench outbox        # measures this disk
//
// Counters for one shot: add_us, take_us, finish_us (means), add_p99_us; Time is all three together.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/file.h"
#include "base/histogram.h"
#include "base/log.h"
#include "memory/allocator.h"
#include "memory/system_memory.h"
#include "outbox/outbox.h"
#include "testing/sample_shot.h"
#include "testing/temp_dir.h"

namespace vigia::outbox {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr const char* kDurability[] = {"full", "shots", "process"};
constexpr const char* kRoute = "findface";

std::shared_ptr<const domain::Jpeg> image_of(std::size_t bytes) {
  domain::Jpeg jpeg;
  jpeg.bytes.resize(bytes);
  std::minstd_rand random;
  for (std::byte& byte : jpeg.bytes) byte = static_cast<std::byte>(random());
  jpeg.size = {1280, 720};
  return std::make_shared<const domain::Jpeg>(std::move(jpeg));
}

// Where the images are stored: Blobs, in the database, so that there is nothing to do here; Files, beside it.
class Blobs {
 public:
  explicit Blobs(const testing::TempDir&) {}
  void write(domain::Shot&) {}
  void read(domain::Shot&) {}
  void remove() {}
};

class Files {
 public:
  explicit Files(const testing::TempDir& dir)
      : path_(dir / "image.jpg"), folder_(::open(dir.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {}
  void write(domain::Shot& shot) {
    good_ = write_file_atomically(path_, shot.jpeg->bytes).ok() && ::fsync(folder_.get()) == 0 && good_;
    shot.jpeg = nothing_;
  }
  void read(domain::Shot&) { good_ = read_file(path_, 16_MiB).ok() && good_; }
  void remove() { good_ = ::unlink(path_.c_str()) == 0 && good_; }
  ~Files() {
    if (!good_) std::fputs("outbox_bench: a file could not be written: the figures are wrong\n", stderr);
  }

 private:
  std::string path_;
  Fd folder_;
  std::shared_ptr<const domain::Jpeg> nothing_ = image_of(1);
  bool good_ = true;
};

struct Stage {
  Histogram times;
  Steady::duration total{0};
  void record(Steady::duration took) {
    times.record(took);
    total += took;
  }
};

template <class Images>
void add_take_finish(benchmark::State& state) {
  const testing::TempDir dir;
  memory::MemoryManager memory({.budget_bytes = 256_MiB});
  auto outbox = Outbox::open({.path = dir / "vigia.db", .durability = kDurability[state.range(1)]}, {kRoute},
                             memory, system_clock());
  if (!outbox) return state.SkipWithError(outbox.error().text.c_str());
  Images images(dir);
  const auto image = image_of(static_cast<std::size_t>(state.range(0)));
  Stage add, take, finish;
  for ([[maybe_unused]] auto _ : state) {
    domain::Shot shot = testing::sample_shot();
    shot.jpeg = image;
    const auto begin = Steady::now();
    images.write(shot);
    bool good = (*outbox)->add(shot).ok();
    const auto added = Steady::now();
    auto taken = (*outbox)->take(kRoute, system_clock().now(), {});
    images.read(shot);
    const auto read = Steady::now();
    good = good && taken.ok() && *taken && (*outbox)->finished(**taken).ok();
    images.remove();
    const auto finished = Steady::now();
    if (!good) return state.SkipWithError("a shot could not be added, taken or finished");
    add.record(added - begin);
    take.record(read - added);
    finish.record(finished - read);
  }
  const auto mean_us = [&state](const Stage& of) {
    return std::chrono::duration<double, std::micro>(of.total).count() /
           static_cast<double>(state.iterations());
  };
  state.counters["add_us"] = mean_us(add);
  state.counters["add_p99_us"] = add.times.percentiles(1us).p99;
  state.counters["take_us"] = mean_us(take);
  state.counters["finish_us"] = mean_us(finish);
  state.SetLabel(kDurability[state.range(1)]);
}

// With many waiting shots: the time to open the outbox, and its memory.
void open_with_waiting(benchmark::State& state) {
  const testing::TempDir dir;
  memory::MemoryManager memory({.budget_bytes = 256_MiB});
  const OutboxOptions options{.path = dir / "vigia.db", .durability = "process"};
  {
    auto outbox = Outbox::open(options, {kRoute}, memory, system_clock());
    if (!outbox) return state.SkipWithError(outbox.error().text.c_str());
    domain::Shot shot = testing::sample_shot();
    shot.jpeg = image_of(2000);
    const std::vector<domain::Shot> many(500, shot);
    for (std::int64_t left = state.range(0); left > 0; left -= 500) {
      if (!(*outbox)->add(many)) return state.SkipWithError("shots could not be added");
    }
  }
  double bytes_a_row = 0;
  for ([[maybe_unused]] auto _ : state) {
    memory::trim_allocator();  // what filling it left would be used again, and not be seen
    const Bytes before = memory::anonymous_memory();
    auto outbox = Outbox::open(options, {kRoute}, memory, system_clock());
    if (!outbox) return state.SkipWithError(outbox.error().text.c_str());
    bytes_a_row =
        static_cast<double>(memory::anonymous_memory() - before) / static_cast<double>(state.range(0));
    benchmark::DoNotOptimize((*outbox)->pending());
    state.PauseTiming();
    outbox = Error{ErrorCode::ended, ""};
    state.ResumeTiming();
  }
  state.counters["bytes_a_row"] = bytes_a_row;
}

}  // namespace
}  // namespace vigia::outbox

int main(int argc, char** argv) {
  using namespace vigia::outbox;
  vigia::log::set_level(vigia::log::LogLevel::warning);
  for (const int durability : {0, 1, 2}) {
    for (const int size : {1000, 10'000, 100'000, 300'000, 1'000'000}) {
      const auto compare = [&](const char* name, void (*run)(benchmark::State&)) {
        benchmark::RegisterBenchmark(name, run)->Args({size, durability})->Iterations(200)->UseRealTime();
      };
      compare("blob", add_take_finish<Blobs>);
      compare("file", add_take_finish<Files>);
    }
  }
  benchmark::RegisterBenchmark("open", open_with_waiting)
      ->Arg(1000)
      ->Arg(100'000)
      ->Iterations(1)
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
