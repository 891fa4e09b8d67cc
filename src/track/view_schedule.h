// When a person is looked at, so that it can be told later who it was: five times soon after a track began,
// up to ten times while it is not settled whether it is somebody who was lost (somebody who comes out from
// behind another is half covered at first), then now and then, and never more than kMostAFrame in one frame.
//
// The looks of a track lie in its OpenTrack; memory of tracks that are gone is used again, so that none is
// allocated once a camera has had its crowd. Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "appearance/difference.h"
#include "domain/frame.h"
#include "domain/sighting.h"
#include "track/open_track.h"

namespace vigia::track {

class ViewSchedule {
 public:
  static constexpr int kMostAFrame = 2;
  static constexpr int kFirst = static_cast<int>(appearance::Views::kMost);
  static constexpr Nanoseconds kFirstApart = std::chrono::milliseconds(70);
  static constexpr Nanoseconds kLookAgain = std::chrono::milliseconds(800);

  explicit ViewSchedule(std::shared_ptr<memory::Account> account = nullptr) : account_(std::move(account)) {}

  // Looks at those of the frame who are due, the unsettled first. ids: the track of each face, 0: none.
  void look(const domain::Frame& frame, std::span<const domain::Sighting> faces,
            std::span<const std::uint64_t> ids, std::span<OpenTrack> open);

  // Views of a track that is gone: their memory serves the next.
  void take_back(std::unique_ptr<Views> views);

 private:
  void look_at(std::size_t face, OpenTrack& open, const domain::Frame& frame);
  std::unique_ptr<Views> blank();

  struct Due {
    std::size_t face;
    OpenTrack* open;
  };
  const std::shared_ptr<memory::Account> account_;
  std::vector<Due> due_;
  std::vector<domain::Detection> detections_;
  std::vector<std::unique_ptr<Views>> spare_;
  std::unique_ptr<appearance::View> view_ = std::make_unique<appearance::View>();
};

}  // namespace vigia::track
