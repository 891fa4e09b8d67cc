#include "delivery/routes.h"

#include <algorithm>
#include <utility>

#include "delivery/send.h"

namespace vigia::delivery {
namespace {

std::vector<std::string> conditions_of(const status::CameraStatus& camera) {
  std::vector<std::string> names;
  for (const status::ConditionStatus& condition : camera.conditions) names.push_back(condition.name);
  return names;
}

}  // namespace

Routes::Routes(std::vector<Receiver> receivers, outbox::Outbox& outbox, outbox::ShotListener& faces,
               Clock& clock, int resend_unanswered)
    : outbox_(outbox), clock_(clock), resend_unanswered_(resend_unanswered) {
  for (Receiver& receiver : receivers) {
    const bool is_primary = routes_.empty();
    routes_.push_back(std::make_unique<Route>(std::move(receiver), is_primary ? &faces : nullptr, clock));
    outbox.listen(routes_.back()->name, routes_.back()->counters);
  }
}

Routes::~Routes() = default;

std::string Routes::name() const {
  std::string names;
  for (const auto& route : routes_) names += (names.empty() ? "" : ", ") + route->courier->name();
  return names;
}

void Routes::show_cameras(std::span<const status::CameraStatus> cameras) {
  std::set<std::string> now;
  for (const status::CameraStatus& camera : cameras) {
    if (camera.state == status::kRemoved) continue;
    now.insert(camera.name);
    const ShownCamera health{.online = camera.is_online,
                             .state = camera.state,
                             .reason = camera.reason,
                             .since = camera.since,
                             .conditions = conditions_of(camera)};
    for (const auto& route : routes_) route->courier->camera_state(camera.name, health);
  }
  for (const std::string& name : shown_) {
    if (now.contains(name)) continue;
    for (const auto& route : routes_) route->courier->camera_gone(name);
  }
  shown_ = std::move(now);
}

void Routes::tell(const CameraNotice& notice) {
  for (const auto& route : routes_) {
    if (route->courier->takes_notices()) route->notices.push(notice);
  }
}

std::vector<std::string> Routes::take_notices() const {
  std::vector<std::string> names;
  for (const auto& route : routes_) {
    if (route->courier->takes_notices()) names.push_back(route->name);
  }
  return names;
}

void Routes::run_notices(const std::string& name, const std::stop_token& stop) {
  for (const auto& route : routes_) {
    if (route->name == name) route->notices.run(*route->courier, clock_, stop);
  }
}

void Routes::run_sender(const std::string& name, const std::stop_token& stop) {
  for (const auto& route : routes_) {
    if (route->name != name) continue;
    delivery::run_sender({outbox_, route->name, *route->courier, route->breaker, route->cameras,
                          route->counters, clock_, resend_unanswered_},
                         stop);
    ++route->senders_done;
  }
}

bool Routes::senders_done(int of) const noexcept {
  return std::ranges::all_of(routes_, [of](const auto& route) { return route->senders_done == of; });
}

std::vector<status::RouteStatus> Routes::status() const {
  std::vector<status::RouteStatus> all;
  for (const auto& route : routes_) {
    all.push_back({.name = route->name,
                   .pending = outbox_.pending(route->name).shots,
                   .delivered = route->counters.delivered_count,
                   .refused = route->counters.refused_count,
                   .failed = route->counters.failed_count,
                   .unheard = route->courier->unheard(),
                   .clock_corrected = route->counters.clock_corrected_count,
                   .clock_unset = route->counters.clock_unset_count,
                   .notices_dropped = route->notices.dropped(),
                   .breaker = route->breaker.status(),
                   .waits = route->cameras.status()});
  }
  return all;
}

void Routes::finish() {
  for (const auto& route : routes_) route->courier->finish();
}

}  // namespace vigia::delivery
