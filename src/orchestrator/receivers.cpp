#include "orchestrator/receivers.h"

#include "base/log.h"
#include "http/http.h"
#include "outbox/directory_courier.h"
#include "sinks/mqtt_courier.h"
#include "sinks/webhook_courier.h"

namespace vigia::orchestrator {

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

std::unique_ptr<outbox::Courier> make_receiver(const std::string& name, const settings::Settings& settings,
                                               Clock& clock) {
  if (name == kMqtt) return std::make_unique<sinks::MqttCourier>(settings.mqtt, clock);
  if (name != kWebhook) return std::make_unique<outbox::DirectoryCourier>(faces_folder(settings));
  const std::string pins = pins_file(settings);
  const std::string warning = http::warning_of(sinks::webhook_tls(settings.webhook, pins));
  if (!warning.empty()) log::warn("{}", warning);
  return std::make_unique<sinks::WebhookCourier>(settings.webhook, pins, clock);
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
