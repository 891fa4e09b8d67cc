#include "testing/rtsp_server.h"

#include <gst/app/gstappsrc.h>
#include <gst/rtsp-server/rtsp-server.h>

extern "C" {
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
}

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>
#include <utility>

// For sanitizers, in programs that contain this server: GLib leaks its table of names on purpose when that
// grows, and its locks are its own futexes, which ThreadSanitizer cannot see, so that everything that
// GStreamer guards with them looks unguarded.
// NOLINTBEGIN(bugprone-reserved-identifier): the names are theirs.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libglib-2.0.so\n";
}
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:libglib-2.0.so\nrace:libgobject-2.0.so\nrace:libgio-2.0.so\nrace:libgst\n"
         "race:vigia::testing::*push_next\nrace:vigia::testing::*configure_media\n"
         "mutex:libglib-2.0.so\nmutex:libgst\ndeadlock:libglib-2.0.so\ndeadlock:libgst\n";
}
// NOLINTEND(bugprone-reserved-identifier)

namespace vigia::testing {
namespace {

// name: h264 or h265
std::string pipeline_of(const std::string& name) {
  return "( appsrc name=source format=time block=false max-bytes=400000 caps=video/x-" + name +
         ",stream-format=byte-stream,alignment=au ! " + name + "parse config-interval=-1 ! rtp" + name +
         "pay name=pay0 pt=96 )";
}

// One encoded picture, with its time from the start of the file.
struct Picture {
  std::vector<std::uint8_t> bytes;
  GstClockTime pts = 0, dts = 0, duration = 0;
};

struct Clip {
  std::vector<Picture> pictures;
  GstClockTime length = 0;
  std::string codec;  // h264 or h265
  bool loop = false;
};

struct CloseInput {
  void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
};
struct FreeFilter {
  void operator()(AVBSFContext* context) const { av_bsf_free(&context); }
};
struct FreePacket {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};

class ClipReader {
 public:
  Result<std::shared_ptr<Clip>> read(const std::string& file) {
    if (Status opened = open(file); !opened) return opened.error();
    auto clip = std::make_shared<Clip>();
    clip->codec = is_h265() ? "h265" : "h264";
    std::unique_ptr<AVPacket, FreePacket> packet(av_packet_alloc());
    while (av_read_frame(input_.get(), packet.get()) >= 0) {
      const bool ours = packet->stream_index == stream_;
      if (ours && av_bsf_send_packet(filter_.get(), packet.get()) >= 0) {
        while (av_bsf_receive_packet(filter_.get(), packet.get()) >= 0) {
          add(*packet, *clip);
          av_packet_unref(packet.get());
        }
      }
      av_packet_unref(packet.get());
    }
    if (clip->pictures.empty()) return Error{ErrorCode::invalid, file + " holds no picture"};
    return clip;
  }

 private:
  Status open(const std::string& file) {
    AVFormatContext* context = nullptr;
    if (avformat_open_input(&context, file.c_str(), nullptr, nullptr) < 0) {
      return Error{ErrorCode::not_found, "cannot open " + file};
    }
    input_.reset(context);
    avformat_find_stream_info(context, nullptr);
    stream_ = av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    if (stream_ < 0 || (codec() != AV_CODEC_ID_H264 && !is_h265())) {
      return Error{ErrorCode::invalid, file + " holds no H.264 or H.265 video"};
    }
    const char* const name = is_h265() ? "hevc_mp4toannexb" : "h264_mp4toannexb";
    AVBSFContext* filter = nullptr;
    if (av_bsf_alloc(av_bsf_get_by_name(name), &filter) < 0) {
      return Error{ErrorCode::unavailable, std::string("FFmpeg has no ") + name};
    }
    filter_.reset(filter);
    avcodec_parameters_copy(filter->par_in, context->streams[stream_]->codecpar);
    filter->time_base_in = context->streams[stream_]->time_base;
    if (av_bsf_init(filter) < 0) return Error{ErrorCode::invalid, file + ": cannot be made a byte stream"};
    return ok_status();
  }

  [[nodiscard]] AVCodecID codec() const { return input_->streams[stream_]->codecpar->codec_id; }
  [[nodiscard]] bool is_h265() const { return codec() == AV_CODEC_ID_HEVC; }

