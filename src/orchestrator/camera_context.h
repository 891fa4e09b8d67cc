// What every thread that handles something of a camera needs to know of it. Shared: an order to the shot
// writer may outlive the camera.
#pragma once

#include <memory>
#include <utility>

#include "memory/budget.h"
#include "orchestrator/camera_ledger.h"
#include "settings/settings.h"
#include "shot/make_shot.h"

namespace vigia::orchestrator {

struct CameraContext {
  CameraContext(settings::CameraSettings camera, memory::Budget& budget, bool takes_thumbnails = false)
      : settings(std::move(camera)),
        shot_camera{settings.spec, settings.shot, budget.open(settings.spec.name, memory::Kind::jpeg)},
        thumbnails(takes_thumbnails ? budget.open(settings.spec.name, memory::Kind::shots) : nullptr) {}

  [[nodiscard]] const std::string& name() const noexcept { return settings.spec.name; }

  // Constant after construction.
  const settings::CameraSettings settings;
  const shot::ShotCamera shot_camera;
  const std::shared_ptr<memory::Account> thumbnails;  // of its tracks; none: none are taken

  CameraLedger ledger;  // thread-safe
};

}  // namespace vigia::orchestrator
