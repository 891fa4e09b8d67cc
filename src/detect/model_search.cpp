#include "detect/model_search.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>

namespace vigia::detect {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 2> kModelNames{"yunet_n_640_640.onnx",
                                                      "face_detection_yunet_2023mar.onnx"};
constexpr std::string_view kCascadeName = "haarcascade_frontalface_alt2.xml";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// A broken link counts as there: what its owner meant to be used must not be passed over silently.
bool is_there(const fs::path& file) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(file, ignored));
}

std::optional<fs::path> find_in(const std::vector<fs::path>& folders,
                                std::span<const std::string_view> names) {
  for (const fs::path& folder : folders) {
    for (const std::string_view name : names) {
      if (is_there(folder / name)) return folder / name;
    }
  }
  return std::nullopt;
}

std::string listed(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  names.reserve(folders.size());
  for (const fs::path& folder : folders) names.push_back(folder.string());
  return fmt::format("{}", fmt::join(names, ", "));
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
  places.cascades = {"/usr/share/opencv4/haarcascades", "/usr/share/opencv/haarcascades"};
  return places;
}

Result<FoundModel> find_model(const std::string& setting, const ModelPlaces& places) {
  const bool automatic = setting == "auto";
  if (!automatic && setting != "cascade") {
    if (is_there(setting)) return FoundModel{FoundModel::Kind::yunet, setting};
    return Error{
        ErrorCode::not_found,
        fmt::format("detector.model: {}: there is no such file (allowed: auto, cascade, or the path of a "
                    "YuNet .onnx file; ./dev model gets one)",
                    setting)};
  }
  if (automatic) {
    if (const auto file = find_in(places.models, kModelNames))
      return FoundModel{FoundModel::Kind::yunet, *file};
  }
  if (const auto file = find_in(places.cascades, std::array{kCascadeName})) {
    return FoundModel{FoundModel::Kind::cascade, *file, automatic};
  }
  const std::string also = automatic ? fmt::format("no YuNet model in {}, and ", listed(places.models)) : "";
  return Error{
      ErrorCode::not_found,
      fmt::format("detector.model: {}: {}no {} in {} (./dev model gets the first, package opencv-data has "
                  "the second)",
                  setting, also, kCascadeName, listed(places.cascades))};
}

}  // namespace vigia::detect
