// Identifies a camera: two of FindFace's may have the same name.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "domain/shot.h"

namespace vigia::domain {

struct CameraKey {
  std::string name;
  std::optional<std::int64_t> id;  // FindFace's

  auto operator<=>(const CameraKey&) const = default;
};

[[nodiscard]] inline CameraKey camera_of(const Shot& shot) {
  return {shot.camera, shot.camera_id};
}

}  // namespace vigia::domain
