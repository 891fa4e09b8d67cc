#include "orchestrator/delivery.h"

#include <algorithm>

#include "base/log.h"
#include "findface/send_to_findface.h"
#include "orchestrator/receivers.h"
#include "outbox/send.h"
#include "shot/smaller_shot.h"

namespace vigia::orchestrator {

http::TlsOptions findface_tls(const settings::Settings& settings) {
  return {.ca_file = settings.findface.ca_file,
          .pin = settings.findface.tls_pin,
          .insecure = settings.findface.tls_insecure,
          .pins_file = pins_file(settings),
          .section = "delivery.findface"};
}

Delivery::Delivery(const settings::Settings& settings, outbox::Outbox& outbox, ledger::Ledger& ledger,
                   memory::MemoryManager& memory, Clock& clock)
    : settings_(settings), outbox_(outbox), clock_(clock), ledger_(ledger) {
  for (const std::string& name : receivers(settings)) {
    const bool is_primary = routes_.empty();
    auto courier = name == kFindface ? findface_courier(memory) : make_receiver(name, settings, clock);
    routes_.push_back(
        std::make_unique<Route>(name, std::move(courier), is_primary ? &ledger_ : nullptr, clock));
    outbox.listen(name, routes_.back()->ledger);
  }
}

std::unique_ptr<outbox::Courier> Delivery::findface_courier(memory::MemoryManager& memory) {
  const http::TlsOptions tls = findface_tls(settings_);
  if (const std::string warning = http::warning_of(tls); !warning.empty()) log::warn("{}", warning);
  http_ = std::make_unique<http::Http>(tls);
  session_ = std::make_unique<findface::Session>(settings_.findface, *http_, clock_);
  return std::make_unique<findface::SendToFindface>(*session_, tokens_, clock_,
                                                    shot::smaller_shots(memory.budget()));
}

Delivery::~Delivery() = default;

std::string Delivery::name() const {
  std::string names;
  for (const auto& route : routes_) names += (names.empty() ? "" : ", ") + route->courier->name();
  return names;
}

void Delivery::add_camera(const std::shared_ptr<CameraContext>& camera) {
  const domain::CameraSpec& spec = camera->settings.spec;
  tokens_.add({spec});
  if (settings_.cameras.empty() && spec.id) {  // FindFace's
    ledger_.add_camera(*spec.id, camera->shared_ledger);
  } else {
    ledger_.add_camera(spec.name, camera->shared_ledger);
  }
}

void Delivery::forget_camera(std::int64_t id) {
  tokens_.remove(id);
  ledger_.remove_camera(id);
}

void Delivery::camera_state(const std::string& camera, bool online) {
  for (const auto& route : routes_) route->courier->camera_state(camera, online);
}

void Delivery::camera_gone(const std::string& camera) {
  for (const auto& route : routes_) route->courier->camera_gone(camera);
}

void Delivery::run_sender(const std::string& name, const std::stop_token& stop) {
  for (const auto& route : routes_) {
    if (route->name != name) continue;
    outbox::run_sender({outbox_, route->name, *route->courier, route->breaker, route->ledger, clock_}, stop);
    ++route->senders_done;
  }
}

bool Delivery::senders_done(int of) const noexcept {
  return std::ranges::all_of(routes_, [of](const auto& route) { return route->senders_done == of; });
}

std::vector<RouteSummary> Delivery::routes() const {
  std::vector<RouteSummary> all;
  for (const auto& route : routes_) {
    const RouteLedger& ledger = route->ledger;
    all.push_back({.name = route->name,
                   .pending = outbox_.pending(route->name).shots,
                   .delivered = ledger.delivered_count,
                   .refused = ledger.refused_count,
                   .failed = ledger.failed_count,
                   .breaker = route->breaker.figures()});
  }
  return all;
}

void Delivery::finish() {
  for (const auto& route : routes_) route->courier->finish();
}

}  // namespace vigia::orchestrator
