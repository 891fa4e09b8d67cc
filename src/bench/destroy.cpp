#include "bench/destroy.h"

#include <vector>

namespace vigia::bench {
namespace {

constexpr int kRounds = 3;
constexpr double kCalm = 0.25;  // seconds, before and after
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

// True when it was not stopped.
bool calm(Watch& watch) {
  const double end = watch.seconds() + kCalm;
  return watch.until([&] { return watch.seconds() >= end; }) == "time";
}

// Returns false when it was stopped.
bool one_round(const DestroyOptions& options, const DestroyStage& stage, ModeReport& report) {
  std::atomic<int> alive{0};
  std::vector<Objects> all(static_cast<std::size_t>(options.workers));
  const auto of = [&](int thread) -> Objects& {
    return all[static_cast<std::size_t>(thread % options.workers)];
  };
  stage.load.on_each_worker(
      [&](int thread) { of(thread) = make_objects(options.bytes / options.workers, alive); });
  if (!calm(stage.watch)) return false;
  report.rss_before_bytes = std::max(report.rss_before_bytes, stage.watch.resident());
  static_cast<void>(stage.figures.take_longest());
  const double begin = stage.watch.seconds();
  stage.figures.measuring = true;
  stage.load.on_each_worker([&](int thread) {
    for (auto& object : of(thread)) {
      stage.figures.stalling(stage.figures.own, [&] { stage.keeper.let_go(thread, std::move(object)); });
    }
  });
  const bool finished = stage.watch.until([&] { return alive == 0; }) == "time";
  report.seconds += stage.watch.seconds() - begin;
  const bool went_on = finished && calm(stage.watch);  // what it returns to the system late counts too
  stage.figures.measuring = false;
  report.rss_after_bytes = std::max(report.rss_after_bytes, stage.watch.resident());
  report.rounds += 1;
  if (alive > 0) stage.keeper.finish();  // `alive` ends here
  return went_on;
}

}  // namespace

void destroy_at_once(const DestroyOptions& options, const DestroyStage& stage, ModeReport& report) {
  report.destroyed_bytes = options.bytes;
  report.ended = "stopped";
  if (!calm(stage.watch)) return;
  for (int round = 0; round < kRounds; ++round) {
    if (!one_round(options, stage, report)) return;
  }
  report.ended = "time";
}

}  // namespace vigia::bench
