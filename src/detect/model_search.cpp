#include "detect/model_search.h"

#include <fmt/format.h>

#include <cstdlib>
#include <system_error>

#include "detect/built_in.h"
#include "detect/published_models.h"

namespace vigia::detect {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// A broken link counts as present: a model that the user meant to use must not be skipped silently.
bool is_there(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(file, ignored));
}

}  // namespace

ModelPlaces ModelPlaces::from_environment() {
  ModelPlaces places;
  if (const std::string folder = variable("VIGIA_MODEL_DIR"); !folder.empty())
    places.models.emplace_back(folder);
  if (const std::string data = variable("XDG_DATA_HOME"); !data.empty()) {
    places.models.push_back(fs::path(data) / "vigia/models");
  } else if (const std::string home = variable("HOME"); !home.empty()) {
    places.models.push_back(fs::path(home) / ".local/share/vigia/models");
  }
  places.models.emplace_back("/usr/share/vigia/models");
  return places;
}

Result<FoundModel> find_model(const std::string& setting, const ModelPlaces& places) {
  if (setting == kBuiltInModel) return FoundModel{};
  if (setting != "auto") {
    if (is_there(setting)) return FoundModel{setting};
    return Error{
        ErrorCode::not_found,
        fmt::format("detector.model: {}: there is no such file (allowed: auto, vigia_n, or the path of a "
                    "YuNet .onnx file; 'vigia model' gets one)",
                    setting)};
  }
  for (const fs::path& folder : places.models) {
    for (const PublishedModel& model : kPublished) {
      if (is_there(folder / model.file)) return FoundModel{folder / model.file};
    }
  }
  return FoundModel{.file = {}, .instead = true};
}

}  // namespace vigia::detect
