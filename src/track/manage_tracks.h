// ManageTracks: joins the faces of a camera's frames to tracks, closes tracks, keeps each one's best shot.
//
//   ManageTracks tracks(options, shot_options.filter_min_movement, camera_index);
//   tracks.update(frame, sightings, finished);        // each processed frame, in order
//   tracks.advance(stream_time, finished);            // time went on without a frame
//   tracks.close_all(finished);                       // stop, end of file, camera removed
//
// Guarantees
// 1. Every face handed in belongs to exactly one track; every track opened is handed out as over exactly
//    once: none is dropped. (A table that is destroyed drops what is open: close_all() it first.)
// 2. A track out of sight for longer than track_miss_interval is closed before anything is joined to it.
// 3. At most kMaxOpen tracks are open: beyond, the one unseen for longest is closed.
// 4. Of all frames only those are held that show the best moment of an open track, each once, however
//    many tracks share it; to_encode() says which should become JPEGs to free their buffers.
//
// Forced end (track_max_duration_frames): a person who is seen again goes on as a new track that names
// the old one in `continues` and keeps its path. It hands out a best shot only if that is better than
// what was handed out before (else it ends as already_posted): somebody who sits there all day is posted
// once, and again only with a better face. If the old one had not moved enough to be posted, its best
// shot goes on to the new one, so that somebody who waits and then walks is not lost.
//
// Real-time mode (overall_only false): a best shot is handed out while its track goes on, as soon as a
// window of realtime_post_interval has passed since its first candidate; with
// realtime_post_first_immediately the first one without waiting; with realtime_post_every_interval the
// best of each window, else only one better than all before. Always only once the track has moved
// filter_min_movement: a poster must not be posted because it is quick. What the last window holds goes
// out with the closed track.
//
// Cost: see join.h; 1 us for 10 faces and 10 tracks, 20 us for 50; no allocation unless a track begins,
// improves or is handed out. Threads: one thread at a time, the camera's strand; no lock, no thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "domain/frame.h"
#include "domain/shot_image.h"
#include "domain/sighting.h"
#include "domain/track.h"
#include "memory/budget.h"
#include "track/join.h"
#include "track/motion.h"
#include "track/track_options.h"

namespace vigia::track {

struct Finished {
  std::unique_ptr<domain::Track> track;
  bool over = true;  // false: the best shot so far of a track that goes on, with a copy of its facts
};

class ManageTracks {
 public:
  static constexpr std::size_t kMaxOpen = 256;

  // filter_min_movement: of ShotOptions; decides what make_shot() will post. thumbnails: the account charged
  // for them, 14 KB a track; with none, none are taken. See take_thumbnail.h. tracks_before: the camera's,
  // whose numbers these go on from.
  ManageTracks(const TrackOptions& options, double filter_min_movement, int camera,
               std::shared_ptr<memory::Account> thumbnails = nullptr, std::uint64_t tracks_before = 0);

  // REQUIRES: frames in order, stream time never backwards; the sightings are of this frame. Appends.
  void update(const domain::Frame& frame, std::span<const domain::Sighting> faces,
              std::vector<Finished>& out);
  void advance(Nanoseconds stream_time, std::vector<Finished>& out);
  void close_all(std::vector<Finished>& out);

  // Frames that open tracks hold beyond the `keep` newest: those that have been somebody's best for
  // longest, each offered once. Encoding them (shot/make_shot.h) frees their buffers. Appends.
  void to_encode(std::size_t keep, std::vector<std::shared_ptr<domain::ShotImage>>& out);

  // What is to be on disk in case this process ends before these tracks do: of each open track that is older
  // than `interval`, and that often, a copy of its facts with the best shot so far, as it would be handed out
  // if the track ended now. A track that would not be posted any more is given once more, without a best
  // shot. now: the steady clock's, as a kill does not wait for the stream. Appends.
  void to_journal(SteadyTime now, Nanoseconds interval, std::vector<std::unique_ptr<domain::Track>>& out);

  // An image that to_encode() gave could not be taken: it is offered again.
  void offer_again(const domain::ShotImage& image) noexcept;

  [[nodiscard]] std::size_t open() const noexcept { return open_.size(); }

  // Of each sighting of the last update() the track that it went to, by id; valid until the next. What is
  // learned later (two tracks are one person) is in domain::Track::joined.
  [[nodiscard]] std::span<const std::uint64_t> ids() const noexcept { return ids_; }

 private:
  struct Open {
    std::unique_ptr<domain::Track> track;
    Motion motion;
    float posted_rank = -1;     // the best handed out for this person; < 0: none was
    Nanoseconds window_end{0};  // real-time mode: when `best` may go out
    bool offered = false;       // `best` was given by to_encode()
    SteadyTime journal_at{};    // next; the epoch: to_journal() has not seen it yet
    bool in_journal = false;    // to_journal() gave a best shot
  };

  [[nodiscard]] bool is_full(const Open& open) const noexcept;
  // If it ended now.
  [[nodiscard]] bool would_be_posted(const Open& open) const noexcept;
  void predict(Nanoseconds now);
  void add_sighting(Open& open, const domain::Sighting& face, const domain::Frame& frame);
  void keep_if_better(Open& open, const domain::Sighting& face, const domain::Frame& frame);
  static void show_if_better(domain::Track& track, const domain::Sighting& face, const domain::Frame& frame);
  Open begin(const domain::Box& box, Nanoseconds now);
  void go_on_as_new(Open& open, const domain::Box& box, Nanoseconds now, std::vector<Finished>& out);
  void make_room(std::vector<Finished>& out);
  void close(Open& open, std::vector<Finished>& out);
  void close_unseen(Nanoseconds now, std::vector<Finished>& out);
  void hand_out_windows(Nanoseconds now, std::vector<Finished>& out);

  // Constant after construction.
  const TrackOptions options_;
  const float min_movement_;
  const int camera_;
  const std::shared_ptr<memory::Account> thumbnails_;

  std::uint64_t last_id_;
  std::vector<Open> open_;  // in the order in which they came
  Joiner joiner_;
  std::vector<Candidate> candidates_;         // of open_, for the frame at hand
  std::shared_ptr<domain::ShotImage> image_;  // of the frame at hand, once somebody wants it
  std::vector<const Open*> holders_;          // for to_encode()
  std::vector<std::uint64_t> ids_;            // of the last update()
};

}  // namespace vigia::track
