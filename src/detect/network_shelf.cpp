#include "detect/network_shelf.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace vigia::detect {
namespace {

// A size in one word, since an atomic struct may need a lock.
std::uint64_t packed(domain::Size size) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(size.width)) << 32U |
         static_cast<std::uint32_t>(size.height);
}
domain::Size unpacked(std::uint64_t word) noexcept {
  return {static_cast<int>(word >> 32U), static_cast<int>(word & 0xFFFF'FFFFU)};
}

}  // namespace

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
  wanted_.store(packed(input), std::memory_order_relaxed);
  return best;
}

bool NetworkShelf::has(domain::Size input) const noexcept {
  const auto made = std::span(networks_).first(count_.load(std::memory_order_relaxed));
  return std::ranges::any_of(made, [&](const auto& sized) { return sized->network.input_size() == input; });
}

Status NetworkShelf::make(domain::Size input, Claim claim) {
  if (has(input)) return ok_status();
  auto network = YunetNetwork::create(*weights_, input, precision_);
  if (!network) return network.error();
  const Bytes bytes = network->memory_bytes();
  std::optional<memory::Charge> charge;
  if (claim == Claim::needed) {
    charge.emplace(account_, bytes);
  } else {
    charge = memory::Charge::try_make(account_, bytes);
  }
  if (!charge) {
    return Error{ErrorCode::no_memory, fmt::format("the budget has no room for a network of {}x{}: raise "
                                                   "memory.budget_bytes",
                                                   input.width, input.height)};
  }
  const std::size_t count = count_.load(std::memory_order_relaxed);
  networks_.at(count) =
      std::make_unique<Sized>(Sized{*std::move(network), InputPreparer(input), *std::move(charge)});
  count_.store(count + 1, std::memory_order_release);
  return ok_status();
}

Result<bool> NetworkShelf::make_wanted() {
  const domain::Size input = unpacked(wanted_.exchange(0, std::memory_order_relaxed));
  if (input == domain::Size{} || has(input) || count_.load(std::memory_order_relaxed) == kMost) return false;
  if (Status made = make(input, Claim::refusable); !made) return made.error();
  return true;
}

}  // namespace vigia::detect
