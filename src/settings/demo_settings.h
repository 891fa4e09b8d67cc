// Settings of `vigia demo`: synthetic cameras, so that the main job shows itself without any set-up.
// Threads: thread-safe.
#pragma once

#include "settings/settings.h"

namespace vigia::settings {

// Cameras sim1, sim2, ... of 720p and 30 fps, each with its own `faces` people, who come and go within the
// scene, again and again. A scene is as long as the run where `seconds` is 10 to 60, else 20 seconds, so
// that everybody has gone when the run ends. Its outbox is one of its own: the shots that wait in a real
// one are not the demo's to deliver.
Settings demo_settings(int cameras, int faces, double seconds);

}  // namespace vigia::settings
