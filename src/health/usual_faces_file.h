// The file that keeps what UsualFaces have learned over restarts: JSON, beside the outbox. Threads:
// functions; one thread at a time for a file.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/result.h"
#include "health/usual_faces.h"

namespace vigia::health {

using LearnedHours = std::map<std::string, UsualFaces::Hours>;  // by the camera's name

// A file that does not exist is empty. Errors: io, invalid (it is not such a file).
Result<LearnedHours> read_usual_faces(const std::filesystem::path& file);
// The file is whole, old or new, also after a power cut. Errors: io.
Status write_usual_faces(const std::filesystem::path& file, const LearnedHours& learned);

}  // namespace vigia::health
