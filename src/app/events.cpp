#include "app/events.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file.h"
#include "ledger/reader.h"
#include "ledger/since.h"
#include "settings/spelling.h"

namespace vigia::app {
namespace {

using ledger::EndQuery;
using ledger::EventsOptions;
using ledger::Reader;
using ledger::TrackEnd;
using Json = nlohmann::ordered_json;

int complain(const std::string& what, int exit_code) {
  fmt::print(stderr, "vigia: {}\n", what);
  return exit_code;
}

// "--reason: 'to_small' is unknown; allowed: ...; did you mean 'too_small'?"
Error unknown(std::string_view option, const std::string& word, const std::vector<std::string_view>& known) {
  const std::string meant = settings::nearest(word, known);
  return {ErrorCode::invalid, fmt::format("{}: '{}' is unknown; allowed: {}{}", option, word,
                                          known.empty() ? "none, as no ends are kept yet"
                                                        : fmt::format("{}", fmt::join(known, ", ")),
                                          meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant))};
}

Result<EndQuery> question_of(const EventsOptions& options) {
  EndQuery question{.camera = std::nullopt,
                    .outcome = std::nullopt,
                    .since = std::nullopt,
                    .limit = options.limit,
                    .thumbnails = options.thumbnails.has_value()};
  if (!options.camera.empty()) question.camera = options.camera;
  if (!options.reason.empty()) {
    question.outcome = ledger::parse_outcome(options.reason);
    if (!question.outcome) return unknown("--reason", options.reason, ledger::outcome_names());
  }
  if (!options.since.empty()) {
    const auto since = ledger::parse_since(options.since, system_clock().utc_now());
    if (!since) return Error{ErrorCode::invalid, "--since: " + since.error().text};
    question.since = *since;
  }
  return question;
}

// Ok if the settings or the ledger know the camera.
Status check_camera(const std::string& camera, const settings::Settings& settings, Reader& reader) {
  const Result<std::vector<std::string>> kept = reader.cameras();
  if (!kept) return kept.error();
  std::vector<std::string_view> known(kept->begin(), kept->end());
  for (const auto& one : settings.cameras) known.push_back(one.spec.name);
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  if (std::find(known.begin(), known.end(), camera) != known.end()) return ok_status();
  return unknown("--camera", camera, known);
}

// "2026-11-23 13:00:00.123"
std::string time_text(UtcTime time) {
  std::string text = format_utc(time).substr(0, 23);
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

// Rounded down to whole pixels: 59.6 is not shown as 60 if the limit is 60.
std::string face_text(const TrackEnd& end) {
  return fmt::format("{:.0f}x{:.0f}", std::floor(end.face_width), std::floor(end.face_height));
}

void print_table(const std::vector<TrackEnd>& ends) {
  std::size_t width = 6;
  for (const TrackEnd& end : ends) width = std::max(width, end.key.camera.size());
  fmt::print("{:<23}  {:<{}}  {:>6}  {:<14}  {:>9}  {:>7}  {:>8}  {}\n", "captured (UTC)", "camera", width,
             "track", "outcome", "face", "quality", "seen for", "why");
  for (const TrackEnd& end : ends) {
    fmt::print("{:<23}  {:<{}}  {:>6}  {:<14}  {:>9}  {:>7.3f}  {:>6.1f} s  {}\n",
               time_text(end.key.captured), end.key.camera, width, end.key.track, to_string(end.outcome),
               face_text(end), end.quality.total, to_seconds(end.lasted), end.text);
  }
}

double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

Json to_json(const TrackEnd& end) {
  Json quality = {{"total", rounded(end.quality.total)}, {"rank", rounded(end.quality.rank)}};
  for (const auto& part : domain::kQualityParts) {
    quality[std::string(part.name)] = rounded(end.quality.*part.value);
  }
  Json json = {{"captured", format_utc(end.key.captured)},
               {"camera", end.key.camera},
               {"camera_id", end.camera_id ? Json(*end.camera_id) : Json()},
               {"track", end.key.track},
               {"outcome", to_string(end.outcome)},
               {"text", end.text},
               {"face", {{"width", rounded(end.face_width)}, {"height", rounded(end.face_height)}}},
               {"quality", std::move(quality)},
               {"score", rounded(end.score)},
               {"seconds", rounded(to_seconds(end.lasted))},
               {"sightings", end.sightings}};
  return json;
}

// "gate_20261123T130000.123_12_too_small.jpg". Names of cameras may hold what a file's may not.
std::string file_name(const TrackEnd& end) {
  std::string time = format_utc(end.key.captured).substr(0, 23);
  std::erase_if(time, [](char letter) { return letter == '-' || letter == ':'; });
  std::string name =
      fmt::format("{}_{}_{}_{}.jpg", end.key.camera, time, end.key.track, to_string(end.outcome));
  std::replace_if(
      name.begin(), name.end(),
      [](char letter) { return letter == '/' || (static_cast<unsigned char>(letter) < 0x20); }, '_');
  if (name.front() == '.') name.front() = '_';
  return name;
}

// The paths of what was written: "" where an end has no thumbnail.
Result<std::vector<std::string>> write_thumbnails(const std::vector<TrackEnd>& ends,
                                                  const std::filesystem::path& folder) {
  if (const auto failed = make_private_folders(folder)) {
    return Error{ErrorCode::io,
                 fmt::format("--thumbnails: {}: cannot be created: {}", folder.string(), failed.message())};
  }
  std::vector<std::string> paths;
  for (const TrackEnd& end : ends) {
    std::string& path = paths.emplace_back();
    if (end.thumbnail.empty()) continue;
    path = (folder / file_name(end)).string();
    if (Status written = write_file_atomically(path, end.thumbnail, ReadableBy::owner); !written) {
      return Error{ErrorCode::io, "--thumbnails: " + written.error().text};
    }
  }
  return paths;
}

void print_json(const std::vector<TrackEnd>& ends, const std::vector<std::string>& thumbnails) {
  for (std::size_t i = 0; i < ends.size(); ++i) {
    Json json = to_json(ends[i]);
    if (i < thumbnails.size() && !thumbnails[i].empty()) json["thumbnail"] = thumbnails[i];
    fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
}

int show(const std::vector<TrackEnd>& ends, const EventsOptions& options) {
  std::vector<std::string> thumbnails;
  if (options.thumbnails) {
    auto written = write_thumbnails(ends, *options.thumbnails);
    if (!written) return complain(written.error().text, 1);
    thumbnails = *std::move(written);
  }
  if (options.json) {
    print_json(ends, thumbnails);
  } else if (ends.empty()) {
    fmt::print(
        "no ends of tracks are kept{}\n",
        options.camera.empty() && options.reason.empty() && options.since.empty() ? " yet" : " that fit");
  } else {
    print_table(ends);
  }
  const bool all = ends.size() < static_cast<std::size_t>(options.limit);
  if (!options.json && !all) fmt::print("the newest {}; --limit N shows more\n", ends.size());
  std::fflush(stdout);
  return 0;
}

}  // namespace

int events(const settings::Settings& settings, const EventsOptions& options) {
  const Result<EndQuery> question = question_of(options);
  if (!question) return complain(question.error().text, 2);
  Result<Reader> reader = Reader::open(settings.ledger.path);
  if (!reader) return complain(reader.error().text, 1);
  if (question->camera) {
    if (const Status known = check_camera(*question->camera, settings, *reader); !known) {
      return complain(known.error().text, known.error().code == ErrorCode::invalid ? 2 : 1);
    }
  }
  const Result<std::vector<TrackEnd>> ends = reader->newest(*question);
  if (!ends) return complain(ends.error().text, 1);
  return show(*ends, options);
}

}  // namespace vigia::app
