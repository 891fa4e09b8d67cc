// What workers ask of the shot thread.
#pragma once

#include <memory>
#include <variant>

#include "base/channel.h"
#include "domain/shot_image.h"
#include "orchestrator/camera_context.h"
#include "track/manage_tracks.h"

namespace vigia::orchestrator {

// Turn this picture into a JPEG now, while its tracks are still open: that gives its frame buffer back.
struct EncodeEarly {
  std::shared_ptr<domain::ShotImage> image;
};

struct ShotOrder {
  std::shared_ptr<CameraContext> camera;
  std::variant<track::Finished, EncodeEarly> what;
};

using ShotOrders = Channel<ShotOrder>;

}  // namespace vigia::orchestrator
