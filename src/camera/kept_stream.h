// A camera's main stream, kept encoded for the best shots that are taken from it (the setting detect_url):
// one thread reads it and never decodes, another decodes the few moments that are wanted.
//
//   KeptStream kept(memory, account, {.span = 10s, .bytes = 32_MiB});
//   StreamCamera(spec, ...).keep(stop, kept);                       // on a thread of its own
//   std::optional<KeptMoment> moment = kept.between(from, to);      // elsewhere, at any time
//
// The lock is held for a packet by the thread that reads, and for a moment's packets (references, no copies)
// by the others, 0.1 ms. Neither is on a frame's way: what waits meanwhile is the network's data in the
// system's buffer. Memory, and what is given up: packet_ring.h. Threads: thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "camera/packet_ring.h"
#include "domain/geometry.h"

namespace vigia::camera {

class KeptStream {
 public:
  KeptStream(memory::MemoryManager& memory, std::shared_ptr<memory::Account> account,
             PacketRing::Limits limits)
      : ring_(memory, std::move(account), limits) {}

  // A connection begins.
  void begin(std::shared_ptr<const StreamFormat> format);
  // Of its pictures when they are shown upright.
  void set_size(domain::Size size) noexcept {
    size_.store((static_cast<std::uint64_t>(size.width) << 32U) | static_cast<std::uint32_t>(size.height),
                std::memory_order_relaxed);
  }
  // False: it is not kept, see PacketRing::push().
  bool push(const AVPacket& packet, const PacketRing::Stamps& stamps);
  // The connection has ended; what is kept stays until it is too old for any shot.
  void end();

  // See PacketRing::between().
  [[nodiscard]] std::optional<KeptMoment> between(UtcTime from, UtcTime to) const;

  struct State {
    bool is_connected = false;
    Bytes bytes = 0;
    Nanoseconds holds{0};  // from the first packet that is kept to the last
    // Of those packets; nothing: none is kept.
    std::optional<UtcTime> oldest, newest;
    std::uint64_t overflowed = 0;  // PacketRing::overflowed()
  };
  [[nodiscard]] State state() const;
  // 0x0: no key frame has come yet. Takes no lock.
  [[nodiscard]] domain::Size size() const noexcept {
    const std::uint64_t packed = size_.load(std::memory_order_relaxed);
    return {static_cast<int>(packed >> 32U), static_cast<int>(packed & 0xFFFFFFFFU)};
  }

 private:
  // Width and height in one value, so that a reader never sees one of each.
  std::atomic<std::uint64_t> size_{0};

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  PacketRing ring_ GUARDED_BY(mutex_);
  bool is_connected_ GUARDED_BY(mutex_) = false;
};

// Reads from key frames, without decoding them, which size their pictures will have once they stand upright
// and have square pixels (picture_change.h). Threads: one thread at a time.
class SizeReader {
 public:
  // own: the camera's video_transform. format must outlive it.
  SizeReader(const StreamFormat& format, domain::Orientation own);

  // 0x0: the packet does not tell.
  [[nodiscard]] domain::Size read(const AVPacket& key);

 private:
  const StreamFormat& format_;
  const domain::Orientation own_;
  AvHandle<AVCodecContext> context_;
  AvHandle<AVCodecParserContext> parser_;
};

}  // namespace vigia::camera
