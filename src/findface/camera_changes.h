// The differences between two lists of FindFace's cameras, and which of them are trusted.
//
//   KnownCameras known;
//   CameraChanges changes = known.take(*list);    // of each list that was fetched; the first: all are added
//
// A camera counts as removed only if two lists in a row lack it: a restarting server may return an empty list
// for a moment. An incomplete list removes nothing. The name of a camera that is missing but not yet removed
// stays reserved: another camera of that name is added with the next list.
// Threads: compare() and to_text() are pure; KnownCameras one thread at a time.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "findface/camera_list.h"

namespace vigia::findface {

struct CameraChange {
  FindfaceCamera before, now;  // of the same id

  [[nodiscard]] bool name() const { return before.spec.name != now.spec.name; }
  [[nodiscard]] bool url() const { return before.spec.url != now.spec.url; }
  [[nodiscard]] bool token() const { return before.spec.token != now.spec.token; }
  [[nodiscard]] bool filters() const { return before.filters != now.filters; }
};

struct CameraChanges {
  std::vector<FindfaceCamera> added, removed;
  std::vector<CameraChange> changed;
};

// REQUIRES: each camera has an id, and each id occurs once.
CameraChanges compare(std::span<const FindfaceCamera> before, std::span<const FindfaceCamera> now);

// For the log: "name (it was 'hall'), address, token, filters (filter_min_size 80)". Nothing secret.
std::string to_text(const CameraChange& change);

// "camera 'gate' (id 7)", for the log.
std::string label_of(const FindfaceCamera& camera);

class KnownCameras {
 public:
  KnownCameras() = default;
  // Begins with cameras known from elsewhere, not from a list.
  explicit KnownCameras(std::vector<FindfaceCamera> cameras) : cameras_(std::move(cameras)) {}

  CameraChanges take(const CameraList& list);
  // The camera could not be started: with the next list it counts as new again.
  void forget(std::int64_t id);

  [[nodiscard]] const std::vector<FindfaceCamera>& cameras() const noexcept { return cameras_; }

 private:
  std::vector<FindfaceCamera> cameras_;
  std::set<std::int64_t> missed_;  // by the last list
};

}  // namespace vigia::findface
