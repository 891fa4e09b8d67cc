// The part of StreamJob for a live camera in which nobody is in view: idle_stream.h.
#include <algorithm>

#include "camera/disposable.h"
#include "camera/stream_job.h"

namespace vigia::camera {
namespace {

using namespace std::chrono_literals;

// A camera that has just woken needs all of its thread's time for so long, without being a slow one.
constexpr Nanoseconds kMayTake = 30s;
constexpr Nanoseconds kLeastApart = 5ms, kMostApart = 100ms;
constexpr int kSmoothing = 8;

}  // namespace

IdleStream::Wish StreamJob::idle_wish(const FrameSink& sink) const {
  IdleStream::Wish wish{.view = sink.view(), .frame = context_.state.size};
  wish.is_wanted =
      context_.options.hibernation == "on" || wish.view.decoding == domain::Decoding::idle_key_frames;
  wish.is_possible = !decoder_->on_trial() && !decoder_->waiting();
  return wish;
}

Status StreamJob::take_live(const LivePacket& next, const std::stop_token& stop, FrameSink& sink) {
  const IdleStream::Wish wish = idle_wish(sink);
  const bool was_behind = idle_.is_behind();
  switch (idle_.take(next.packet, next.times, wish)) {
    case IdleStream::Task::decode:
      packets_apart_ += (std::clamp(read_took_, kLeastApart, kMostApart) - packets_apart_) / kSmoothing;
      return leaves_out(next.packet, wish.view) ? ok_status() : decode(next.packet, next.times, stop, sink);
    case IdleStream::Task::fall_asleep:
      fall_asleep(stop, sink);
      return look_at_key(next, stop, sink);
    case IdleStream::Task::look:
      return look_at_key(next, stop, sink);
    case IdleStream::Task::wait:
      last_picture_ = context_.clock.now();  // there is one to be had
      reopening_.picture(last_picture_);
      return ok_status();
    case IdleStream::Task::catch_up:
      if (was_behind && reads_first_ > 0) {
        --reads_first_;
        return ok_status();
      }
      return catch_up(stop, sink);
  }
  return ok_status();
}

bool StreamJob::leaves_out(const AVPacket& packet, const SinkView& view) {
  if (!is_disposable(packet, source_->codec())) return false;
  count(context_.counters.frames_disposable);
  if (view.decoding == domain::Decoding::all || decoder_->on_trial()) return false;
  count(context_.counters.frames_overload_undecoded);
  return true;
}

// What the decoder holds back for reordering comes out; then nothing is left of the groups before.
void StreamJob::fall_asleep(const std::stop_token& stop, FrameSink& sink) {
  decoder_->finish();
  deliver_ready(stop, sink);
  decoder_->restart();
}

Status StreamJob::look_at_key(const LivePacket& key, const std::stop_token& stop, FrameSink& sink) {
  decode_began_ = context_.clock.now();
  look_ = domain::Look::probe;
  decoder_->push(key.packet, key.times);
  decoder_->finish();
  AVFrame* const picture = decoder_->next();
  if (picture != nullptr) deliver(*picture, stop, sink);
  while (decoder_->next() != nullptr) {
  }
  decoder_->restart();
  look_ = domain::Look::usual;
  last_picture_ = context_.clock.now();
  reopening_.picture(last_picture_);
  if (picture != nullptr) return ok_status();
  idle_.no_picture(last_picture_);
  return catch_up(stop, sink);
}

// For about as long as it takes until the next packet comes, so that nothing waits long in the network.
Status StreamJob::catch_up(const std::stop_token& stop, FrameSink& sink) {
  const SteadyTime began = context_.clock.now();
  Status taken = ok_status();
  look_ = domain::Look::late;
  while (const KeptPacket* const kept = idle_.next()) {
    taken = decode(*kept->packet, kept->times, stop, sink);
    if (!taken || stop.stop_requested() || context_.clock.now() - began >= packets_apart_) break;
  }
  look_ = domain::Look::usual;
  if (!idle_.is_behind()) live_pacer_.begin_again();
  reads_first_ = static_cast<int>((context_.clock.now() - began) / packets_apart_);
  return taken;
}

// A camera that catches up is busy, but not slow.
Nanoseconds StreamJob::busy_for() const {
  if (look_ != domain::Look::late) return live_pacer_.busy_for();
  return std::max(idle_.behind_for(context_.clock.now()) - kMayTake, Nanoseconds(0));
}

}  // namespace vigia::camera
