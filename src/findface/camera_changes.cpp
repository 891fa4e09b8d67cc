#include "findface/camera_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/log.h"
#include "findface/json.h"

namespace vigia::findface {
namespace {

using ById = std::map<std::int64_t, const FindfaceCamera*>;

ById by_id(std::span<const FindfaceCamera> cameras) {
  ById found;
  for (const FindfaceCamera& camera : cameras) found.emplace(*camera.spec.id, &camera);
  return found;
}

}  // namespace

CameraChanges compare(std::span<const FindfaceCamera> before, std::span<const FindfaceCamera> now) {
  CameraChanges changes;
  const ById old = by_id(before);
  const ById fresh = by_id(now);
  for (const FindfaceCamera& camera : now) {
    const auto found = old.find(*camera.spec.id);
    if (found == old.end()) {
      changes.added.push_back(camera);
    } else if (*found->second != camera) {
      changes.changed.push_back({*found->second, camera});
    }
  }
  for (const FindfaceCamera& camera : before) {
    if (!fresh.contains(*camera.spec.id)) changes.removed.push_back(camera);
  }
  return changes;
}

std::string to_text(const CameraChange& change) {
  std::string text;
  const auto add = [&text](const std::string& what) { text += (text.empty() ? "" : ", ") + what; };
  if (change.name()) add(fmt::format("name (it was '{}')", for_log(change.before.spec.name)));
  if (change.url()) add(fmt::format("address (now {})", for_log(redact(change.now.spec.url))));
  if (change.token()) add("token");
  if (change.filters()) add(fmt::format("filters ({})", to_text(change.now.filters)));
  return text;
}

std::string label_of(const FindfaceCamera& camera) {
  return fmt::format("camera '{}' (id {})", for_log(camera.spec.name), *camera.spec.id);
}

CameraChanges KnownCameras::take(const CameraList& list) {
  const ById fresh = by_id(list.cameras);
  const ById old = by_id(cameras_);
  std::vector<FindfaceCamera> believed;
  std::set<std::int64_t> missed;
  std::set<std::string> kept_names;
  for (const FindfaceCamera& camera : cameras_) {
    const std::int64_t id = *camera.spec.id;
    if (fresh.contains(id) || (list.is_whole && missed_.contains(id))) continue;
    if (list.is_whole) missed.insert(id);
    kept_names.insert(camera.spec.name);
    believed.push_back(camera);
  }
  for (const FindfaceCamera& camera : list.cameras) {
    const auto known = old.find(*camera.spec.id);
    const bool is_its_own = known != old.end() && known->second->spec.name == camera.spec.name;
    if (is_its_own || !kept_names.contains(camera.spec.name)) {
      believed.push_back(camera);
    } else if (known != old.end()) {
      believed.push_back(*known->second);  // under its old name for now
    }
  }
  CameraChanges changes = compare(cameras_, believed);
  cameras_ = std::move(believed);
  missed_ = std::move(missed);
  return changes;
}

void KnownCameras::forget(std::int64_t id) {
  std::erase_if(cameras_, [id](const FindfaceCamera& camera) { return *camera.spec.id == id; });
  missed_.erase(id);
}

}  // namespace vigia::findface
