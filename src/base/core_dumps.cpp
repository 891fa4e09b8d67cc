#include "base/core_dumps.h"

#include <sys/resource.h>

#include <algorithm>

namespace vigia {

void leave_no_core_dumps() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return;  // cannot happen: the resource exists
  constexpr rlim_t kNotEvenToAProgram = 1;
  limit.rlim_cur = std::min(kNotEvenToAProgram, limit.rlim_max);
  static_cast<void>(::setrlimit(RLIMIT_CORE, &limit));  // may always be lowered
}

}  // namespace vigia
