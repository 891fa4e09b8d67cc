// Settings of `vigia demo`: synthetic cameras, so that the main job can be tried without any set-up. Threads:
// thread-safe.
#pragma once

#include "settings/settings.h"

namespace vigia::settings {

// Cameras sim1, sim2, ... of 720p and 30 fps, each with its own `faces` people, who come and go within the
// scene, again and again. If `seconds` is 10 to 60 a scene lasts as long as the run, else 20 seconds, so that
// everybody has left when the run ends. The demo uses an outbox of its own: it must not deliver shots that
// wait in a real one.
Settings demo_settings(int cameras, int faces, double seconds);

}  // namespace vigia::settings
