// One attempt of a camera: opens its source, decodes, assigns times and delivers, until the end or a failure.
// State that lasts over several attempts (time line, sequence, buffers, counters) is in StreamContinuity.
// Threads: owner thread only; the counters may be read by all.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "camera/adaptive_decoder.h"
#include "camera/av_handles.h"
#include "camera/camera_options.h"
#include "camera/camera_stats.h"
#include "camera/frame_sink.h"
#include "camera/hibernation.h"
#include "camera/idle_stream.h"
#include "camera/kept_stream.h"
#include "camera/known_logins.h"
#include "camera/live_pacer.h"
#include "camera/open_gate.h"
#include "camera/pacer.h"
#include "camera/packet_source.h"
#include "camera/picture_converter.h"
#include "camera/picture_pool.h"
#include "camera/picture_probe.h"
#include "camera/reopening.h"
#include "camera/sender_clock.h"
#include "camera/server_notes.h"
#include "camera/signal_meter.h"
#include "camera/stream_clock.h"
#include "camera/timeline.h"
#include "domain/camera_spec.h"
#include "memory/memory_manager.h"

namespace vigia::camera {

struct StreamContinuity {
  StreamContinuity(memory::MemoryManager& manager, const std::string& owner)
      : decoded(manager, owner), hardware(manager, owner), converter(manager, owner) {}

  ServerNotes server;   // what the attempts have learned of it
  bool failed = false;  // the last attempt
  PicturePool decoded;  // what the decoder writes into
  HardwareNotes hardware;
  PictureConverter converter;
  domain::Size size{};            // of the last picture handed on; 0x0: none yet
  std::uint64_t sequence = 0;     // of the next picture
  Timeline pictures, packets;     // of recorded sources: by time of showing, and of decoding
  StreamClock live;               // of live sources
  PictureProbe probe;             // likewise
  SenderClock sender;             // of live sources that send RTCP reports
  bool untrusted_logged = false;  // the log says that the stamps are not trusted
  bool plain_mjpeg = false;       // learned: see PacketSource::wants_plain_mjpeg
  bool snapshots_logged = false;  // the log says that the url is one picture
  bool ignored_logged = false;    // the log says which options a live source cannot follow
  Nanoseconds stream_time{0};     // of the last picture
  bool reopened_in_vain = false;  // at once, without a picture since
  Hibernation idle;               // of live sources
};

// What the cameras of a program share. Must outlive them.
struct CameraShared {
  KeptKeys keys{};
  OpenGate* gate = nullptr;              // null: they do not wait for each other
  DecodingHardware* hardware = nullptr;  // null: all are decoded on the CPU
  KnownLogins* logins = nullptr;         // null: they do not learn from each other's refusals
};

struct JobContext {
  const domain::CameraSpec& spec;
  const CameraOptions& options;
  const CameraShared& shared;
  memory::MemoryManager& memory;
  Clock& clock;
  CaptureCounters& counters;
  StreamContinuity& state;
  // Called for each frame before it is delivered. is_first: of this attempt.
  std::function<void(domain::Size, bool is_first)> on_frame;
  KeptStream* kept = nullptr;  // null: it is decoded; else its packets go there, and each counts as a frame
};

class StreamJob {
 public:
  explicit StreamJob(const JobContext& context)
      : context_(context),
        pacer_(context.clock, context.options.play_speed),
        live_pacer_(context.clock),
        meter_(context.counters, context.state.probe),
        account_(context.memory.budget().open(context.spec.name, memory::Kind::packets)),
        idle_({context.spec.name, context.memory, account_, context.counters}, context.state.idle) {}

  // Ok: a single_pass source is at its end, and all its frames are delivered. Errors: invalid (trying again
  // cannot help), cancelled; for all others try again later. Texts are redacted. sink: not used, and may be
  // null, if its packets are kept.
  Status run(const std::stop_token& stop, FrameSink* sink);
  // Why it failed. REQUIRES: run() returned an error.
  [[nodiscard]] Condition condition() const;
  // After run(): the source is well, and only its connection was given up. Try again at once.
  [[nodiscard]] bool reopens() const noexcept { return reopens_; }

