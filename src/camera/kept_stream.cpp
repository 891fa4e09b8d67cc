#include "camera/kept_stream.h"

#include <utility>

namespace vigia::camera {

void KeptStream::begin(std::shared_ptr<const StreamFormat> format) {
  MutexLock lock(mutex_);
  ring_.begin(std::move(format));
  is_connected_ = true;
}

bool KeptStream::push(const AVPacket& packet, const PacketRing::Stamps& stamps) {
  MutexLock lock(mutex_);
  return ring_.push(packet, stamps);
}

void KeptStream::end() {
  MutexLock lock(mutex_);
  is_connected_ = false;
}

std::optional<KeptMoment> KeptStream::between(UtcTime from, UtcTime to) const {
  MutexLock lock(mutex_);
  return ring_.between(from, to);
}

KeptStream::State KeptStream::state() const {
  MutexLock lock(mutex_);
  State state{.is_connected = is_connected_,
              .bytes = ring_.bytes(),
              .holds = ring_.holds(),
              .overflowed = ring_.overflowed()};
  if (ring_.groups().empty()) return state;
  state.oldest = ring_.groups().front()->packets.front().captured;
  state.newest = ring_.groups().back()->packets.back().captured;
  return state;
}

SizeReader::SizeReader(const StreamFormat& format, domain::Orientation own)
    : format_(format),
      own_(own),
      context_(avcodec_alloc_context3(nullptr)),
      parser_(av_parser_init(format.codec->codec_id)) {
  if (context_) avcodec_parameters_to_context(context_.get(), format.codec.get());
  if (parser_) parser_->flags |= PARSER_FLAG_COMPLETE_FRAMES;
}

domain::Size SizeReader::read(const AVPacket& key) {
  const AvHandle<AVFrame> like(av_frame_alloc());
  if (!like || !context_) return {};
  std::uint8_t* unused = nullptr;
  int unused_bytes = 0;
  if (parser_) {
    av_parser_parse2(parser_.get(), context_.get(), &unused, &unused_bytes, key.data, key.size,
                     AV_NOPTS_VALUE, AV_NOPTS_VALUE, -1);
  }
  const bool is_told = parser_ && parser_->width > 0 && parser_->height > 0;
  like->width = is_told ? parser_->width : format_.codec->width;
  like->height = is_told ? parser_->height : format_.codec->height;
  if (like->width <= 0 || like->height <= 0) return {};
  like->sample_aspect_ratio = is_told ? context_->sample_aspect_ratio : format_.codec->sample_aspect_ratio;
  const PictureChange change = PictureChanges(format_.presentation, own_).of(*like);
  if (change.turn.swaps_sides()) return {change.size.height, change.size.width};
  return change.size;
}

}  // namespace vigia::camera