  void add(const AVPacket& packet, Clip& clip) {
    const AVRational base = input_->streams[stream_]->time_base;
    const auto ns = [base](std::int64_t stamp) { return av_rescale_q(stamp, base, {1, GST_SECOND}); };
    if (clip.pictures.empty()) first_ = ns(packet.dts);
    Picture picture;
    picture.bytes.assign(packet.data, packet.data + packet.size);
    picture.dts = static_cast<GstClockTime>(ns(packet.dts) - first_);
    picture.pts = static_cast<GstClockTime>(ns(packet.pts) - first_);
    picture.duration = static_cast<GstClockTime>(ns(packet.duration));
    clip.length = std::max(clip.length, picture.dts + picture.duration);
    clip.pictures.push_back(std::move(picture));
  }

  std::unique_ptr<AVFormatContext, CloseInput> input_;
  std::unique_ptr<AVBSFContext, FreeFilter> filter_;
  int stream_ = -1;
  std::int64_t first_ = 0;
};

// One client's position in a clip. Used by GStreamer's thread of that client's pipeline.
struct Playback {
  std::shared_ptr<const Clip> clip;
  std::size_t next = 0;
  GstClockTime offset = 0;
};

void push_next(GstAppSrc* source, guint, gpointer data) {
  auto* const playback = static_cast<Playback*>(data);
  const Clip& clip = *playback->clip;
  if (playback->next == clip.pictures.size()) {
    if (!clip.loop) {
      gst_app_src_end_of_stream(source);
      return;
    }
    playback->next = 0;
    playback->offset += clip.length;
  }
  const Picture& picture = clip.pictures[playback->next++];
  GstBuffer* const buffer = gst_buffer_new_memdup(picture.bytes.data(), picture.bytes.size());
  GST_BUFFER_PTS(buffer) = picture.pts + playback->offset;
  GST_BUFFER_DTS(buffer) = picture.dts + playback->offset;
  GST_BUFFER_DURATION(buffer) = picture.duration;
  gst_app_src_push_buffer(source, buffer);
}

void configure_media(GstRTSPMediaFactory*, GstRTSPMedia* media, gpointer data) {
  GstElement* const bin = gst_rtsp_media_get_element(media);
  GstElement* const source = gst_bin_get_by_name_recurse_up(GST_BIN(bin), "source");
  auto playback = std::make_unique<Playback>();
  playback->clip = *static_cast<std::shared_ptr<Clip>*>(data);
  GstAppSrcCallbacks callbacks{};
  callbacks.need_data = &push_next;
  gst_app_src_set_callbacks(GST_APP_SRC(source), &callbacks, playback.release(),
                            [](gpointer last) { delete static_cast<Playback*>(last); });
  gst_object_unref(source);
  gst_object_unref(bin);
}

}  // namespace

class RtspServer::Impl {
 public:
  Impl()
      : context_(g_main_context_new()),
        loop_(g_main_loop_new(context_, FALSE)),
        server_(gst_rtsp_server_new()) {}
  ~Impl() {
    if (thread_.joinable()) {
      g_main_context_invoke(context_, &Impl::end, this);
      thread_.join();
    }
    g_object_unref(server_);
    g_main_loop_unref(loop_);
    g_main_context_unref(context_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status start(const RtspServerOptions& options) {
    gst_rtsp_server_set_address(server_, "127.0.0.1");
    gst_rtsp_server_set_service(server_, std::to_string(options.port).c_str());
    if (Status guarded = guard(options); !guarded) return guarded;
    g_signal_connect(server_, "client-connected", G_CALLBACK(&Impl::count_requests), this);
    for (const auto& stream : options.streams) {
      if (Status mounted = mount(stream, options); !mounted) return mounted;
    }
    if (gst_rtsp_server_attach(server_, context_) == 0) {
      return Error{ErrorCode::io, "cannot listen on 127.0.0.1:" + std::to_string(options.port)};
    }
    port_ = gst_rtsp_server_get_bound_port(server_);
    if (!options.cert_file.empty()) scheme_ = "rtsps";
    thread_ = std::thread([this] {
      g_main_context_push_thread_default(context_);
      g_main_loop_run(loop_);
      g_main_context_pop_thread_default(context_);
    });
    return ok_status();
  }
  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] int asked() const noexcept { return asked_; }
  [[nodiscard]] const char* scheme() const noexcept { return scheme_; }

 private:
  // A password, TLS, or both.
  Status guard(const RtspServerOptions& options) {
    if (!has_guard(options)) return ok_status();
    GstRTSPAuth* const auth = gst_rtsp_auth_new();
    gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
    GstRTSPToken* token =
        gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", nullptr);
    if (options.user.empty()) {
      gst_rtsp_auth_set_default_token(auth, token);
    } else {
      gst_rtsp_auth_add_digest(auth, options.user.c_str(), options.password.c_str(), token);
    }
    gst_rtsp_token_unref(token);
    const bool usable = options.cert_file.empty() || use_certificate(*auth, options);
    gst_rtsp_server_set_auth(server_, auth);
    g_object_unref(auth);
    if (!usable) return Error{ErrorCode::invalid, options.cert_file + " cannot be used"};
    return ok_status();
  }
  static bool use_certificate(GstRTSPAuth& auth, const RtspServerOptions& options) {
    GTlsCertificate* const certificate =
        g_tls_certificate_new_from_files(options.cert_file.c_str(), options.key_file.c_str(), nullptr);
    if (certificate == nullptr) return false;
    gst_rtsp_auth_set_tls_certificate(&auth, certificate);
    g_object_unref(certificate);
    return true;
  }
  static bool has_guard(const RtspServerOptions& options) {
    return !options.user.empty() || !options.cert_file.empty();
  }
  static void count_requests(GstRTSPServer*, GstRTSPClient* client, gpointer self) {
    const auto count =
        +[](GstRTSPClient*, GstRTSPContext*, gpointer impl) { ++static_cast<Impl*>(impl)->asked_; };
    g_signal_connect(client, "options-request", G_CALLBACK(count), self);  // each client's first
  }

  Status mount(const RtspServerOptions::Stream& stream, const RtspServerOptions& options) {
    Result<std::shared_ptr<Clip>> clip = ClipReader().read(stream.file);
    if (!clip) return clip.error();
    (*clip)->loop = options.loop;
    GstRTSPMediaFactory* const factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, pipeline_of((*clip)->codec).c_str());
    if (has_guard(options)) {
      gst_rtsp_media_factory_add_role(factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN,
                                      TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE,
                                      nullptr);
    }
    auto held = std::make_unique<std::shared_ptr<Clip>>(std::move(*clip));
    g_signal_connect_data(
        factory, "media-configure", G_CALLBACK(&configure_media), held.release(),
        [](gpointer last, GClosure*) { delete static_cast<std::shared_ptr<Clip>*>(last); },
        G_CONNECT_DEFAULT);
    GstRTSPMountPoints* const mounts = gst_rtsp_server_get_mount_points(server_);
    gst_rtsp_mount_points_add_factory(mounts, ("/" + stream.name).c_str(), factory);  // takes the factory
    g_object_unref(mounts);
    return ok_status();
  }

