// ManageTracks: joins the faces of a camera's frames to tracks, closes tracks, keeps each one's best shot.
//
//   ManageTracks tracks(options, shot_options.filter_min_movement, camera_index);
//   tracks.update(frame, sightings, finished);        // each processed frame, in order
//   tracks.advance(stream_time, finished);            // time went on without a frame
//   tracks.close_all(finished);                       // stop, end of file, camera removed
//
// A face where a track in view surely expects one continues it (join.h). Any other face begins a track of its
// own. After a few views that is either a person who was lost shortly before (stitch.h), and the two become
// one track, or a new person. A track out of sight for track_miss_interval is closed, and handed out
// track_stitch_interval later, unless the same person came back.
//
// Guarantees
// 1. Every face handed in belongs to exactly one track, except weak ones that no track takes; every track
//    that was begun is handed out as over exactly once, or named in `joined` of exactly one that is.
// 2. At most kMaxOpen tracks are held: beyond that the one unseen for longest is handed out.
// 3. Only frames that show the best shot of an open track are held, each once, however many tracks share it;
//    to_encode() says which should become JPEGs to free their buffers.
// 4. Only stream time counts, and the frame interval is measured: a track is never over before two frames and
//    a half have passed without it.
//
// The forced end (track_max_duration_frames) and real-time mode (overall_only false): see README.md, rules 5
// and 6.
//
// Cost: see join.h; some us for 10 faces and 10 tracks; no allocation unless a track begins, improves or is
// handed out. Taking a view takes 0.2 to 0.4 ms, see view_schedule.h. Threads: one thread at a time, the
// camera's strand; no lock, no thread.
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
#include "track/held_frames.h"
#include "track/join.h"
#include "track/open_track.h"
#include "track/silence.h"
#include "track/stillness.h"
#include "track/stitch.h"
#include "track/tempo.h"
#include "track/track_options.h"
#include "track/view_schedule.h"

namespace vigia::track {

struct Finished {
  std::unique_ptr<domain::Track> track;
  bool over = true;  // false: the best shot so far of a track that goes on, with a copy of its facts
};

class ManageTracks {
 public:
  static constexpr std::size_t kMaxOpen = 256;

  // filter_min_movement: of ShotOptions; decides what is withheld as still. account: charged for what is kept
  // of each person, 30 KB of views (open_track.h) and a thumbnail of 14 KB (take_thumbnail.h); without one
  // there are no thumbnails. tracks_before: the camera's earlier tracks; numbering continues after them.
  ManageTracks(const TrackOptions& options, double filter_min_movement, int camera,
               std::shared_ptr<memory::Account> account = nullptr, std::uint64_t tracks_before = 0,
               bool takes_thumbnails = true);

  // REQUIRES: frames in order, stream time never backwards; the sightings are of this frame. Appends.
  void update(const domain::Frame& frame, std::span<const domain::Sighting> faces,
              std::vector<Finished>& out);
  void advance(Nanoseconds stream_time, std::vector<Finished>& out);
  void close_all(std::vector<Finished>& out);

  // Appends the frames that open tracks hold beyond the `keep` newest, those that have been best shots for
  // longest, and all of before that stream time; each once. Encoding them (shot/make_shot.h) frees their
  // buffers.
  void to_encode(std::size_t keep, std::vector<std::shared_ptr<domain::ShotImage>>& out,
                 Nanoseconds before = Nanoseconds::min());

  // Appends what the journal should have in case this process ends before these tracks do: for each open
  // track older than `interval`, once per interval, a copy of its facts with the best shot so far, as it
  // would be handed out if the track ended now. A track that would not be posted any more is appended once
  // more, without a best shot. now: the steady clock's, as a kill does not wait for the stream.
  void to_journal(SteadyTime now, Nanoseconds interval, std::vector<std::unique_ptr<domain::Track>>& out);

  // An image that to_encode() gave could not be taken: it is offered again.
  void offer_again(const domain::ShotImage& image) noexcept;

  // Tracks that are held: in view, or out of sight and not handed out yet.
  [[nodiscard]] std::size_t open() const noexcept { return open_.size(); }

