// Carries out `vigia model`: gets a YuNet file, and puts it where detector.model: auto looks first.
// Threads: the main thread only.
#pragma once

#include "settings/model_options.h"

namespace vigia::app {

// Takes the file from `from`, else from the folder at $VIGIA_MODEL_URL, else from where it is published, and
// keeps it only if its SHA-256 is the known one (detect/published_models.h). Fetches nothing if the right
// file exists. Prints its steps to standard error. Returns the exit code: 0 the file exists, 1 it does not.
int get_model(const settings::ModelOptions& options);

}  // namespace vigia::app
