// What every thread that handles something of a camera needs to know about it. Shared, because an order to
// the shot encoder may outlive the camera.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "base/mutex.h"
#include "closeup/main_stream.h"
#include "closeup/take_close_up.h"
#include "memory/budget.h"
#include "pipeline/camera_counters.h"
#include "pipeline/live_view.h"
#include "pipeline/pipeline_options.h"
#include "shot/make_shot.h"

namespace vigia::pipeline {

struct CameraContext {
  // counted: the counters of the camera that this one replaces, if it replaces one.
  // main_stream: null where faces are found and taken in the same stream.
  CameraContext(CameraSettings camera, memory::Budget& budget, bool wants_thumbnails = false,
                std::shared_ptr<CameraCounters> counted = std::make_shared<CameraCounters>(),
                std::unique_ptr<closeup::MainStream> main_stream = nullptr)
      : settings(std::move(camera)),
        main(std::move(main_stream)),
        shot_camera{settings.spec, settings.shot, budget.open(settings.spec.name, memory::Kind::jpeg)},
        people(budget.open(settings.spec.name, memory::Kind::shots)),
        takes_thumbnails(wants_thumbnails),
        shared_counters(std::move(counted)),
        counters(*shared_counters),
        video_transform_(
            domain::orientation_of(settings.source.video_transform).value_or(domain::Orientation())),
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

  // How many pixels of the picture that is posted one of the searched picture is: above 1 where best shots
  // come from a larger main stream. 1 until its size is known.
  [[nodiscard]] float enlarged() const noexcept { return enlarged_.load(std::memory_order_relaxed); }
  void set_enlarged(float times) noexcept { enlarged_.store(times, std::memory_order_relaxed); }
  // REQUIRES: main.
  [[nodiscard]] closeup::CloseUpCamera close_up() const {
    return {*main, shot_camera, limits(), settings.rot, video_transform_};
  }

  // Constant after construction.
  const CameraSettings settings;
  const std::unique_ptr<closeup::MainStream> main;  // null: there is one stream
  const shot::ShotCamera shot_camera;
  const std::shared_ptr<memory::Account> people;  // charged for views and thumbnails of people in view
  const bool takes_thumbnails;
  const std::shared_ptr<CameraCounters> shared_counters;

  CameraCounters& counters;  // thread-safe
  LiveView live;             // for who looks at its pictures

 private:
  const domain::Orientation video_transform_;
  std::atomic<float> enlarged_{1};

  mutable Mutex mutex_;
  shot::ShotOptions limits_ GUARDED_BY(mutex_);
};

}  // namespace vigia::pipeline
