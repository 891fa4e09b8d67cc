#include "outbox/loss_log.h"

#include <chrono>
#include <utility>

#include "base/log.h"

namespace vigia::outbox {

using std::chrono_literals::operator""min;

void LossLog::add(std::uint64_t shots, SteadyTime now, const std::string& detail) {
  detail_ = detail;
  total_ += shots;
  unlogged_ += shots;
  log_if_due(now);
}

void LossLog::log_if_due(SteadyTime now) {
  if (now < not_before_ || unlogged_ == 0) return;
  not_before_ = now + 1min;
  log_rest();
}

void LossLog::log_rest() {
  if (unlogged_ == 0) return;
  log::warn("outbox: {} {} ({} in all){}{}", std::exchange(unlogged_, 0), why_, total_,
            detail_.empty() ? "" : ": ", detail_);
}

}  // namespace vigia::outbox
