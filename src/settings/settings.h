// Everything that the user can set, as values: each part's options, and the cameras. load() in
// settings/load.h makes it from a file, the environment and flags; config/vigia.yaml shows every key.
// Threads: a value. It holds secrets (camera tokens and passwords, FindFace's): never log it whole.
#pragma once

#include <string>
#include <vector>

#include "base/log_options.h"
#include "delivery/delivery_options.h"
#include "detect/detector_options.h"
#include "findface/findface_options.h"
#include "ledger/ledger_options.h"
#include "memory/memory_options.h"
#include "outbox/outbox_options.h"
#include "pipeline/pipeline_options.h"
#include "sinks/sinks_options.h"
#include "web/web_options.h"

namespace vigia::settings {

using pipeline::CameraSettings;

struct Settings {
  std::vector<CameraSettings> cameras;  // complete: defaults are already in each
  CameraSettings defaults;              // for cameras that come from FindFace: copy it, set its spec
  detect::DetectorOptions detector;
  findface::FindfaceOptions findface;
  sinks::WebhookOptions webhook;
  sinks::MqttOptions mqtt;
  delivery::DeliveryOptions delivery;
  outbox::OutboxOptions outbox;
  ledger::LedgerOptions ledger;
  memory::MemoryOptions memory;
  web::WebOptions web;
  log::LogOptions logging;

  bool operator==(const Settings&) const = default;
};

}  // namespace vigia::settings
