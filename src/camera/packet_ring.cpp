#include "camera/packet_ring.h"

#include <algorithm>
#include <new>
#include <utility>

namespace vigia::camera {
namespace {

// What a packet takes beside its data: FFmpeg's reference, and the entry here.
constexpr Bytes kBytesBeside = sizeof(AVPacket) + sizeof(KeptPacket) + 128;

KeptPacket referenced(const KeptPacket& packet) {
  KeptPacket copy{AvHandle<AVPacket>(av_packet_clone(packet.packet.get())), packet.times, packet.captured,
                  packet.is_key};
  if (!copy.packet) throw std::bad_alloc();
  return copy;
}

}  // namespace

std::shared_ptr<const StreamFormat> format_of(const PacketSource& source) {
  auto format = std::make_shared<StreamFormat>();
  format->codec.reset(avcodec_parameters_alloc());
  if (!format->codec || avcodec_parameters_copy(format->codec.get(), &source.codec()) < 0) return nullptr;
  format->time_base = source.time_base();
  format->presentation = source.presentation();
  return format;
}

void PacketGroup::add(KeptPacket packet) {
  const Bytes held = packet.packet->size + kBytesBeside;
  packets.push_back(std::move(packet));
  account_->charge(held);
  set_charge(charge() + held);
}

void PacketRing::begin(std::shared_ptr<const StreamFormat> format) {
  format_ = std::move(format);
  begun_ = false;
}

bool PacketRing::push(const AVPacket& packet, const Stamps& stamps) {
  const bool is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  trim(stamps.times.read_at);
  if (!format_ || (!is_key && !begun_)) return false;
  KeptPacket kept{AvHandle<AVPacket>(av_packet_clone(&packet)), stamps.times, stamps.captured, is_key};
  if (!kept.packet) {
    begun_ = false;  // nothing after it can be decoded
    return false;
  }
  if (is_key) begin_group();
  PacketGroup& group = *groups_.back();
  const Bytes before = group.charge();
  group.add(std::move(kept));
  bytes_ += group.charge() - before;
  while (limits_.bytes > 0 && bytes_ > limits_.bytes && groups_.size() > 1) let_go_of_oldest();
  if (limits_.bytes == 0 || bytes_ <= limits_.bytes) return true;
  let_go_of_oldest();
  ++overflowed_;
  begun_ = false;
  return false;
}

void PacketRing::begin_group() {
  groups_.push_back(std::make_unique<PacketGroup>(++last_number_, format_, account_));
  begun_ = true;
}

void PacketRing::clear() noexcept {
  while (!groups_.empty()) let_go_of_oldest();
  begun_ = false;
}

void PacketRing::keep_from(std::uint64_t number) noexcept {
  while (!groups_.empty() && groups_.front()->number < number) let_go_of_oldest();
}

const PacketGroup* PacketRing::group(std::uint64_t number) const noexcept {
  if (groups_.empty() || number < groups_.front()->number || number > groups_.back()->number) return nullptr;
  return groups_[static_cast<std::size_t>(number - groups_.front()->number)].get();
}

Nanoseconds PacketRing::holds() const noexcept {
  if (groups_.empty()) return Nanoseconds(0);
  return groups_.back()->packets.back().times.read_at - groups_.front()->packets.front().times.read_at;
}

Nanoseconds PacketRing::span() const noexcept {
  const memory::Pressure pressure = memory_.pressure();
  return pressure == memory::Pressure::none   ? limits_.span
         : pressure == memory::Pressure::soft ? limits_.span / 2
                                              : Nanoseconds(0);
}

void PacketRing::trim(SteadyTime now) noexcept {
  const SteadyTime oldest = now - span();
  while (groups_.size() > 1 && groups_[1]->packets.front().times.read_at <= oldest) let_go_of_oldest();
}

void PacketRing::let_go_of_oldest() noexcept {
  bytes_ -= groups_.front()->charge();
  memory_.retire(std::move(groups_.front()));
  groups_.pop_front();
}

std::optional<KeptMoment> PacketRing::between(UtcTime from, UtcTime to) const {
  // The last group that begins at or before `from`.
  const auto after = std::ranges::find_if(
      groups_, [from](const auto& group) { return group->packets.front().captured > from; });
  if (after == groups_.begin()) return std::nullopt;
  KeptMoment moment;
  for (auto group = std::prev(after); group != groups_.end(); ++group) {
    if (moment.format && (*group)->format != moment.format) break;
    if ((*group)->packets.front().captured > to) break;
    moment.format = (*group)->format;
    for (const KeptPacket& packet : (*group)->packets) moment.packets.push_back(referenced(packet));
  }
  // Pictures may be shown in another order than they are decoded in, so the end is the last one wanted.
  const auto last = std::find_if(moment.packets.rbegin(), moment.packets.rend(),
                                 [to](const KeptPacket& packet) { return packet.captured <= to; });
  moment.packets.erase(last.base(), moment.packets.end());
  return moment;
}

}  // namespace vigia::camera
