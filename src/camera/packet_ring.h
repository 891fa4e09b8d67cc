// The encoded pictures of a live stream's last seconds, so that a moment that turns out to be wanted can be
// decoded afterwards. They are kept in groups: a key frame, and the packets up to the next one, which can be
// decoded only after it.
//
//   PacketRing ring(memory, memory.budget().open(name, memory::Kind::packets), {.span = 10s});
//   ring.begin(format_of(source));              // of each connection
//   ring.push(packet, {.times = times, .captured = captured});
//
// A group is kept until the one after it is older than `span`; so any moment of the last `span` can be
// decoded. Less is kept while memory is short (half of the span from the soft mark on, the newest group alone
// at the hard mark), and when all would hold more than `bytes`. A group that alone is larger than that is
// given up to its next key frame: overflowed() counts it. Packets before the first key frame are not kept.
//
// Nothing is copied: a packet's data is shared with the one that was pushed. All is charged to the account.
// Cost: one small allocation a packet; groups that are let go of are retired, so that the thread that fills
// the ring does not pay for freeing them. Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "camera/av_handles.h"
#include "camera/decoder.h"
#include "camera/packet_source.h"
#include "memory/budget.h"
#include "memory/memory_manager.h"
#include "memory/retirable.h"

namespace vigia::camera {

// What packets must be decoded with. Constant, and shared by the packets of a connection.
struct StreamFormat {
  AvHandle<AVCodecParameters> codec;
  AVRational time_base{};
  Presentation presentation;
};
// Nullptr: no memory.
std::shared_ptr<const StreamFormat> format_of(const PacketSource& source);

struct KeptPacket {
  AvHandle<AVPacket> packet;
  PacketTimes times{};
  UtcTime captured{};  // as far as known
  bool is_key = false;
};

struct PacketGroup final : public memory::Retirable {
  PacketGroup(std::uint64_t place, std::shared_ptr<const StreamFormat> of,
              std::shared_ptr<memory::Account> account)
      : Retirable(0), number(place), format(std::move(of)), account_(std::move(account)) {}
  ~PacketGroup() noexcept override { account_->discharge(charge()); }
  void add(KeptPacket packet);

  const std::uint64_t number;  // counts the groups of a ring from 1
  const std::shared_ptr<const StreamFormat> format;
  std::vector<KeptPacket> packets;  // in the order of decoding; never empty once it is in a ring

 private:
  const std::shared_ptr<memory::Account> account_;
};

// A key frame and packets after it, ready to be decoded; shares their data with the ring.
struct KeptMoment {
  std::shared_ptr<const StreamFormat> format;
  std::vector<KeptPacket> packets;  // none is before the key frame
};

class PacketRing {
 public:
  struct Limits {
    Nanoseconds span{0};
    Bytes bytes = 0;  // 0: no limit
  };
  struct Stamps {
    PacketTimes times;
    UtcTime captured;
  };

  PacketRing(memory::MemoryManager& memory, std::shared_ptr<memory::Account> account, Limits limits)
      : memory_(memory), account_(std::move(account)), limits_(limits) {}
  ~PacketRing() { clear(); }
  PacketRing(const PacketRing&) = delete;
  PacketRing& operator=(const PacketRing&) = delete;

  // The packets that follow come from another connection, and begin with a key frame again. What is kept
  // stays.
  void begin(std::shared_ptr<const StreamFormat> format);
  // False: it is not kept: no key frame before it, no memory, or its group is too large.
  bool push(const AVPacket& packet, const Stamps& stamps);
  void clear() noexcept;
  // Lets go of all groups before that one.
  void keep_from(std::uint64_t number) noexcept;

  [[nodiscard]] const std::deque<std::unique_ptr<PacketGroup>>& groups() const noexcept { return groups_; }
  // Null: it is no longer kept, or not yet.
  [[nodiscard]] const PacketGroup* group(std::uint64_t number) const noexcept;
  [[nodiscard]] Bytes bytes() const noexcept { return bytes_; }
  // From the first packet to the last.
  [[nodiscard]] Nanoseconds holds() const noexcept;
  // Groups that were given up because they alone were too large.
  [[nodiscard]] std::uint64_t overflowed() const noexcept { return overflowed_; }

  // The packets that show the pictures captured from `from` to `to`, and those that must be decoded before
  // them. Nothing: the ring begins after `from`. It may end before `to`, and never goes over into another
  // connection. REQUIRES: from <= to.
  [[nodiscard]] std::optional<KeptMoment> between(UtcTime from, UtcTime to) const;

 private:
  [[nodiscard]] Nanoseconds span() const noexcept;
  void begin_group();
  void trim(SteadyTime now) noexcept;
  void let_go_of_oldest() noexcept;

  // Constant after construction.
  memory::MemoryManager& memory_;
  const std::shared_ptr<memory::Account> account_;
  const Limits limits_;

  std::shared_ptr<const StreamFormat> format_;  // of the connection
  bool begun_ = false;                          // the newest group is of this connection, and whole so far
  std::deque<std::unique_ptr<PacketGroup>> groups_;
  std::uint64_t last_number_ = 0;
  Bytes bytes_ = 0;
  std::uint64_t overflowed_ = 0;
};

}  // namespace vigia::camera