 private:
  Status attempt(const std::stop_token& stop, FrameSink* sink);
  // True: the failed attempt has shown how the source must be read instead.
  bool learn_plain_mjpeg();
  Status open(const std::stop_token& stop);
  Status open_decoder();
  Result<std::unique_ptr<PacketSource>> open_in_turn(const std::stop_token& stop);
  // Its server and its login there.
  struct ServerLogin {
    std::string server, login;
  };
  [[nodiscard]] std::optional<ServerLogin> shared_login() const;
  Status may_log_in(const ServerLogin& login);
  void step(StartStep next);
  Status check_patience();
  Status check_last_picture(SteadyTime now);
  void take_source(std::unique_ptr<PacketSource> source);
  Status stream(const std::stop_token& stop, FrameSink& sink);
  [[nodiscard]] Error nothing_seen() const;
  // True: the source was an address of one picture, and goes on as such.
  bool take_snapshots();
  Status start_over();
  void note_link();
  Status take(const AVPacket& packet, const std::stop_token& stop, FrameSink& sink);
  // Of a stream that is kept; these are in keep_job.cpp.
  Status begin_keeping();
  Status keep(const AVPacket& packet);
  void note_kept_size(const AVPacket& key);
  Status keep_all(const std::stop_token& stop);
  [[nodiscard]] UtcTime captured_kept(const AVPacket& packet, const PacketTimes& times);
  // Of a live source; these are in idle_job.cpp.
  struct LivePacket {
    const AVPacket& packet;
    const PacketTimes& times;
  };
  Status take_live(const LivePacket& next, const std::stop_token& stop, FrameSink& sink);
  Status look_at_key(const LivePacket& key, const std::stop_token& stop, FrameSink& sink);
  Status catch_up(const std::stop_token& stop, FrameSink& sink);
  // For lack of time; no other picture needs it.
  bool leaves_out(const AVPacket& packet, const SinkView& view);
  void fall_asleep(const std::stop_token& stop, FrameSink& sink);
  [[nodiscard]] IdleStream::Wish idle_wish(const FrameSink& sink) const;
  Status decode(const AVPacket& packet, const PacketTimes& times, const std::stop_token& stop,
                FrameSink& sink);
  void deliver_ready(const std::stop_token& stop, FrameSink& sink);
  void deliver(AVFrame& picture, const std::stop_token& stop, FrameSink& sink);
  [[nodiscard]] Nanoseconds busy_for() const;
  // Waits until the frame is due if it came in a burst. False: a stop came first.
  bool hold(domain::Frame& frame, const std::stop_token& stop);
  // The picture in a buffer that can be shared; nullptr: lost, and counted.
  AVFrame* shared(AVFrame& picture);
  void stamp(const AVFrame& picture, domain::Frame& frame);
  SteadyTime stamp_live(const AVFrame& picture);
  SteadyTime stamp_recorded(const AVFrame& picture);
  void note_size(domain::Size size);
  void log_untrusted_stamps();
  void log_ignored_options();
  [[nodiscard]] PacketTimes live_times(const AVPacket& packet);
  [[nodiscard]] UtcTime captured_at(std::optional<UtcTime> told, UtcTime taken);
  [[nodiscard]] int buffers_for_others() const {
    return context_.options.frame_buffer_size + kInProcess + kBestShots;
  }

  // Constant after construction.
  const JobContext context_;

  Pacer pacer_;  // of recorded sources
  LivePacer live_pacer_;
  SignalMeter meter_;                         // of live sources
  std::shared_ptr<memory::Account> account_;  // for what FFmpeg holds by itself
  IdleStream idle_;
  domain::Look look_ = domain::Look::usual;                   // at the pictures that are decoded now
  Nanoseconds packets_apart_{std::chrono::milliseconds(40)};  // of a live source, about
  int reads_first_ = 0;  // packets to be read before more of those kept are decoded
  std::unique_ptr<PacketSource> source_;
  PictureChanges changes_{{}, {}};  // of its pictures
  bool live_ = false;               // the source, and how
  LiveManner manner_;
  std::unique_ptr<AdaptiveDecoder> decoder_;
  std::uint64_t frames_ = 0;            // delivered by this try
  std::uint64_t pictures_in_pass_ = 0;  // decoded since the source began or began anew
  Nanoseconds read_took_{0};            // the last packet
  Nanoseconds position_{0};             // of the last packet of a recording
  SteadyTime decode_began_{};
  SteadyTime taken_{};                      // of the last live picture, by its stamps and its arrival
  std::optional<PacketTimes> last_packet_;  // of a live source
  std::optional<UtcTime> told_next_;        // by the camera's clock, of the packet that comes next
  SteadyTime last_picture_{};
  bool lacks_key_frame_ = false;  // it failed for want of one
  LinkState link_;
  Reopening reopening_;                              // of a live source
  std::shared_ptr<const StreamFormat> kept_format_;  // of a stream that is kept, and how its sizes are read
  std::optional<SizeReader> sizes_;
  // Of a stream that is kept: the latest stamp so far, and what is added to a stamp to make it a time.
  std::optional<Nanoseconds> latest_stamp_;
  Nanoseconds stamp_to_utc_{0};
  bool reopens_ = false;
};

}  // namespace vigia::camera
