#include "detect/yunet_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "base/mutex.h"

namespace vigia::detect {
namespace {

DnnlGraph::Pair layer_of(const ConvPair& pair) {
  return {.in = pair.in,
          .out = pair.out,
          .weights = pair.point,
          .bias = pair.point_bias,
          .depth_weights = pair.depth,
          .depth_bias = pair.depth_bias,
          .relu = pair.relu};
}

// Networks are made one after the other: oneDNN shares layers of equal shape between threads in ways that
// ThreadSanitizer cannot follow.
Mutex& making() {
  static Mutex mutex;
  return mutex;
}

bool contains(const auto& list, int value) {
  return std::ranges::count(list, value) > 0;
}

}  // namespace

Status check_input(domain::Size input) {
  const auto fits = [](int side) { return side >= kInputMin && side <= kInputMax && side % kInputStep == 0; };
  if (fits(input.width) && fits(input.height)) return ok_status();
  return Error{ErrorCode::invalid,
               fmt::format("detector.input {}x{}: width and height must be multiples of {} from {} to {}",
                           input.width, input.height, kInputStep, kInputMin, kInputMax)};
}

domain::Size filled_input(domain::Size content, domain::Size input) {
  const auto up = [](int length, int step) { return (length + step - 1) / step * step; };
  const auto filled = [up](int length, int side) {
    const int step = up((side + 4) / 5, kInputStep);
    return std::clamp(up(length, step), kInputMin, side);
  };
  return {filled(content.width, input.width), filled(content.height, input.height)};
}

Result<YunetNetwork> YunetNetwork::create(const YunetWeights& weights, domain::Size input,
                                          Precision precision) {
  if (Status fits = check_input(input); !fits) return fits.error();
  if (!DnnlGraph::cpu_has(precision)) {
    return Error{ErrorCode::unavailable, fmt::format("this CPU cannot run {} in bf16", weights.name())};
  }
  try {
    const MutexLock one_at_a_time(making());
    YunetNetwork network(input, precision);
    network.lay_out(weights);
    return network;
  } catch (const std::exception& problem) {
    return Error{ErrorCode::unavailable,
                 fmt::format("oneDNN cannot run {} at {}x{} {} here: {}", weights.name(), input.width,
                             input.height, to_string(precision), problem.what())};
  }
}

void YunetNetwork::lay_out(const YunetWeights& weights) {
  std::array<DnnlGraph::Tensor, kYunetLevels> taken;
  DnnlGraph::Tensor now = lay_backbone(weights, taken);
  for (std::size_t level = kYunetLevels; level-- > 0;) {
    if (level + 1 < kYunetLevels) {
      graph_.add_doubled(now, taken[level]);
      graph_.give_back(now);
    }
    now = graph_.pair(taken[level], layer_of(weights.neck[level]));
    graph_.give_back(taken[level]);
    heads_[level] = lay_heads(weights, level, now);
  }
  graph_.finish();
}

// Stores the tensors that the neck takes in `taken`, and returns the last one.
DnnlGraph::Tensor YunetNetwork::lay_backbone(const YunetWeights& weights,
                                             std::array<DnnlGraph::Tensor, kYunetLevels>& taken) {
  input_ = graph_.input(3, size_);
  DnnlGraph::Tensor now = graph_.convolution(input_, {.in = 3,
                                                      .out = YunetWeights::kFirstOut,
                                                      .kernel = 3,
                                                      .stride = 2,
                                                      .weights = weights.first,
                                                      .bias = weights.first_bias});
  graph_.give_back(input_);
  std::size_t level = 0;
  for (int i = 0; i < YunetWeights::kBackbonePairs; ++i) {
    const bool stays = contains(YunetWeights::kTakenAfter, i);
    const bool shrinks = contains(YunetWeights::kPooledAfter, i);
    DnnlGraph::Pair layer = layer_of(weights.backbone[static_cast<std::size_t>(i)]);
    layer.pool = shrinks && !stays;
    const DnnlGraph::Tensor next = graph_.pair(now, layer);
    graph_.give_back(now);
    now = next;
    if (!stays) continue;
    taken[level++] = now;
    if (shrinks) now = graph_.pooled(now);
  }
  return now;
}

// One level's shared pair (n only), then its heads. The features stay: the next finer level reads them.
DnnlGraph::Tensor YunetNetwork::lay_heads(const YunetWeights& weights, std::size_t level,
                                          DnnlGraph::Tensor features) {
  const bool shares = weights.variant == YunetVariant::n;
  const DnnlGraph::Tensor from = shares ? graph_.pair(features, layer_of(weights.shared[level])) : features;
  DnnlGraph::Pair layer = layer_of(weights.heads[level]);
  layer.floats = true;
  const DnnlGraph::Tensor heads = graph_.pair(from, layer);
  if (shares) graph_.give_back(from);
  return heads;
}

Status YunetNetwork::run() {
  try {
    graph_.run();
    return ok_status();
  } catch (const std::exception& problem) {
    return Error{ErrorCode::unavailable, fmt::format("oneDNN failed: {}", problem.what())};
  }
}

}  // namespace vigia::detect
