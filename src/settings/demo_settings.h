// Settings of `vigia demo`: synthetic cameras, so that the main job shows itself without any set-up.
// Threads: thread-safe.
#pragma once

#include "settings/settings.h"

namespace vigia::settings {

// Cameras sim1, sim2, ... of 720p and 30 fps, each with its own `faces` people, who come and go within the
// scene. The scene is played once and is as long as the run where `seconds` is 10 to 60; else it is 20
// seconds long and looped. seconds 0: until stopped.
Settings demo_settings(int cameras, int faces, double seconds);

}  // namespace vigia::settings
