#include "orchestrator/delivery.h"

#include <algorithm>

#include "base/log.h"
#include "findface/camera_list.h"
#include "findface/send_to_findface.h"
#include "orchestrator/receivers.h"
#include "outbox/send.h"
#include "shot/smaller_shot.h"

namespace vigia::orchestrator {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kLongestPause = 60s;

}  // namespace

http::TlsOptions findface_tls(const settings::Settings& settings) {
  return {.ca_file = settings.findface.ca_file,
          .pin = settings.findface.tls_pin,
          .insecure = settings.findface.tls_insecure,
          .pins_file = pins_file(settings),
          .section = "delivery.findface"};
}

Delivery::Delivery(const settings::Settings& settings, outbox::Outbox& outbox, memory::MemoryManager& memory,
                   Clock& clock)
    : settings_(settings), outbox_(outbox), clock_(clock) {
  if (settings.findface.enabled()) {
    open_findface(memory);
  } else {
    courier_ = make_receiver(receivers(settings).front(), settings, clock);
  }
  breaker_ = std::make_unique<outbox::Breaker>(courier_->name(), clock);
}

void Delivery::open_findface(memory::MemoryManager& memory) {
  const http::TlsOptions tls = findface_tls(settings_);
  if (const std::string warning = http::warning_of(tls); !warning.empty()) log::warn("{}", warning);
  http_ = std::make_unique<http::Http>(tls);
  session_ = std::make_unique<findface::Session>(settings_.findface, *http_, clock_);
  courier_ = std::make_unique<findface::SendToFindface>(*session_, tokens_, clock_,
                                                        shot::smaller_shots(memory.budget()));
}

Delivery::~Delivery() = default;

std::string Delivery::name() const {
  return courier_->name();
}

void Delivery::add_camera(const std::shared_ptr<CameraContext>& camera) {
  tokens_.add({camera->settings.spec});
  ledger_.add_camera(camera);
}

void Delivery::run_sender(const std::stop_token& stop) {
  outbox::run_sender({outbox_, *courier_, *breaker_, ledger_, clock_}, stop);
  ++senders_done_;
}

std::vector<settings::CameraSettings> Delivery::cameras_of_findface(const std::stop_token& stop) {
  if (!session_ || !settings_.cameras.empty()) return {};
  std::string said;
  for (Nanoseconds pause = 1s; !stop.stop_requested(); pause = std::min(pause * 2, kLongestPause)) {
    const auto list = findface::fetch_cameras(*session_, settings_.findface.camera_prefix, stop);
    if (!list) {
      if (list.error().text != said) log::error("no cameras yet: {}", list.error().text);
      said = list.error().text;
      clock_.sleep_for(pause, stop);
      continue;
    }
    for (const std::string& note : list->notes) log::warn("{}", note);
    std::vector<settings::CameraSettings> cameras;
    for (const domain::CameraSpec& spec : list->cameras) {
      cameras.push_back(settings_.defaults);
      cameras.back().spec = spec;
    }
    log::info("{} cameras from {}", cameras.size(), session_->shown_url());
    return cameras;
  }
  return {};
}

std::vector<RouteSummary> Delivery::routes() const {
  return {{.name = session_ ? "findface" : "directory", .breaker = breaker_->figures()}};
}

void Delivery::finish() {
  courier_->finish();
}

}  // namespace vigia::orchestrator
