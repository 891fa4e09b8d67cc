#include "camera/moment_decoder.h"

#include <utility>

#include "camera/decoder.h"
#include "camera/picture_frame.h"

namespace vigia::camera {

struct MomentDecoder::Pass {
  Decoder& decoder;
  PictureChanges changes;
  const Wanted& wanted;
  const Use& use;
  int used = 0;
  bool lacked_buffer = false;
};

Status MomentDecoder::decode(const KeptMoment& moment, const Wanted& wanted, const Use& use) {
  auto opened = Decoder::open({.codec = *moment.format->codec,
                               .time_base = moment.format->time_base,
                               .pool = decoded_,
                               .counters = counters_,
                               .buffers_for_others = kHeld,
                               .account = account_});
  if (!opened) return opened.error();
  std::unique_ptr<Decoder> decoder = *std::move(opened);
  Pass pass{*decoder, PictureChanges(moment.format->presentation, wanted.own), wanted, use};
  bool goes_on = true;
  for (const KeptPacket& packet : moment.packets) {
    PacketTimes times = packet.times;
    times.told = packet.captured;  // the decoder hands it on with the picture
    decoder->push(*packet.packet, times);
    goes_on = take_ready(pass);
    if (!goes_on) break;
  }
  if (goes_on) {
    decoder->finish();
    static_cast<void>(take_ready(pass));
  }
  converter_->release();
  decoder
      ->restart();  // its pictures go back now: the next one needs their buffers before the collector comes
  memory_.retire(std::move(decoder));
  if (pass.used > 0) return ok_status();
  if (pass.lacked_buffer) return Error{ErrorCode::no_memory, "no buffer for a picture of the main stream"};
  return Error{ErrorCode::io, "the main stream shows no picture of that moment that can be decoded"};
}

bool MomentDecoder::take_ready(Pass& pass) {
  while (AVFrame* const picture = pass.decoder.next()) {
    ++pictures_;
    if (!hand_over(*picture, pass)) return false;
  }
  pass.lacked_buffer |= pass.decoder.starved();
  return true;
}

bool MomentDecoder::hand_over(AVFrame& picture, Pass& pass) {
  const UtcTime captured = pass.decoder.times_of(picture).told.value_or(UtcTime{});
  if (captured < pass.wanted.from || captured > pass.wanted.to) return true;
  const PictureChange change = pass.changes.of(picture);
  AVFrame* usable = &picture;
  if (!pass.decoder.shareable(picture) || change.needed(picture)) {
    usable = converter_->convert(picture, change, kHeld);
    if (usable == nullptr) {
      pass.lacked_buffer |= !converter_->impossible();
      return true;
    }
  }
  domain::Frame frame = frame_of(*usable);
  frame.captured = captured;
  ++pass.used;
  return pass.use(std::move(frame));
}

void MomentDecoder::release() {
  decoded_.release();
  converter_ = std::make_unique<PictureConverter>(memory_, account_->owner());
}

}  // namespace vigia::camera
