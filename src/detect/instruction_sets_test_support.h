// For tests of what is compiled once for each instruction set.
#pragma once

#include <cstdint>
#include <vector>

#include <hwy/highway.h>

namespace vigia::detect {

// Those that this machine has.
inline std::vector<std::int64_t> instruction_sets() {
  std::vector<std::int64_t> sets;
  for (std::int64_t left = (hwy::SupportedTargets() | HWY_STATIC_TARGET) & HWY_TARGETS; left != 0;
       left &= left - 1)
    sets.push_back(left & -left);
  return sets;
}

// While it lives, kernels run on this instruction set.
class OnlyInstructionSet {
 public:
  explicit OnlyInstructionSet(std::int64_t set) {
    hwy::SetSupportedTargetsForTest(set);
    hwy::GetChosenTarget().Update(set);
  }
  ~OnlyInstructionSet() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
  }
  OnlyInstructionSet(const OnlyInstructionSet&) = delete;
  OnlyInstructionSet& operator=(const OnlyInstructionSet&) = delete;
};

}  // namespace vigia::detect
