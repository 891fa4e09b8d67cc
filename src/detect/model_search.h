// Where the detector's model comes from.
//
// detector.model: auto takes the first of these files, in this order of folders: $VIGIA_MODEL_DIR,
// $XDG_DATA_HOME/vigia/models (~/.local/share/vigia/models without it), /usr/share/vigia/models; in a folder
// yunet_n_640_640.onnx before face_detection_yunet_2023mar.onnx. Without any, the built-in vigia_n
// (built_in.h). A path means that file or an error, "vigia_n" the built-in one.
// Threads: pure, but for reading the environment (call it before others may change that).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace vigia::detect {

struct ModelPlaces {
  std::vector<std::filesystem::path> models;  // folders for YuNet's files

  static ModelPlaces from_environment();
};

struct FoundModel {
  std::filesystem::path file;  // empty: the built-in
  bool instead = false;        // the built-in one replaces a YuNet that was not found

  [[nodiscard]] bool is_built_in() const { return file.empty(); }
};

// setting: detector.model. Errors: not_found; the text says how to fix it.
Result<FoundModel> find_model(const std::string& setting, const ModelPlaces& places);

}  // namespace vigia::detect
