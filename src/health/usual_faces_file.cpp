#include "health/usual_faces_file.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/file.h"

namespace vigia::health {
namespace {

using Json = nlohmann::json;

constexpr Bytes kLargestFile = 64_MiB;  // a camera takes 3 KB at most

// Throws Json::exception where the value is not what it should be.
UsualFaces::Hours hours_of(const Json& json) {
  UsualFaces::Hours hours{};
  for (const auto& [hour, weeks] : json.items()) {
    auto numbers = weeks.get<UsualFaces::Hour>();
    const int index = std::stoi(hour);
    if (index < 0 || index >= kHoursOfWeek || numbers.size() > UsualFaces::kWeeks) continue;
    hours.at(static_cast<std::size_t>(index)) = std::move(numbers);
  }
  return hours;
}

Json json_of(const UsualFaces::Hours& hours) {
  Json json = Json::object();
  for (std::size_t hour = 0; hour < hours.size(); ++hour) {
    if (!hours.at(hour).empty()) json[std::to_string(hour)] = hours.at(hour);
  }
  return json;
}

}  // namespace

Result<LearnedHours> read_usual_faces(const std::filesystem::path& file) {
  std::error_code failed;
  if (!std::filesystem::exists(file, failed) && !failed) return LearnedHours{};
  const Result<std::string> text = read_file(file, kLargestFile);
  if (!text) return text.error();
  LearnedHours learned;
  try {
    const Json json = Json::parse(*text);
    for (const auto& [camera, hours] : json.at("cameras").items()) learned[camera] = hours_of(hours);
  } catch (const std::exception&) {
    return Error{ErrorCode::invalid, "'" + file.string() + "' is not a file of usual faces"};
  }
  return learned;
}

Status write_usual_faces(const std::filesystem::path& file, const LearnedHours& learned) {
  Json json = {{"version", 1}, {"cameras", Json::object()}};
  for (const auto& [camera, hours] : learned) json["cameras"][camera] = json_of(hours);
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return write_file_atomically(file, text, ReadableBy::owner);
}

}  // namespace vigia::health
