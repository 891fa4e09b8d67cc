#include "fleet/follow_findface.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "findface/camera_list.h"
#include "fleet/camera_starts.h"

namespace vigia::fleet {
namespace {

using findface::CameraChange;
using findface::CameraChanges;
using findface::CameraList;
using findface::FindfaceCamera;
using namespace std::chrono_literals;

constexpr Nanoseconds kFirstPause = 1s;
constexpr Nanoseconds kLongestPause = 60s;

// The settings' cameras that have a FindFace id, with their settings.
std::vector<FindfaceCamera> cameras_with_id(const std::vector<pipeline::CameraSettings>& cameras) {
  std::vector<FindfaceCamera> found;
  for (const auto& camera : cameras) {
    const auto is_same = [&](const FindfaceCamera& other) { return other.spec.id == camera.spec.id; };
    if (camera.spec.id && std::ranges::none_of(found, is_same)) found.push_back({camera.spec, {}});
  }
  return found;
}

}  // namespace

FollowFindface::FollowFindface(FollowOptions options, findface::Server& server, Cameras& cameras,
                               Clock& clock)
    : options_(std::move(options)),
      session_(server.session),
      tokens_(server.tokens),
      cameras_(cameras),
      clock_(clock),
      takes_cameras_(options_.cameras.empty()),
      interval_(from_seconds(options_.findface.reload_interval)),
      known_(cameras_with_id(options_.cameras)),
      list_is_complete_(!takes_cameras_) {}

void FollowFindface::run(const std::stop_token& stop) {
  if (!takes_cameras_ && known_.cameras().empty()) return;
  const bool is_once = interval_ <= Nanoseconds::zero();
  Nanoseconds after_failure = kFirstPause;
  while (!stop.stop_requested()) {
    const bool was_told = look(stop);
    cameras_.settle();
    if (was_told && is_once) {
      list_is_complete_ = true;
      return;
    }
    if (was_told) after_failure = interval_;
    clock_.sleep_for(std::max(was_told ? interval_ : after_failure, session_.asked_to_wait()), stop);
    if (!was_told) after_failure = std::min(2 * after_failure, std::max(kLongestPause, interval_));
  }
}

bool FollowFindface::look(const std::stop_token& stop) {
  const Result<CameraList> list = fetch(stop);
  if (!list) {
    if (!stop.stop_requested()) say_failure(list.error().text);
    return false;
  }
  if (!failure_said_.empty() && !is_first_) log::info("FindFace's list of cameras is available again");
  failure_said_.clear();
  say_new_notes(list->notes);
  takes_cameras_ ? take_cameras(*list) : take_filters(*list);
  is_first_ = false;
  return true;
}

Result<CameraList> FollowFindface::fetch(const std::stop_token& stop) {
  if (takes_cameras_) return findface::fetch_cameras(session_, options_.findface.camera_prefix, stop);
  std::vector<std::int64_t> ids;
  for (const FindfaceCamera& camera : known_.cameras()) ids.push_back(*camera.spec.id);
  return findface::fetch_cameras_by_id(session_, ids, stop);
}

void FollowFindface::say_failure(const std::string& text) {
  if (text == failure_said_) return;
  failure_said_ = text;
  if (takes_cameras_ && is_first_) {
    log::error("no cameras yet: {}", text);
  } else {
    log::error("FindFace's list of cameras cannot be fetched; all stay as they are: {}", text);
  }
}

void FollowFindface::say_new_notes(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) {
    if (std::ranges::find(notes_said_, note) == notes_said_.end()) log::warn("{}", note);
  }
  notes_said_ = notes;
}

void FollowFindface::take_cameras(const CameraList& list) {
  const CameraChanges changes = known_.take(list);
  if (is_first_) log::info("{} cameras from {}", changes.added.size(), session_.shown_url());
  remove(changes.removed);
  for (const CameraChange& one : changes.changed) change(one);
  add(changes.added);
  if (!changes.removed.empty() || !changes.added.empty()) cameras_.mark_demand_changed();
}