  // Where the faces of these tracks were seen last. Replaces `out`.
  void last_places(std::vector<domain::Box>& out) const;

  // The id of the track of each sighting of the last update(), 0: none; valid until the next. If two tracks
  // turn out later to be one person, domain::Track::joined says so. Where a track is divided (turnabout.h)
  // the other person's faces had its id until then, for a third of a second.
  [[nodiscard]] std::span<const std::uint64_t> ids() const noexcept { return ids_; }

 private:
  // One face of the frame at hand.
  struct FaceInFrame {
    const domain::Frame& frame;
    const domain::Sighting& face;
    bool contested;  // another person is expected there, seen or hidden, or may have taken the track over
  };
  struct Expected {
    Forecast forecast;
    std::size_t open;  // index
  };
  static bool is_better(const FaceInFrame& seen, const OpenTrack& open);
  [[nodiscard]] bool is_full(const OpenTrack& open) const noexcept;
  [[nodiscard]] bool in_view(const OpenTrack& open, Nanoseconds now) const noexcept;
  [[nodiscard]] std::optional<domain::Reason> withheld(const OpenTrack& open, Nanoseconds now) const;
  // True if it would be posted if it ended now; false for a track that may still turn out to be a picture.
  [[nodiscard]] bool will_surely_be_posted(const OpenTrack& open) const;
  void forecast(const domain::Frame& frame);
  void join(const domain::Frame& frame, std::span<const domain::Sighting> faces, std::vector<Finished>& out);
  // own: index of the open track that the face goes to; open_.size(): a new one.
  [[nodiscard]] FaceInFrame seen(const domain::Frame& frame, const domain::Sighting& face,
                                 std::size_t own) const;
  static std::optional<Turnabout::Turn> note_moment(OpenTrack& open);
  std::uint64_t begin_after(const Turnabout::Turn& turn, std::size_t which, const domain::Frame& frame);
  void continue_track(OpenTrack& open, const FaceInFrame& seen, std::vector<Finished>& out);
  void add_sighting(OpenTrack& open, const FaceInFrame& seen);
  void keep_if_better(OpenTrack& open, const FaceInFrame& seen);
  std::unique_ptr<domain::Track> begin_track(Nanoseconds now);
  [[nodiscard]] bool may_be_known(const OpenTrack& open) const;
  void go_on_as_new(OpenTrack& open, Nanoseconds now, std::vector<Finished>& out);
  void settle(Nanoseconds now, bool at_the_end, std::vector<Finished>& out);
  void fill_holes();
  void become_one(OpenTrack& first, OpenTrack& second, std::vector<Finished>& out);
  void make_room(std::vector<Finished>& out);
  void close(OpenTrack& open, std::vector<Finished>& out);
  // True if it has been out of sight for so long that nobody can continue it.
  [[nodiscard]] bool is_over(const OpenTrack& open, Nanoseconds now) const;
  void close_unseen(Nanoseconds now, std::vector<Finished>& out);
  void hand_out_windows(Nanoseconds now, std::vector<Finished>& out);

  // Constant after construction.
  const TrackOptions options_;
  const int camera_;
  const std::shared_ptr<memory::Account> account_;
  const bool takes_thumbnails_;

  std::uint64_t last_id_;
  std::vector<OpenTrack> open_;  // in the order in which they came
  Tempo tempo_;
  Joiner joiner_;
  ViewSchedule looks_;
  Stitcher stitcher_;
  Stillness stillness_;
  Silence silence_;
  HeldFrames held_frames_;
  std::span<const domain::Sighting> faces_;   // of the frame at hand
  std::vector<Expected> expected_;            // those seen a moment ago, for the frame at hand
  std::vector<Candidate> candidates_;         // those in view, for the frame at hand, and ...
  std::vector<std::size_t> candidate_of_;     // ... which of open_ each is
  std::shared_ptr<domain::ShotImage> image_;  // of the frame at hand, once a track wants it
  std::vector<std::uint64_t> ids_;            // of the last update()
};

}  // namespace vigia::track
