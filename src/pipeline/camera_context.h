// What every thread that handles something of a camera needs to know about it. Shared, because an order to
// the shot encoder may outlive the camera.
#pragma once

#include <memory>
#include <utility>

#include "base/mutex.h"
#include "memory/budget.h"
#include "pipeline/camera_counters.h"
#include "pipeline/pipeline_options.h"
#include "shot/make_shot.h"

namespace vigia::pipeline {

struct CameraContext {
  // counted: the counters of the camera that this one replaces, if it replaces one.
  CameraContext(CameraSettings camera, memory::Budget& budget, bool wants_thumbnails = false,
                std::shared_ptr<CameraCounters> counted = std::make_shared<CameraCounters>())
      : settings(std::move(camera)),
        shot_camera{settings.spec, settings.shot, budget.open(settings.spec.name, memory::Kind::jpeg)},
        people(budget.open(settings.spec.name, memory::Kind::shots)),
        takes_thumbnails(wants_thumbnails),
        shared_counters(std::move(counted)),
        counters(*shared_counters),
        limits_(settings.shot) {}

  [[nodiscard]] const std::string& name() const noexcept { return settings.spec.name; }
  // The filters that apply now: the camera's own, or FindFace's where they are stricter. Thread-safe.
  [[nodiscard]] shot::ShotOptions limits() const {
    MutexLock lock(mutex_);
    return limits_;
  }
  void set_limits(const shot::ShotOptions& limits) {
    MutexLock lock(mutex_);
    limits_ = limits;
  }

  // Constant after construction.
  const CameraSettings settings;
  const shot::ShotCamera shot_camera;
  const std::shared_ptr<memory::Account> people;  // charged for views and thumbnails of people in view
  const bool takes_thumbnails;
  const std::shared_ptr<CameraCounters> shared_counters;

  CameraCounters& counters;  // thread-safe

 private:
  mutable Mutex mutex_;
  shot::ShotOptions limits_ GUARDED_BY(mutex_);
};

}  // namespace vigia::pipeline
