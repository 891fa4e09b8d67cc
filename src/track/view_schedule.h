// Decides when a view of a person is taken, by which stitch.h recognises them later: five soon after a track
// began, up to ten while it is not settled whether the newcomer was lost before (a person who comes out from
// behind another is half covered at first), then now and then, and never more than kMostAFrame in one frame.
//
// A track's views are in its OpenTrack; the memory of ended tracks is used again, so that nothing is
// allocated once a camera has had its busiest moment. Threads: one thread at a time.
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

  // Takes views of the faces of the frame that are due, newcomers first. ids: the track of each face, 0:
  // none.
  void look(const domain::Frame& frame, std::span<const domain::Sighting> faces,
            std::span<const std::uint64_t> ids, std::span<OpenTrack> open);

  // Takes the views of a track that has ended, to use their memory for the next.
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
