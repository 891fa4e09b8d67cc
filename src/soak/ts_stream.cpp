#include "soak/ts_stream.h"

namespace vigia::soak {
namespace {

constexpr std::size_t kBlock = 188 * 64;  // bytes that the muxer hands over at a time, at most
// Players dislike a stream that begins before its first reference clock.
constexpr std::int64_t kFirstStamp = 10 * kStampBase.den;
constexpr AVRational kNanosecond{1, 1'000'000'000};

}  // namespace

void TsStream::FreeMuxer::operator()(AVFormatContext* muxer) const noexcept {
  if (muxer->pb != nullptr) av_freep(&muxer->pb->buffer);
  avio_context_free(&muxer->pb);
  avformat_free_context(muxer);
}

TsStream::TsStream(std::shared_ptr<const Loop> loop, Nanoseconds from)
    : loop_(std::move(loop)), packet_(av_packet_alloc()) {
  skip_to(from);
}
TsStream::~TsStream() = default;

Result<std::unique_ptr<TsStream>> TsStream::start(std::shared_ptr<const Loop> loop, Nanoseconds from) {
  std::unique_ptr<TsStream> stream(new TsStream(std::move(loop), from));  // NOLINT: private constructor
  if (Status opened = stream->open(); !opened) return opened.error();
  return stream;
}

Status TsStream::open() {
  AVFormatContext* context = nullptr;
  int code = avformat_alloc_output_context2(&context, nullptr, "mpegts", nullptr);
  muxer_.reset(context);
  auto* const block = static_cast<unsigned char*>(av_malloc(kBlock));
  if (code >= 0 && packet_ && block != nullptr) {
    muxer_->pb = avio_alloc_context(block, kBlock, 1, this, nullptr, &TsStream::take, nullptr);
  }
  if (code < 0 || !packet_ || block == nullptr || muxer_->pb == nullptr) {
    if (!muxer_ || muxer_->pb == nullptr) av_free(block);
    return Error{ErrorCode::no_memory, "no memory for a transport stream"};
  }
  AVStream* const stream = avformat_new_stream(muxer_.get(), nullptr);
  code = stream == nullptr ? AVERROR(ENOMEM) : avcodec_parameters_copy(stream->codecpar, loop_->codec.get());
  if (code >= 0) {
    stream->codecpar->codec_tag = 0;
    stream->time_base = kStampBase;
    muxer_->max_delay = 0;
    code = avformat_write_header(muxer_.get(), nullptr);
  }
  return code < 0 ? Status(Error{ErrorCode::io, loop_->name + ": " + camera::av_error_text(code)})
                  : ok_status();
}

int TsStream::take(void* self, std::uint8_t* data, int size) {
  try {
    static_cast<TsStream*>(self)->bytes_.append(reinterpret_cast<const char*>(data),
                                                static_cast<std::size_t>(size));
  } catch (const std::bad_alloc&) {
    return AVERROR(ENOMEM);
  }
  return size;
}

std::int64_t TsStream::stamp() const {
  return round_ * loop_->duration + loop_->packets[index_]->dts;
}

Nanoseconds TsStream::due() const {
  return Nanoseconds(av_rescale_q(stamp(), kStampBase, kNanosecond));
}

Result<std::string> TsStream::next() {
  const AVPacket& packet = *loop_->packets[index_];
  const std::int64_t shift = round_ * loop_->duration + kFirstStamp;
  int code = av_packet_ref(packet_.get(), &packet);
  if (code >= 0) {
    packet_->pts += shift;
    packet_->dts += shift;
    code = av_write_frame(muxer_.get(), packet_.get());
    av_packet_unref(packet_.get());
  }
  if (code >= 0) code = av_write_frame(muxer_.get(), nullptr);  // nothing is kept back
  if (code < 0) return Error{ErrorCode::io, loop_->name + ": " + camera::av_error_text(code)};
  avio_flush(muxer_->pb);
  if (++index_ == loop_->packets.size()) {
    index_ = 0;
    ++round_;
  }
  return std::exchange(bytes_, {});
}

void TsStream::skip_to(Nanoseconds from) {
  const std::int64_t at = std::max(av_rescale_q(from.count(), kNanosecond, kStampBase), stamp());
  round_ = at / loop_->duration;
  const std::int64_t within = at % loop_->duration;
  for (index_ = 0; index_ < loop_->packets.size(); ++index_) {
    const AVPacket& packet = *loop_->packets[index_];
    if (packet.dts >= within && (packet.flags & AV_PKT_FLAG_KEY) != 0) return;
  }
  index_ = 0;
  ++round_;
}

bool TsStream::change_to(const std::shared_ptr<const Loop>& loop) {
  if (loop->codec->codec_id != loop_->codec->codec_id) return false;
  const Nanoseconds from = due();
  loop_ = loop;
  round_ = 0;
  index_ = 0;
  skip_to(from);
  return true;
}

}  // namespace vigia::soak
