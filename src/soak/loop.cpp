#include "soak/loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "camera/source_factory.h"

extern "C" {
#include <libavcodec/bsf.h>
}

namespace vigia::soak {
namespace {

using camera::AvHandle;
using camera::PacketSource;

struct FreeFilter {
  void operator()(AVBSFContext* filter) const noexcept { av_bsf_free(&filter); }
};
using Filter = std::unique_ptr<AVBSFContext, FreeFilter>;

// The filters that make packets of this codec self-contained in a transport stream.
const char* filters_for(const AVCodecParameters& codec) {
  switch (codec.codec_id) {
    case AV_CODEC_ID_H264:
      return "h264_mp4toannexb,dump_extra=freq=keyframe";
    case AV_CODEC_ID_HEVC:
      return "hevc_mp4toannexb,dump_extra=freq=keyframe";
    case AV_CODEC_ID_MPEG4:
      return "dump_extra=freq=keyframe";
    case AV_CODEC_ID_MPEG2VIDEO:
    case AV_CODEC_ID_MPEG1VIDEO:
      return "null";
    default:
      return nullptr;
  }
}

Result<Filter> make_filter(const PacketSource& source) {
  const char* const description = filters_for(source.codec());
  if (description == nullptr) {
    return Error{ErrorCode::invalid, fmt::format("its video is {}; H.264, HEVC or MPEG-1, -2, -4 is wanted",
                                                 avcodec_get_name(source.codec().codec_id))};
  }
  AVBSFContext* made = nullptr;
  int code = av_bsf_list_parse_str(description, &made);
  Filter filter(made);
  if (code >= 0) code = avcodec_parameters_copy(filter->par_in, &source.codec());
  if (code >= 0) {
    filter->time_base_in = source.time_base();
    code = av_bsf_init(filter.get());
  }
  if (code < 0) return Error{ErrorCode::io, "it cannot be made ready: " + camera::av_error_text(code)};
  return filter;
}

class Recorder {
 public:
  Recorder(PacketSource& source, AVBSFContext& filter, double seconds, Loop& loop)
      : source_(source), filter_(filter), most_(std::llround(seconds * kStampBase.den)), loop_(loop) {}

  Status record() {
    while (!full_) {
      AvHandle<AVPacket> packet(av_packet_alloc());
      const Status read = source_.read(*packet, {});
      if (!read && read.error().code != ErrorCode::ended) return read;
      if (const int code = av_bsf_send_packet(&filter_, read ? packet.get() : nullptr); code < 0)
        return Error{ErrorCode::io, "a packet of it cannot be used: " + camera::av_error_text(code)};
      while (!full_) {
        AvHandle<AVPacket> ready(av_packet_alloc());
        if (av_bsf_receive_packet(&filter_, ready.get()) < 0) break;
        take(std::move(ready));
      }
      if (!read) break;
    }
    if (loop_.packets.size() < 2)
      return Error{ErrorCode::invalid, "it has no two pictures after a key frame"};
    const std::int64_t last = loop_.packets.back()->dts;
    const auto gaps = static_cast<std::int64_t>(loop_.packets.size() - 1);
    loop_.duration = most_seen_ > last ? most_seen_ : last + std::max<std::int64_t>(1, last / gaps);
    return ok_status();
  }

 private:
  void take(AvHandle<AVPacket> packet) {
    if (loop_.packets.empty() && (packet->flags & AV_PKT_FLAG_KEY) == 0) return;
    av_packet_rescale_ts(packet.get(), filter_.time_base_out, kStampBase);
    std::int64_t dts = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
    if (dts == AV_NOPTS_VALUE || packet->size == 0) return;
    if (loop_.packets.empty()) first_ = dts;
    dts -= first_;
    if (!loop_.packets.empty() && dts <= loop_.packets.back()->dts) return;
    bytes_ += packet->size;
    if (dts >= most_ || bytes_ > kLargestLoop) {
      full_ = true;
      most_seen_ = dts;
      return;
    }
    packet->pts = packet->pts == AV_NOPTS_VALUE ? dts : std::max(packet->pts - first_, dts);
    packet->dts = dts;
    packet->stream_index = 0;
    loop_.packets.push_back(std::move(packet));
  }

  PacketSource& source_;
  AVBSFContext& filter_;
  const std::int64_t most_;
  Loop& loop_;
  std::int64_t first_ = 0, most_seen_ = 0;
  Bytes bytes_ = 0;
  bool full_ = false;
};

Result<std::shared_ptr<const Loop>> record(const std::string& url, const std::string& name, double seconds) {
  const auto failed = [&name](const Error& error) { return Error{error.code, name + ": " + error.text}; };
  auto source = camera::open_source(url, {}, {});
  if (!source) return source.error();  // names it already
  Result<Filter> filter = make_filter(**source);
  if (!filter) return failed(filter.error());
  auto loop = std::make_shared<Loop>();
  loop->name = name;
  if (Status done = Recorder(**source, **filter, seconds, *loop).record(); !done) return failed(done.error());
  loop->codec.reset(avcodec_parameters_alloc());
  if (!loop->codec || avcodec_parameters_copy(loop->codec.get(), (*filter)->par_out) < 0)
    return Error{ErrorCode::no_memory, "no memory to record " + name};
  return std::shared_ptr<const Loop>(std::move(loop));
}

}  // namespace

Result<std::shared_ptr<const Loop>> record_scene(const std::string& url, double seconds) {
  return record(url, url, seconds);
}

Result<std::shared_ptr<const Loop>> record_clip(const std::filesystem::path& file) {
  return record("file:" + file.string(), file.string(), kLongestLoop);
}

}  // namespace vigia::soak
