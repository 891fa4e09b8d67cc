// Decides when to search less thoroughly, and when more again (detector.on_overload: reduce). The rule works
// on numbers and a clock.
//
//   LoadControl control(ladder, start, machine);
//   if (auto change = control.observe(sample, now))       // once a second
//     make_it_so(change->level) ? control.arrived(change->level, now) : control.refuse(change->level);
//     // or postpone(), where memory was short
//
// Down one level: in each of two consecutive seconds, live cameras dropped frames because workers were behind
// while the workers or the cores were at least 90 % busy, or a camera's thread was behind with decoding while
// they were (its packets wait in the socket, so no frame is dropped: that is latency, and looks like
// silence); or the workers were never idle. If there is room, a camera that is behind needs more than the one
// worker, or the one core for decoding, that it may have: it loses frames of its own, and lowers the quality
// of no other camera. Up one level: for ten consecutive seconds the next better level, estimated from the CPU
// time used and the cost of both, would have used at most 90 % of the machine, as auto allows. CPU time,
// because a worker that waits for a core is busy too; and all of it, because time that files take is not
// available. The same 90 % apply to the one worker that the busiest camera has at a time, however many
// workers there are. A step up that does not hold for five minutes has failed and doubles those ten seconds,
// to ten minutes at most; one that holds resets them. So a machine at its limit changes a few times, and then
// once in ten minutes. Calm: nothing is judged in the first five seconds, and for three after a change.
// A level at which less is decoded is passed over on the way down if it would save nothing now; on the way up
// the decoding of what was left out is added, at the cost of what was not.
// Cameras that are away count as present for five minutes (in the caller's sample), so a reconnect is no
// reason to go up. Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "load/load_ladder.h"

namespace vigia::load {

// What happened since the last sample.
struct LoadSample {
  double seconds = 0;             // the time that it covers
  Work work;                      // CPU seconds in total, not per second; of all cameras
  double busy = 0;                // seconds of workers in turns of live cameras, including waits for a core
  std::uint64_t frames_late = 0;  // of live cameras
  int decoded_late = 0;           // live cameras whose thread has not kept up with its packets for seconds
  int cameras = 0;                // live cameras that are present, or were lately
  int delivering = 0;             // of these, cameras that send
  // Of live cameras: pictures that were decoded; that need not have been, as no other refers to them; and
  // that were left undecoded.
  std::uint64_t decoded = 0, disposable = 0, undecoded = 0;
  int idle = 0;  // cameras that could decode key frames only, and decode all
};

class LoadControl {
 public:
  // REQUIRES: start is a level of the ladder.
  LoadControl(std::vector<Level> ladder, std::size_t start, Machine machine)
      : ladder_(std::move(ladder)), refused_(ladder_.size()), machine_(machine), level_(start) {}

  struct LevelChange {
    std::size_t level = 0;
    std::string why;  // with the numbers
  };
  // Returns a change to make. The level stays as it is until the caller reports arrived() or refuse().
  [[nodiscard]] std::optional<LevelChange> observe(const LoadSample& sample, SteadyTime now);

  // That level is in force now.
  void arrived(std::size_t level, SteadyTime now);
  // That level cannot be made: it is passed over from now on.
  void refuse(std::size_t level) { refused_.at(level) = true; }

  // A better level cannot be made now: it is tried again after twice the wait, ten minutes at most.
  void postpone() noexcept;

  // Replaces the ladder when the demand has changed. REQUIRES: level is a level of the new ladder.
  void renew(std::vector<Level> ladder, std::size_t level);

  [[nodiscard]] const Level& at() const { return ladder_.at(level_); }
  [[nodiscard]] std::size_t level() const noexcept { return level_; }
  [[nodiscard]] const std::vector<Level>& ladder() const noexcept { return ladder_; }

 private:
  [[nodiscard]] std::optional<std::size_t> worse(const LoadSample& sample) const;
  [[nodiscard]] std::optional<std::size_t> better() const;
  [[nodiscard]] bool is_short(const LoadSample& sample) const;
  std::optional<LevelChange> down(const LoadSample& sample);
  [[nodiscard]] std::string why_short() const;
  std::optional<LevelChange> up(const LoadSample& sample, SteadyTime now);
  void forget();

  std::vector<Level> ladder_;
  std::vector<bool> refused_;
  const Machine machine_;
  std::size_t level_;
  std::optional<SteadyTime> calm_until_;
  double short_seconds_ = 0;      // consecutive seconds with too little time
  std::uint64_t short_late_ = 0;  // late frames in them
  int short_decoded_late_ = 0;    // the most cameras that were decoded late in one of them
  std::optional<SteadyTime> room_since_;
  Nanoseconds wait_ = std::chrono::seconds(10);
  std::optional<SteadyTime> went_up_;  // unless it has proved itself, or failed
};

}  // namespace vigia::load
