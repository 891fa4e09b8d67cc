// A live camera's packets while nobody is in view, and after somebody came: joins Hibernation, which decides,
// to the ring in which packets wait encoded, and to the way back to now.
//
//   IdleStream idle(world, learned);            // of each connection
//   idle.begin(source);
//   switch (idle.take(packet, times, wish)) ... // each packet
//   while (const KeptPacket* late = idle.next()) decode(*late);   // while is_behind()
//
// Asleep, the group at hand and the one before it are kept. A camera that wakes decodes from the beginning of
// those: whoever is the reason came after it. Until it has caught up, packets that come are kept, too. More
// than kMostBytes are never kept: beyond kWakesAt it wakes, and what has to be let go of undecoded counts as
// frames_dropped_no_buffer. Awake it costs nothing but Hibernation's additions.
//
// Threads: owner thread only; the counters may be read by all.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "camera/camera_stats.h"
#include "camera/hibernation.h"
#include "camera/packet_ring.h"
#include "memory/memory_manager.h"

namespace vigia::camera {

class IdleStream {
 public:
  static constexpr Bytes kWakesAt = 8_MiB, kMostBytes = 16_MiB;

  struct World {
    const std::string& camera;  // its name
    memory::MemoryManager& memory;
    std::shared_ptr<memory::Account> account;
    CaptureCounters& counters;
  };
  struct Wish {
    SinkView view;
    domain::Size frame;       // 0x0: not known
    bool is_wanted = false;   // by the setting, or by load/
    bool is_possible = true;  // the decoder may be interrupted now
  };
  enum class Task {
    decode,       // the packet
    fall_asleep,  // decode what the decoder still holds, then look at this key frame
    look,         // at this key frame
    wait,         // the packet is kept
    catch_up,     // the packet is kept; decode from next()
  };

  // learned: goes on over connections. All must outlive it.
  IdleStream(const World& world, Hibernation& learned);
  ~IdleStream() { end(); }
  IdleStream(const IdleStream&) = delete;
  IdleStream& operator=(const IdleStream&) = delete;

  void begin(const PacketSource& source);
  Task take(const AVPacket& packet, const PacketTimes& times, const Wish& wish);
  // The key frame that was to be looked at gave no picture. Decode from next().
  void no_picture(SteadyTime now);
  // Packets wait that must be decoded before those that come.
  [[nodiscard]] bool is_behind() const noexcept { return behind_; }
  [[nodiscard]] Nanoseconds behind_for(SteadyTime now) const noexcept {
    return behind_ ? now - woke_at_ : Nanoseconds(0);
  }
  // Valid until the next call of anything. Nullptr: it has caught up.
  const KeptPacket* next();

 private:
  struct Held {
    std::size_t packets = 0, keys = 0;
  };
  [[nodiscard]] Held held() const noexcept;
  void keep(const AVPacket& packet, const PacketTimes& times);
  void wake(SteadyTime now);
  void end() noexcept;
  void tell(const Wish& wish);

  // Constant after construction.
  const World world_;
  Hibernation& hibernation_;

  PacketRing ring_;
  std::shared_ptr<const StreamFormat> format_;
  bool behind_ = false;
  SteadyTime woke_at_{};
  std::uint64_t group_ = 0;  // of the packet that is decoded next, ...
  std::size_t index_ = 0;    // ... and its place there
  std::size_t to_do_ = 0;    // packets kept and not decoded yet
};

}  // namespace vigia::camera
