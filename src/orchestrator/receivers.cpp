#include "orchestrator/receivers.h"

#include <algorithm>

#include "base/log.h"
#include "findface/installation_uuid.h"
#include "findface/send_to_findface.h"
#include "http/http.h"
#include "shot/smaller_shot.h"
#include "sinks/directory_courier.h"
#include "sinks/mqtt_client.h"
#include "sinks/mqtt_courier.h"
#include "sinks/webhook_courier.h"

namespace vigia::orchestrator {

namespace {

// Where the MQTT courier notes what the broker retains, beside the outbox.
std::string retained_file(const settings::Settings& settings) {
  return settings.outbox.path + ".mqtt";
}

void warn_of(const http::TlsOptions& tls) {
  if (const std::string warning = http::warning_of(tls); !warning.empty()) log::warn("{}", warning);
}

std::unique_ptr<delivery::Courier> findface_courier(findface::Server& server,
                                                    const settings::Settings& settings,
                                                    memory::MemoryManager& memory, Clock& clock) {
  return std::make_unique<findface::SendToFindface>(
      server.session, server.tokens, clock, shot::smaller_shots(memory.budget()),
      findface::PostLimits{.timeout = from_seconds(settings.findface.post_timeout)});
}

std::unique_ptr<delivery::Courier> mqtt_courier(const settings::Settings& settings, Clock& clock,
                                                std::span<const Crash> crashes) {
  const bool has_crashed = std::ranges::find(crashes, sinks::kMqtt5Subject, &Crash::subject) != crashes.end();
  if (has_crashed) {
    log::warn(
        "MQTT: what the broker sent in MQTT 5 has crashed this program, so MQTT 3.1.1 is spoken; a broker "
        "that is "
        "brought up to date may help");
  }
  return std::make_unique<sinks::MqttCourier>(settings.mqtt, retained_file(settings), clock, has_crashed);
}

std::unique_ptr<delivery::Courier> other_courier(const std::string& name, const settings::Settings& settings,
                                                 memory::MemoryManager& memory, Clock& clock) {
  if (name != kWebhook) return std::make_unique<sinks::DirectoryCourier>(faces_folder(settings));
  const std::string pins = pins_file(settings);
  warn_of(sinks::webhook_tls(settings.webhook, pins));
  return std::make_unique<sinks::WebhookCourier>(settings.webhook, pins, clock,
                                                 shot::smaller_shots(memory.budget()));
}

}  // namespace

std::vector<std::string> receivers(const settings::Settings& settings) {
  std::vector<std::string> names;
  if (settings.findface.enabled()) names.emplace_back(kFindface);
  if (!settings.delivery.directory.empty()) names.emplace_back(kDirectory);
  if (settings.webhook.enabled()) names.emplace_back(kWebhook);
  if (settings.mqtt.enabled()) names.emplace_back(kMqtt);
  if (names.empty()) names.emplace_back(kDirectory);
  return names;
}

std::string faces_folder(const settings::Settings& settings) {
  return settings.delivery.directory.empty() ? "./faces" : settings.delivery.directory;
}

std::string pins_file(const settings::Settings& settings) {
  return settings.outbox.path + ".pins";
}

std::string uuid_file(const settings::Settings& settings) {
  return settings.outbox.path + ".uuid";
}

http::TlsOptions findface_tls(const settings::Settings& settings) {
  return {.ca_file = settings.findface.ca_file,
          .pin = settings.findface.tls_pin,
          .insecure = settings.findface.tls_insecure,
          .pins_file = pins_file(settings),
          .section = "delivery.findface"};
}

std::unique_ptr<findface::Server> make_findface(const settings::Settings& settings, Clock& clock) {
  if (!settings.findface.enabled()) return nullptr;
  const http::TlsOptions tls = findface_tls(settings);
  warn_of(tls);
  findface::FindfaceOptions options = settings.findface;
  options.uuid = findface::keep_uuid(options.uuid, uuid_file(settings));
  return std::make_unique<findface::Server>(options, tls, clock);
}

std::vector<delivery::Receiver> make_receivers(const settings::Settings& settings, findface::Server* findface,
                                               memory::MemoryManager& memory, Clock& clock,
                                               std::span<const Crash> crashes) {
  std::vector<delivery::Receiver> all;
  for (const std::string& name : receivers(settings)) {
    if (name == kFindface) {
      all.push_back({name, findface_courier(*findface, settings, memory, clock)});
    } else if (name == kMqtt) {
      all.push_back({name, mqtt_courier(settings, clock, crashes)});
    } else {
      all.push_back({name, other_courier(name, settings, memory, clock)});
    }
  }
  return all;
}

Result<std::string> try_receiver(const std::string& name, const settings::Settings& settings, Clock& clock,
                                 const std::stop_token& stop) {
  if (name == kMqtt) return sinks::try_mqtt(settings.mqtt, clock, stop);
  if (name == kWebhook) {
    const std::string pins = pins_file(settings);
    const std::string warning = http::warning_of(sinks::webhook_tls(settings.webhook, pins));
    Result<std::string> found = sinks::try_webhook(settings.webhook, pins, stop);
    if (found && !warning.empty()) *found += "; " + warning;
    return found;
  }
  return "faces go to directory " + faces_folder(settings);
}

}  // namespace vigia::orchestrator
