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
  // books: of the camera before, where this one takes its place.
  CameraContext(settings::CameraSettings camera, memory::Budget& budget,
                std::shared_ptr<CameraLedger> books = std::make_shared<CameraLedger>())
      : settings(std::move(camera)),
        shot_camera{settings.spec, settings.shot, budget.open(settings.spec.name, memory::Kind::jpeg)},
        shared_ledger(std::move(books)),
        ledger(*shared_ledger) {}

  [[nodiscard]] const std::string& name() const noexcept { return settings.spec.name; }

  // Constant after construction.
  const settings::CameraSettings settings;
  const shot::ShotCamera shot_camera;
  const std::shared_ptr<CameraLedger> shared_ledger;

  CameraLedger& ledger;  // thread-safe
};

}  // namespace vigia::orchestrator
