#include "detect/built_in.h"

#include <bit>
#include <vector>

#include "detect/flat_weights.h"

namespace vigia::detect {

YunetWeights built_in_weights() {
  std::vector<float> numbers;
  for (const std::uint32_t word : built_in_words()) numbers.push_back(std::bit_cast<float>(word));
  YunetWeights weights = unflatten(numbers).value();  // the build has checked that they are complete
  weights.is_vigia_n = true;
  return weights;
}

}  // namespace vigia::detect
