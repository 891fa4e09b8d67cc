#include "detect/network_shelf.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace vigia::detect {

NetworkShelf::Sized* NetworkShelf::find(domain::Size input) noexcept {
  const std::size_t count = count_.load(std::memory_order_acquire);
  Sized* best = nullptr;
  auto least = std::numeric_limits<int>::max();
  for (const auto& sized : std::span(networks_).first(count)) {
    const domain::Size size = sized->network.input_size();
    if (size == input) return sized.get();
    if (size.width >= input.width && size.height >= input.height && area(size) < least) {
      best = sized.get();
      least = area(size);
    }
  }
  wanted_.store(input, std::memory_order_relaxed);
  return best;
}

bool NetworkShelf::has(domain::Size input) const noexcept {
  const auto made = std::span(networks_).first(count_.load(std::memory_order_relaxed));
  return std::ranges::any_of(made, [&](const auto& sized) { return sized->network.input_size() == input; });
}

// Tensors grow with the input's area; the weights, a small part, do not.
Bytes NetworkShelf::estimate(domain::Size input) const noexcept {
  const auto& known = networks_.front()->network;
  return known.memory_bytes() * area(input) / area(known.input_size());
}

Status NetworkShelf::make(domain::Size input) {
  return has(input) ? ok_status() : put(input, {});
}

Result<bool> NetworkShelf::make_wanted() {
  const domain::Size input = wanted_.exchange({}, std::memory_order_relaxed);
  const std::size_t count = count_.load(std::memory_order_relaxed);
  if (input == domain::Size{} || has(input) || count == 0 || count == kMost) return false;
  auto charge = memory::Charge::try_make(account_, estimate(input));
  if (!charge) {
    return Error{
        ErrorCode::no_memory,
        fmt::format("no memory for a network of {}x{}, a larger one is used: raise memory.budget_bytes",
                    input.width, input.height)};
  }
  if (Status made = put(input, *std::move(charge)); !made) return made.error();
  return true;
}

Status NetworkShelf::put(domain::Size input, memory::Charge charge) {
  auto network = YunetNetwork::create(*weights_, input, precision_);
  if (!network) return network.error();
  charge = memory::Charge(account_, network->memory_bytes());  // what it really takes
  const std::size_t count = count_.load(std::memory_order_relaxed);
  networks_.at(count) =
      std::make_unique<Sized>(Sized{*std::move(network), InputPreparer(input), std::move(charge)});
  count_.store(count + 1, std::memory_order_release);
  return ok_status();
}

}  // namespace vigia::detect
