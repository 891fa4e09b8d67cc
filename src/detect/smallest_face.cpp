#include "detect/smallest_face.h"

#include <algorithm>
#include <cmath>

namespace vigia::detect {

domain::Size clamp(domain::Size input, const InputRange& range) noexcept {
  const domain::Size bounded = area(input) > area(range.most) ? range.most : input;
  return area(bounded) < area(range.least) ? range.least : bounded;
}

int smallest_face(domain::Size looked_at, domain::Size input, int in_input) noexcept {
  const double shrunk = std::max(static_cast<double>(looked_at.width) / input.width,
                                 static_cast<double>(looked_at.height) / input.height);
  return static_cast<int>(std::ceil(static_cast<float>(in_input) * shrunk));
}

domain::Size input_for(domain::Size looked_at, int least_face, int in_input) noexcept {
  const auto* const enough = std::ranges::find_if(
      kInputs, [&](domain::Size input) { return smallest_face(looked_at, input, in_input) <= least_face; });
  return enough != kInputs.end() ? *enough : kInputs.back();
}

}  // namespace vigia::detect
