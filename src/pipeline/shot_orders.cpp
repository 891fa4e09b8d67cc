#include "pipeline/shot_orders.h"

namespace vigia::pipeline {

ShotOrders::~ShotOrders() {
  while (pop_for(Nanoseconds::zero())) {
  }
}

std::optional<ShotOrder> ShotOrders::push(ShotOrder order) {
  // Counted first, so that finished() waits for orders that are still being pushed.
  if (depth_.fetch_add(1) >= capacity_ || closed_) {
    --depth_;
    return order;
  }
  Node* const node = std::make_unique<Node>(Node{std::move(order)}).release();
  node->below = came_.load(std::memory_order_relaxed);
  while (
      !came_.compare_exchange_weak(node->below, node, std::memory_order_release, std::memory_order_relaxed)) {
  }
  filled_.post();
  return std::nullopt;
}

std::optional<ShotOrder> ShotOrders::pop_for(Nanoseconds at_most) {
  if (!filled_.wait_for(at_most)) return std::nullopt;
  if (taken_ == nullptr) take_all();
  if (taken_ == nullptr) return std::nullopt;  // close() woke us
  const std::unique_ptr<Node> oldest(taken_);
  taken_ = oldest->below;
  --depth_;
  return std::move(oldest->order);
}

void ShotOrders::close() noexcept {
  closed_ = true;
  filled_.post();
}

void ShotOrders::take_all() noexcept {
  for (Node* newest = came_.exchange(nullptr, std::memory_order_acquire); newest != nullptr;) {
    Node* const older = newest->below;
    newest->below = std::exchange(taken_, newest);
    newest = older;
  }
}

}  // namespace vigia::pipeline