void FollowFindface::remove(const std::vector<FindfaceCamera>& gone) {
  if (gone.empty()) return;
  std::vector<std::int64_t> ids;
  for (const FindfaceCamera& camera : gone) ids.push_back(*camera.spec.id);
  removed_ += gone.size();  // before: as in add()
  cameras_.remove(ids);
  for (const FindfaceCamera& camera : gone)
    log::info("{} removed: FindFace no longer lists it", label_of(camera));
}

void FollowFindface::change(const CameraChange& change) {
  const FindfaceCamera& now = change.now;
  const std::int64_t id = *now.spec.id;
  log::info("{} changed: {}", label_of(now), to_text(change));
  ++changed_;
  if (change.token() && !now.spec.token.empty()) tokens_.set(id, now.spec.token);
  if (!change.name() && !change.url()) {
    cameras_.apply_filters(id, now.filters);
    return;
  }
  try {
    cameras_.replace(id, settings_of(now), now.filters);
  } catch (const std::system_error& error) {
    give_up(now, error.code().message());
  }
}

void FollowFindface::add(const std::vector<FindfaceCamera>& added) {
  std::vector<pipeline::CameraSettings> all;
  for (const FindfaceCamera& camera : added) all.push_back(settings_of(camera));
  const std::vector<Nanoseconds> starts = camera_starts(all);
  for (std::size_t i = 0; i < added.size(); ++i) {
    if (!is_first_) ++added_;  // before: whoever sees the camera sees it counted
    try {
      cameras_.add(all[i], added[i].filters, starts[i]);
    } catch (const std::system_error& error) {
      if (!is_first_) --added_;
      give_up(added[i], error.code().message());
      continue;
    }
    if (!is_first_) log::info("{} added: {}", label_of(added[i]), redact(added[i].spec.url));
  }
}

pipeline::CameraSettings FollowFindface::settings_of(const FindfaceCamera& camera) {
  pipeline::CameraSettings settings = options_.defaults;
  settings.spec = camera.spec;
  for (const auto& [key, set, why] : camera::idle_tls_options(camera.spec.url, settings.source)) {
    if (key == "tls_pin" && set && camera::has_tls(camera.spec.url) && idle_said_.insert(key).second)
      log::warn("defaults.{} has no effect on cameras such as {}: {}", key, label_of(camera), why);
  }
  camera::reset_idle_tls_options(camera.spec.url, settings.source);
  camera::reset_idle_login(camera.spec.url, settings.source);
  if (!camera::is_live_url(camera.spec.url)) return settings;
  for (const auto& [key, set] : camera::file_options(settings.source)) {
    if (set && idle_said_.insert(key).second)
      log::warn("defaults.{} has no effect on live cameras, such as {}", key, label_of(camera));
  }
  camera::reset_file_options(settings.source);
  return settings;
}

// The next list adds it again.
void FollowFindface::give_up(const FindfaceCamera& camera, const std::string& why) {
  log::error(
      "{}: no thread could be started for it: {}; see 'ulimit -u' and the cgroup's pids.max; trying again",
      label_of(camera), why);
  const std::int64_t id = *camera.spec.id;
  cameras_.remove({&id, 1});
  known_.forget(id);
}

void FollowFindface::take_filters(const CameraList& list) {
  std::vector<FindfaceCamera> believed;
  for (FindfaceCamera camera : known_.cameras()) {
    const std::int64_t id = *camera.spec.id;
    const auto told = std::ranges::find(list.cameras, id, [](const auto& one) { return *one.spec.id; });
    if (told == list.cameras.end()) {
      const bool is_new = list.is_whole && absence_said_.insert(id).second;
      if (is_new) log::warn("{}: FindFace has no external detector of that id", label_of(camera));
    } else {
      absence_said_.erase(id);
      camera.filters = told->filters;
      if (!told->spec.token.empty()) camera.spec.token = told->spec.token;
    }
    believed.push_back(std::move(camera));
  }
  for (const CameraChange& one : compare(known_.cameras(), believed).changed) {
    log::info("{}: from FindFace: {}", label_of(one.now), to_text(one));
    if (one.token()) tokens_.set(*one.now.spec.id, one.now.spec.token);
    if (one.filters()) cameras_.apply_filters(*one.now.spec.id, one.now.filters);
    if (!is_first_) ++changed_;
  }
  known_ = findface::KnownCameras(std::move(believed));
}

}  // namespace vigia::fleet