  static gboolean end(gpointer self) {
    auto* const impl = static_cast<Impl*>(self);
    const auto remove = [](GstRTSPServer*, GstRTSPClient*, gpointer) { return GST_RTSP_FILTER_REMOVE; };
    gst_rtsp_server_client_filter(impl->server_, remove, nullptr);
    g_main_loop_quit(impl->loop_);
    return G_SOURCE_REMOVE;
  }

  GMainContext* context_;
  GMainLoop* loop_;
  GstRTSPServer* server_;
  int port_ = 0;
  const char* scheme_ = "rtsp";
  std::atomic<int> asked_{0};
  std::thread thread_;
};

RtspServer::RtspServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RtspServer::~RtspServer() = default;

Result<std::unique_ptr<RtspServer>> RtspServer::start(const RtspServerOptions& options) {
  gst_init(nullptr, nullptr);
  auto impl = std::make_unique<Impl>();
  if (Status started = impl->start(options); !started) return started.error();
  return std::unique_ptr<RtspServer>(new RtspServer(std::move(impl)));  // NOLINT: private constructor
}

int RtspServer::port() const noexcept {
  return impl_->port();
}
std::string RtspServer::url(const std::string& name) const {
  return impl_->scheme() + ("://127.0.0.1:" + std::to_string(port())) + "/" + name;
}
int RtspServer::asked() const noexcept {
  return impl_->asked();
}

}  // namespace vigia::testing
