// What `vigia model` does: gets a YuNet file, and puts it where detector.model: auto looks first.
// Threads: the main thread only.
#pragma once

#include "settings/model_options.h"

namespace vigia::app {

// The file is taken from `from`, else from the folder at $VIGIA_MODEL_URL, else from where it is published,
// and kept only when its SHA-256 is the one that is known (detect/published_models.h). Nothing is fetched
// when the right file is there. Says on standard error what it does. Returns the exit code: 0 it is there, 1
// it is not.
int get_model(const settings::ModelOptions& options);

}  // namespace vigia::app
