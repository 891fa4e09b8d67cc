#include "camera/idle_stream.h"

#include "base/log.h"

namespace vigia::camera {
namespace {

// Longer than any two groups: what is kept is decided here.
constexpr std::chrono::minutes kSpan{10};

}  // namespace

IdleStream::IdleStream(const World& world, Hibernation& learned)
    : world_(world),
      hibernation_(learned),
      ring_(world.memory, world.account, {.span = kSpan, .bytes = kMostBytes}) {}

void IdleStream::begin(const PacketSource& source) {
  end();
  hibernation_.begin();
  format_ = format_of(source);
  ring_.begin(format_);
}

IdleStream::Held IdleStream::held() const noexcept {
  Held held;
  for (const auto& group : ring_.groups()) held.packets += group->packets.size();
  held.keys = ring_.groups().size();
  return held;
}

IdleStream::Task IdleStream::take(const AVPacket& packet, const PacketTimes& times, const Wish& wish) {
  const Hibernation::Packet seen{.at = times.read_at,
                                 .size = packet.size,
                                 .is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0,
                                 .is_damaged = (packet.flags & AV_PKT_FLAG_CORRUPT) != 0};
  const bool may_sleep = wish.is_wanted && !behind_ && (wish.is_possible || hibernation_.is_asleep());
  auto verdict = hibernation_.packet(seen, wish.view, wish.frame, may_sleep);
  tell(wish);
  world_.counters.may_sleep.store(hibernation_.may_sleep(wish.view), std::memory_order_relaxed);
  if (verdict == Hibernation::Verdict::decode && !behind_) return Task::decode;
  if (verdict == Hibernation::Verdict::fall_asleep) ring_.begin(format_);
  keep(packet, times);
  if (hibernation_.is_asleep() && ring_.bytes() > kWakesAt) {
    hibernation_.wake(times.read_at, IdleMode::restless);
    verdict = Hibernation::Verdict::wake;
  }
  if (verdict == Hibernation::Verdict::wake) wake(times.read_at);
  if (behind_) return Task::catch_up;
  return verdict == Hibernation::Verdict::fall_asleep ? Task::fall_asleep
         : verdict == Hibernation::Verdict::look      ? Task::look
                                                      : Task::wait;
}

void IdleStream::tell(const Wish& wish) {
  const IdleMode mode = wish.is_wanted ? hibernation_.mode() : IdleMode::none;
  const IdleMode before = world_.counters.idle_mode.exchange(mode, std::memory_order_relaxed);
  if (mode == before || !wish.is_wanted) return;
  const bool is_told = mode == IdleMode::asleep || mode == IdleMode::filled || mode == IdleMode::noisy ||
                       mode == IdleMode::only_keys || mode == IdleMode::no_picture;
  const auto bit = std::uint32_t{1} << static_cast<unsigned>(mode);
  const std::uint32_t told = world_.counters.idle_told.fetch_or(is_told ? bit : 0, std::memory_order_relaxed);
  if (!is_told || (told & bit) != 0) return;  // each is said once
  log::info("camera '{}': hibernation: {}", world_.camera, words_of(mode));
}

void IdleStream::keep(const AVPacket& packet, const PacketTimes& times) {
  const Held before = held();
  const bool is_kept = ring_.push(packet, {.times = times, .captured = {}});
  if (behind_) {
    is_kept ? void(++to_do_) : count(world_.counters.frames_dropped_no_buffer);
    return;
  }
  if (ring_.groups().size() > 2) ring_.keep_from(ring_.groups().back()->number - 1);
  const Held after = held();
  const bool is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  const std::size_t gone = before.packets + 1 - after.packets;
  const std::size_t keys = before.keys + (is_key ? 1 : 0) - after.keys;  // were looked at
  count(world_.counters.frames_hibernated, gone - keys);
}

void IdleStream::no_picture(SteadyTime now) {
  hibernation_.wake(now, IdleMode::no_picture);
  wake(now);
}

void IdleStream::wake(SteadyTime now) {
  behind_ = true;
  woke_at_ = now;
  to_do_ = held().packets;
  group_ = ring_.groups().empty() ? 0 : ring_.groups().front()->number;
  index_ = 0;
}

const KeptPacket* IdleStream::next() {
  if (!behind_) return nullptr;
  while (!ring_.groups().empty()) {
    const PacketGroup* group = ring_.group(group_);
    if (group == nullptr) {  // memory was short
      group = ring_.groups().front().get();
      group_ = group->number;
      index_ = 0;
    }
    if (index_ < group->packets.size()) {
      --to_do_;
      return &group->packets[index_++];
    }
    if (group->number == ring_.groups().back()->number) break;
    ring_.keep_from(++group_);
    index_ = 0;
  }
  end();
  return nullptr;
}

// What is still kept is given up: asleep it showed nobody, and behind it is lost.
void IdleStream::end() noexcept {
  if (behind_) {
    count(world_.counters.frames_dropped_no_buffer, to_do_);
  } else {
    const Held left = held();
    count(world_.counters.frames_hibernated, left.packets - left.keys);
  }
  ring_.clear();
  behind_ = false;
  to_do_ = 0;
}

}  // namespace vigia::camera
