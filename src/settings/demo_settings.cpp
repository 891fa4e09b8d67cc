#include "settings/demo_settings.h"

#include <fmt/format.h>

#include <cmath>

namespace vigia::settings {

Settings demo_settings(int cameras, int faces, double seconds) {
  const int scene = seconds >= 10 && seconds <= 60 ? static_cast<int>(std::floor(seconds)) : 20;
  Settings settings;
  settings.outbox.path = "./vigia-demo.db";
  settings.ledger.path = "./vigia-demo-events.db";
  for (int i = 1; i <= cameras; ++i) {
    CameraSettings camera;
    camera.spec.name = fmt::format("sim{}", i);
    camera.spec.url = fmt::format("sim:faces={}&size=1280x720&fps=30&seed={}&seconds={}", faces, i, scene);
    settings.cameras.push_back(std::move(camera));
  }
  return settings;
}

}  // namespace vigia::settings
