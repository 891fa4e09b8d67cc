#include "outbox/loss_log.h"

#include <chrono>
#include <utility>

#include "base/log.h"

namespace vigia::outbox {

using std::chrono_literals::operator""min;

void LossLog::add(std::uint64_t shots, SteadyTime now, const std::string& detail) {
  detail_ = detail;
  total_ += shots;
  unsaid_ += shots;
  say(now);
}

void LossLog::say(SteadyTime now) {
  if (now < not_before_ || unsaid_ == 0) return;
  not_before_ = now + 1min;
  say_rest();
}

void LossLog::say_rest() {
  if (unsaid_ == 0) return;
  log::warn("outbox: {} {} ({} in all){}{}", std::exchange(unsaid_, 0), why_, total_,
            detail_.empty() ? "" : ": ", detail_);
}

}  // namespace vigia::outbox
