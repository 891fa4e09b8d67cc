#include "bench/bare_stream.h"

#include "camera/picture_frame.h"
#include "camera/source_factory.h"

namespace vigia::bench {

Result<std::unique_ptr<BareStream>> BareStream::open(const settings::CameraSettings& camera,
                                                     memory::MemoryManager& memory) {
  std::unique_ptr<BareStream> stream(new BareStream(camera, memory));
  auto source = camera::open_source(camera.spec.url, camera.source, {});
  if (!source) return source.error();
  stream->source_ = *std::move(source);
  const auto own = domain::orientation_of(camera.source.video_transform);
  stream->changes_ =
      camera::PictureChanges(stream->source_->presentation(), own.value_or(domain::Orientation()));
  auto decoder = camera::Decoder::open({stream->source_->codec(), stream->source_->time_base(),
                                        stream->decoded_, stream->counters_, stream->buffers_,
                                        memory.budget().open(camera.spec.name, memory::Kind::packets)});
  if (!decoder) return decoder.error();
  stream->decoder_ = *std::move(decoder);
  return stream;
}

Status BareStream::feed() {
  if (at_end_) {  // and what was left inside is out
    if (++empty_passes_ > 1) return Error{ErrorCode::io, url_ + " holds no picture that can be decoded"};
    decoder_->restart();
    at_end_ = false;
    if (Status rewound = source_->rewind(); !rewound) return rewound;
  }
  const Status read = source_->read(*packet_, {});
  if (read.ok()) {
    decoder_->push(*packet_, {});
    av_packet_unref(packet_.get());
  } else if (read.error().code == ErrorCode::ended) {
    decoder_->finish();
    at_end_ = true;
  } else {
    return read;
  }
  return ok_status();
}

AVFrame* BareStream::shareable(AVFrame& picture) {
  const camera::PictureChange change = changes_.of(picture);
  if (decoder_->shareable(picture) && !change.needed(picture)) return &picture;
  return converter_.convert(picture, change, buffers_);
}

Result<domain::Frame> BareStream::next() {
  while (true) {
    AVFrame* const picture = decoder_->next();
    if (picture == nullptr) {
      if (Status fed = feed(); !fed) return fed.error();
      continue;
    }
    AVFrame* const usable = shareable(*picture);
    if (usable == nullptr) return Error{ErrorCode::no_memory, "no buffer for a picture of " + url_};
    empty_passes_ = 0;
    domain::Frame frame = camera::frame_of(*usable);
    if (usable != picture) converter_.release();
    return frame;
  }
}

}  // namespace vigia::bench
