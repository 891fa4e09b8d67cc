// Decides when a live camera need not be decoded, because nobody is in view and the sizes of its packets
// would tell if somebody came.
//
//   Hibernation idle;
//   idle.begin();                                  // of each connection
//   switch (idle.packet(packet, view, may_sleep))  // each packet, in the order of decoding
//
// Awake it learns, while nobody is in view, how large pictures between key frames are: the mean of kWindow
// packets, its largest value in each second, by their place in the group (encoders spend more after a key
// frame). Of the last minute or two of those the median and the median deviation are taken, so people who
// pass unseen, or a lamp, do not spoil them. A mean that is above the median by more than `rise` is a sign
// that something moves: kDeviations, kShare of the median, or kLeastRise of a key frame, whichever is most.
//
// A face of the smallest wanted size, with the person that it belongs to, adds about its share of the picture
// to each picture, as a part of a key frame's bytes (README: measured). If `rise` is more than kCertain of
// that, some people would be noticed too late: there is no sign, and the camera stays awake. This happens
// where the encoder fills up a constant bit rate, where noise or leaves move all the time, and where faces
// of few pixels are wanted.
//
// It falls asleep at a key frame, when nobody has been in view for kQuiet and the sizes were no sign for as
// long. It wakes when a face is seen in a key frame, at the sign, at a damaged packet, or when told.
//
// Deterministic: no clock, no threads of its own. Cost: some additions a packet, and a sort of 64 numbers a
// second. Memory: 6 KB. Threads: one thread at a time.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "camera/frame_sink.h"
#include "camera/idle_mode.h"
#include "domain/geometry.h"

namespace vigia::camera {

// The usual size of packets at one place of a group.
class UsualSize {
 public:
  static constexpr std::size_t kMost = 64, kLeast = 4;

  void add(double size);
  [[nodiscard]] bool is_begun() const noexcept { return !sizes_.empty(); }
  [[nodiscard]] bool is_known() const noexcept { return sizes_.size() >= kLeast; }
  [[nodiscard]] double median() const noexcept { return median_; }
  // As a standard deviation: 1.4826 x the median of the absolute differences from the median.
  [[nodiscard]] double deviation() const noexcept { return deviation_; }

 private:
  std::vector<double> sizes_;  // a ring
  std::size_t next_ = 0;
  double median_ = 0, deviation_ = 0;
};

class Hibernation {
 public:
  static constexpr std::chrono::seconds kQuiet{5}, kSettles{3}, kTryAgain{600};
  static constexpr std::size_t kWindow = 8;
  static constexpr std::size_t kLeastLearned = 30;  // values of all places together
  static constexpr double kDeviations = 6, kShare = 0.15, kLeastRise = 1.0 / 2000, kCertain = 0.6;
  static constexpr double kFilled = 1.0 / 16;  // of a key frame: pictures that are larger fill up a rate

  struct Packet {
    SteadyTime at;  // read at
    Bytes size = 0;
    bool is_key = false, is_damaged = false;
  };
  enum class Verdict {
    decode,       // it is awake
    fall_asleep,  // from this key frame on; look at it
    look,         // at this key frame
    keep,         // undecoded
    wake,         // decode what is kept, and this one
  };

  // A connection begins, awake. What was learned stays: it is the same encoder.
  void begin();
  // frame: its size, 0x0: not known.
  Verdict packet(const Packet& packet, const SinkView& view, domain::Size frame, bool may_sleep);
  // Wakes it. why: other than asleep; no_picture stays for kTryAgain, or until the next connection.
  void wake(SteadyTime now, IdleMode why);

  [[nodiscard]] bool is_asleep() const noexcept { return mode_ == IdleMode::asleep; }
  [[nodiscard]] IdleMode mode() const noexcept { return mode_; }
  // It is awake only because that is wanted.
  [[nodiscard]] bool may_sleep(const SinkView& view) const noexcept {
    return mode_ == IdleMode::awake && view.nobody_for >= kQuiet;
  }

 private:
  static constexpr std::size_t kPlaces = 6;

  struct Peak {  // the largest mean of a second
    SteadyTime at{};
    std::size_t place = 0;
    double size = 0;
  };

  void measure(const Packet& packet);
  void note_peak(SteadyTime now, double mean);
  void learn(SteadyTime now, bool nobody);
  [[nodiscard]] const UsualSize* usual() const;
  [[nodiscard]] double rise(const UsualSize& usual) const;
  [[nodiscard]] double key_size() const;
  [[nodiscard]] IdleMode sign(SteadyTime now, const SinkView& view, domain::Size frame) const;
  [[nodiscard]] bool rises() const;

  IdleMode mode_ = IdleMode::none;
  std::array<UsualSize, kPlaces> usual_{};
  std::size_t learned_ = 0;
  UsualSize keys_;
  std::size_t keys_in_a_row_ = 0;
  std::optional<std::size_t> place_;  // in the group; nothing before the first key frame
  std::array<Bytes, kWindow> window_{};
  std::size_t filled_ = 0, at_ = 0;
  double mean_ = 0;
  std::optional<Peak> peak_;           // of this second
  std::deque<Peak> pending_;           // not learned until it is known that nobody was there
  SteadyTime restless_at_{};           // the last sign
  std::optional<SteadyTime> woke_at_;  // or when the connection began
  std::optional<SteadyTime> no_picture_at_;
};

}  // namespace vigia::camera
