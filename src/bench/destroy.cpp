#include "bench/destroy.h"

#include <atomic>
#include <vector>

#include "bench/memory_sampler.h"

namespace vigia::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto kCalm = 250ms;
constexpr auto kSampleEvery = 10ms;
constexpr Bytes kLeastNode = 100, kMostNode = 4096;

using Objects = std::vector<std::unique_ptr<memory::Retirable>>;

// Blocks and nodes in turn, all written.
Objects make_objects(Bytes bytes, std::atomic<int>& alive) {
  Objects objects;
  Bytes node = kLeastNode;
  for (Bytes made = 0; made < bytes;) {
    auto block = std::make_unique<BenchImage>(kFrameBytes, &alive);
    block->fill();
    auto nodes = std::make_unique<BenchNodes>(&alive);
    while (nodes->charge() < kFrameBytes) {
      nodes->add(node);
      node = kLeastNode + (node * 31 + 17) % (kMostNode - kLeastNode);  // all sizes, in no order
    }
    made += block->charge() + nodes->charge();
    objects.push_back(std::move(block));
    objects.push_back(std::move(nodes));
  }
  return objects;
}

}  // namespace

void destroy_at_once(const DestroyOptions& options, const DestroyStage& stage, ModeFigures& report) {
  std::atomic<int> alive{0};
  std::vector<Objects> all(static_cast<std::size_t>(options.workers));
  const auto of = [&](int thread) -> Objects& {
    return all[static_cast<std::size_t>(thread % options.workers)];
  };
  report.destroyed_bytes = options.bytes;
  report.ended = "stopped";
  if (stage.signals.wait_for(kCalm)) return;
  stage.load.on_each_worker(
      [&](int thread) { of(thread) = make_objects(options.bytes / options.workers, alive); });
  if (stage.signals.wait_for(kCalm)) return;

  static_cast<void>(stage.figures.take_longest());
  MemorySampler watch(stage.figures, stage.signals, {.limit = 0, .sample_every = kSampleEvery});
  report.rss_before_bytes = watch.resident();
  stage.figures.measuring = true;
  stage.load.on_each_worker([&](int thread) {
    for (auto& object : of(thread)) {
      stage.figures.stalling(stage.figures.own, [&] { stage.keeper.let_go(thread, std::move(object)); });
    }
  });
  report.ended = watch.until([&] { return alive == 0; });
  report.seconds = watch.seconds();
  const double end = watch.seconds() + to_seconds(kCalm);
  if (report.ended == "time") report.ended = watch.until([&] { return watch.seconds() >= end; });
  stage.figures.measuring = false;
  report.rss_after_bytes = watch.resident();
  stage.load.stop();
  stage.keeper.finish();  // whatever still lives: `alive` ends here
}

}  // namespace vigia::bench
