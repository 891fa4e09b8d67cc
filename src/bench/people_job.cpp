#include "bench/people_job.h"

#include <fmt/format.h>

#include "base/clock.h"
#include "bench/people_scene.h"
#include "camera/stream_camera.h"

namespace vigia::bench {
namespace {

Error failed(const PeopleJob& job, const std::string& why) {
  return {ErrorCode::io, fmt::format("{}: {}", job.name, why)};
}

Status show_film(const PeopleJob& job, const settings::CameraSettings& settings,
                 memory::MemoryManager& memory, FollowPeople& follow, const std::stop_token& stop) {
  camera::StreamCamera camera(settings.spec, settings.source, memory, system_clock());
  camera.run(stop, follow);
  if (stop.stop_requested()) return Error{ErrorCode::cancelled, "stopped"};
  if (follow.error()) return failed(job, follow.error()->text);
  const camera::CameraStats stats = camera.stats();
  if (stats.state != camera::CameraState::completed) return failed(job, stats.message);
  if (stats.frames_dropped_no_buffer > 0) {
    return failed(job, fmt::format("{} frames found no buffer", stats.frames_dropped_no_buffer));
  }
  return ok_status();
}

Status show_faces(const PeopleJob& job, const Truth& truth, FollowPeople& follow,
                  const std::stop_token& stop) {
  std::vector<domain::Sighting> sightings;
  std::vector<std::optional<int>> who;
  domain::Frame frame;
  frame.size = job.frame;
  for (const auto& faces : truth.frames) {
    if (stop.stop_requested()) return Error{ErrorCode::cancelled, "stopped"};
    sightings.clear();
    who.clear();
    for (const Present& face : faces) {
      domain::Sighting& sighting = sightings.emplace_back();
      sighting.detection = {.box = face.face, .score = face.score, .landmarks = std::nullopt};
      sighting.quality = {.total = face.score, .rank = face.face.area()};
      who.emplace_back(face.who);
    }
    frame.stream_time = from_seconds(static_cast<double>(frame.sequence) / job.fps);
    follow.take(frame, sightings, who);
    ++frame.sequence;
  }
  return ok_status();
}

Result<Truth> truth_of(const PeopleJob& job) {
  if (job.url.empty()) return read_faces(job.truth, job.fps);
  return job.truth.empty() ? scene_truth(job.url) : read_film_truth(job.truth);
}

PeopleRow row_of(const PeopleJob& job, const Truth& truth, const Found& found) {
  PeopleRow row{.name = job.name,
                .pictures = !job.url.empty(),
                .delivery = score_delivery(truth, found.shots),
                .joining = score_joining(found.joined),
                .not_posted = found.not_posted,
                .frames = found.frames,
                .detections = found.detections,
                .tracks = found.tracks};
  return row;
}

}  // namespace

Result<PeopleRow> run_people_job(const PeopleJob& job, const PeopleWorld& world, detect::Detector* detector,
                                 const std::stop_token& stop) {
  const SteadyTime begin = system_clock().now();
  const bool pictures = !job.url.empty();
  const auto truth = truth_of(job);
  if (!truth) return truth.error();
  settings::CameraSettings camera = world.camera;
  camera.spec.name = job.name;
  camera.spec.url = job.url;
  FollowPeople follow(*truth, camera, world.sure, pictures ? detector : nullptr, world.memory);
  const Status shown =
      pictures ? show_film(job, camera, world.memory, follow, stop) : show_faces(job, *truth, follow, stop);
  if (!shown) return shown.error();
  follow.end();
  PeopleRow row = row_of(job, *truth, follow.found());
  row.seconds = to_seconds(system_clock().now() - begin);
  return row;
}

}  // namespace vigia::bench
