#include "bench/people_truth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/file.h"

namespace vigia::bench {
namespace {

using Json = nlohmann::ordered_json;  // people stay in the order of the file

constexpr Bytes kLargestFile = 1_GiB;
constexpr std::size_t kMostFrames = 10'000'000;

Error wrong(const std::filesystem::path& file, const std::string& why) {
  return {ErrorCode::invalid, fmt::format("{}: {}", file.string(), why)};
}

Present present_of(const Json& row, int who) {
  return {.who = who,
          .face = {row.at(1), row.at(2), row.at(3), row.at(4)},
          .visible = row.at(5).get<double>() != 0};
}

std::vector<Present>& faces_of(Truth& truth, std::size_t frame) {
  if (frame >= truth.frames.size()) truth.frames.resize(frame + 1);
  return truth.frames[frame];
}

Truth film_of(const Json& json) {
  Truth truth;
  truth.fps = json.at("fps");
  truth.size = {json.at("size").at(0), json.at("size").at(1)};
  const Json posters = json.value("posters", Json::array());
  for (const auto& [name, rows] : json.at("people").items()) {
    const int who = static_cast<int>(truth.people.size());
    truth.people.push_back({name, std::find(posters.begin(), posters.end(), name) != posters.end()});
    for (const Json& row : rows) {
      const double frame = std::round(row.at(0).get<double>() * truth.fps);
      if (!(frame >= 0) || frame > static_cast<double>(kMostFrames)) continue;
      faces_of(truth, static_cast<std::size_t>(frame)).push_back(present_of(row, who));
    }
  }
  return truth;
}

// The numbers of one line of read_faces(); false: there are not as many as it says.
bool read_line(std::istringstream& line, std::map<std::int64_t, int>& known, Truth& truth) {
  std::size_t frame = 0, count = 0;
  if (!(line >> frame >> count) || frame > kMostFrames) return false;
  std::vector<Present>& faces = faces_of(truth, frame);
  for (std::size_t i = 0; i < count; ++i) {
    std::int64_t identity = 0;
    double flag = 0;
    Present one;
    domain::Box& box = one.face;
    line >> identity >> box.left >> box.top >> box.width >> box.height >> flag >> one.score;
    if (!line) return false;
    const auto [place, is_new] = known.try_emplace(identity, static_cast<int>(truth.people.size()));
    if (is_new) truth.people.push_back({.name = std::to_string(identity)});
    one.who = place->second;
    faces.push_back(one);
  }
  return true;
}

// The person whose face it is, and the share of overlap; 0: nobody's.
struct Best {
  int who = -1;
  float shared = 0;
};

Best best_of(const Truth& truth, std::size_t frame, const domain::Box& face) {
  Best best;
  if (frame >= truth.frames.size()) return best;
  for (const Present& one : truth.frames[frame]) {
    const float smaller = std::max(1.0F, std::min(face.area(), one.face.area()));
    const float shared = intersection_area(face, one.face) / smaller;
    if (shared > std::max(best.shared, kSharedPart)) best = {one.who, shared};
  }
  return best;
}

}  // namespace

std::size_t Truth::frame_at(Nanoseconds stream_time) const {
  return static_cast<std::size_t>(std::max(0.0, std::round(to_seconds(stream_time) * fps)));
}

std::optional<int> Truth::who_is(std::size_t frame, const domain::Box& face) const {
  const auto found = best_of(*this, frame, face);
  return found.shared > 0 ? std::optional(found.who) : std::nullopt;
}

void Truth::who_are(std::size_t frame, std::span<const domain::Detection> faces,
                    std::vector<std::optional<int>>& who) const {
  who.assign(faces.size(), std::nullopt);
  std::vector<Best> best;
  for (const domain::Detection& face : faces) best.push_back(best_of(*this, frame, face.box));
  for (std::size_t i = 0; i < faces.size(); ++i) {
    const auto is_better = [&](const Best& other) {
      return other.who == best[i].who && other.shared > best[i].shared;
    };
    const bool is_taken = std::find(who.begin(), who.end(), std::optional(best[i].who)) != who.end();
    if (best[i].shared > 0 && !is_taken && std::ranges::none_of(best, is_better)) who[i] = best[i].who;
  }
}

std::vector<float> Truth::largest() const {
  std::vector<float> heights(people.size(), 0.0F);
  for (const auto& frame : frames) {
    for (const Present& one : frame) {
      float& height = heights[static_cast<std::size_t>(one.who)];
      if (one.visible) height = std::max(height, one.face.height);
    }
  }
  return heights;
}

Result<Truth> read_film_truth(const std::filesystem::path& file) {
  const auto text = read_file(file, kLargestFile);
  if (!text) return text.error();
  try {
    Truth truth = film_of(Json::parse(*text));
    if (!(truth.fps > 0)) return wrong(file, "fps is not above 0");
    return truth;
  } catch (const Json::exception& error) {
    return wrong(file, fmt::format("it does not say who is in the film: {}", error.what()));
  }
}

Result<Truth> read_faces(const std::filesystem::path& file, double fps) {
  const auto text = read_file(file, kLargestFile);
  if (!text) return text.error();
  Truth truth;
  truth.fps = fps;
  std::istringstream lines(*text);
  std::size_t frames = 0;
  std::string line;
  if (!std::getline(lines, line) || !(std::istringstream(line) >> frames) || frames > kMostFrames) {
    return wrong(file, "its first line is not the number of frames");
  }
  truth.frames.resize(frames);
  std::map<std::int64_t, int> known;
  for (int number = 2; std::getline(lines, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    std::istringstream words(line);
    if (!read_line(words, known, truth)) {
      return wrong(file, fmt::format("line {} is not 'frame count' and seven numbers for each face", number));
    }
  }
  return truth;
}

}  // namespace vigia::bench
