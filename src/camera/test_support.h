// For this folder's tests: clips made on the spot, FFmpeg's own decode of them, sinks that remember.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "camera/av_handles.h"
#include "camera/frame_sink.h"
#include "camera/packet_source.h"
#include "camera/stream_camera.h"
#include "testing/temp_dir.h"

namespace vigia::camera {

// ffmpeg's own arguments between "ffmpeg -y" and the file.
inline std::string make_clip(const testing::TempDir& folder, const std::string& name,
                             const std::string& arguments) {
  const std::string file = folder / name;
  const std::string command = "ffmpeg -nostdin -loglevel error -y " + arguments + " '" + file + "'";
  if (std::system(command.c_str()) != 0) ADD_FAILURE() << "cannot make the clip: " << command;
  return file;
}

// A moving test picture, H.264, a key frame every 15 frames.
inline std::string make_h264(const testing::TempDir& folder, const std::string& name, int frames = 60,
                             const std::string& extra = "-bf 0") {
  return make_clip(folder, name,
                   "-f lavfi -i testsrc2=size=320x180:rate=30 -frames:v " + std::to_string(frames) +
                       " -c:v libx264 -preset veryfast -g 15 -keyint_min 15 -sc_threshold 0 "
                       "-pix_fmt yuv420p " +
                       extra);
}

// All pixels of a picture in one string, without padding.
inline std::string pixels(const std::uint8_t* const* data, const int* strides, int width, int height) {
  std::string out;
  for (int plane = 0; plane < 3; ++plane) {
    const int w = plane == 0 ? width : (width + 1) / 2;
    const int h = plane == 0 ? height : (height + 1) / 2;
    for (int y = 0; y < h; ++y) {
      out.append(reinterpret_cast<const char*>(data[plane]) + static_cast<std::ptrdiff_t>(y) * strides[plane],
                 static_cast<std::size_t>(w));
    }
  }
  return out;
}
inline std::string pixels(const domain::Frame& frame) {
  const std::uint8_t* const data[] = {frame.planes[0].data, frame.planes[1].data, frame.planes[2].data};
  const int strides[] = {frame.planes[0].stride, frame.planes[1].stride, frame.planes[2].stride};
  return pixels(data, strides, frame.size.width, frame.size.height);
}
inline std::string pixels(const AVFrame& frame) {
  return pixels(frame.data, frame.linesize, frame.width, frame.height);
}

// The packets of a file in memory: a test can leave some out, spoil them, or give them twice.
class PacketList final : public PacketSource {
 public:
  explicit PacketList(const std::string& file) {
    AVFormatContext* context = nullptr;
    if (avformat_open_input(&context, file.c_str(), nullptr, nullptr) < 0) return;
    context_.reset(context);
    avformat_find_stream_info(context, nullptr);
    AvHandle<AVPacket> packet(av_packet_alloc());
    while (av_read_frame(context, packet.get()) >= 0) {
      packets.emplace_back(av_packet_alloc());
      av_packet_move_ref(packets.back().get(), packet.get());
    }
  }
  [[nodiscard]] const AVCodecParameters& codec() const override { return *context_->streams[0]->codecpar; }
  [[nodiscard]] AVRational time_base() const override { return context_->streams[0]->time_base; }
  [[nodiscard]] bool live() const override { return false; }
  Status read(AVPacket& packet, const std::stop_token&) override {
    if (next_ == packets.size()) return Error{ErrorCode::ended, "the end"};
    av_packet_ref(&packet, packets[next_++].get());
    return ok_status();
  }
  Status rewind() override {
    next_ = 0;
    return ok_status();
  }

  std::vector<AvHandle<AVPacket>> packets;

 private:
  AvHandle<AVFormatContext> context_;
  std::size_t next_ = 0;
};

// FFmpeg's own decode, in its own buffers.
inline std::vector<std::string> decode_plainly(const std::string& file) {
  PacketList list(file);
  std::vector<std::string> out;
  AvHandle<AVCodecContext> context(avcodec_alloc_context3(avcodec_find_decoder(list.codec().codec_id)));
  avcodec_parameters_to_context(context.get(), &list.codec());
  context->thread_count = 1;
  EXPECT_GE(avcodec_open2(context.get(), nullptr, nullptr), 0);
  AvHandle<AVFrame> frame(av_frame_alloc());
  const auto take = [&] {
    while (avcodec_receive_frame(context.get(), frame.get()) == 0) out.push_back(pixels(*frame));
  };
  for (const auto& packet : list.packets) {
    avcodec_send_packet(context.get(), packet.get());
    take();
  }
  avcodec_send_packet(context.get(), nullptr);
  take();
  return out;
}

// A clock on which sleeping ends at once and moves the time there. Otherwise it moves only by hand.
class ReadyClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime now() const override { return now_; }
  [[nodiscard]] UtcTime utc_now() const override {
    return utc_start_ +
           std::chrono::duration_cast<UtcTime::duration>(now_ - SteadyTime(std::chrono::hours(1)));
  }
  void set_utc_start(UtcTime time) { utc_start_ = time; }
  bool sleep_until(SteadyTime when, const std::stop_token& stop) override {
    if (stop.stop_requested()) return false;
    now_ = std::max(now_, when);
    return true;
  }
  void advance(Nanoseconds by) { now_ += by; }

 private:
  SteadyTime now_{std::chrono::hours(1)};
  UtcTime utc_start_{std::chrono::seconds(1'700'000'000)};
};

// Calls what the test says with every frame, on the camera's thread.
class CallingSink final : public FrameSink {
 public:
  explicit CallingSink(std::function<void(domain::Frame)> call) : call_(std::move(call)) {}
  void deliver(domain::Frame frame, const std::stop_token&) override { call_(std::move(frame)); }

 private:
  const std::function<void(domain::Frame)> call_;
};

// What tests compare of a frame, without its buffer.
struct Observation {
  std::string pixels;
  domain::Size size;
  domain::ColorRange range = domain::ColorRange::limited;
  std::optional<domain::ColorMatrix> matrix;
  std::uint64_t sequence = 0;
  Nanoseconds stream_time{0};
  UtcTime captured;
  SteadyTime read_at;
  UtcTime read_utc;
  bool inside_lease = false;
};

inline Observation look_at(const domain::Frame& frame) {
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(frame.buffer.data());
  bool inside = true;
  for (const domain::Plane& plane : frame.planes) {
    inside &= plane.data >= begin && plane.data < begin + frame.buffer.size();
  }
  return {pixels(frame),     frame.size,     frame.range,   frame.matrix,   frame.sequence,
          frame.stream_time, frame.captured, frame.read_at, frame.read_utc, inside};
}

// Remembers what it saw; readable while the camera runs.
class SeeingSink final : public FrameSink {
 public:
  void deliver(domain::Frame frame, const std::stop_token&) override {
    Observation seen = look_at(frame);
    {
      MutexLock lock(mutex_);
      seen_.push_back(std::move(seen));
    }
    came_.notify_all();
  }
  [[nodiscard]] std::vector<Observation> seen() const {
    MutexLock lock(mutex_);
    return seen_;
  }
  // False: a minute has passed, and there were not so many.
  [[nodiscard]] bool wait_for(std::size_t frames) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    MutexLock lock(mutex_);
    while (seen_.size() < frames) {
      const auto left = give_up - std::chrono::steady_clock::now();
      if (left <= Nanoseconds::zero()) return false;
      static_cast<void>(came_.wait_for(lock, {}, left));
    }
    return true;
  }

 private:
  mutable Mutex mutex_;
  CondVar came_;
  std::vector<Observation> seen_ GUARDED_BY(mutex_);
};

// A camera on a thread of its own, stopped at its end.
class RunningCamera {
 public:
  RunningCamera(StreamCamera& camera, FrameSink& sink)
      : camera_(camera), thread_([this, &sink](const std::stop_token& stop) { camera_.run(stop, sink); }) {}
  void stop() {
    thread_.request_stop();
    thread_.join();
  }
  // Polls until the statistics are as the test wants them; false after a minute.
  [[nodiscard]] bool wait_until(const std::function<bool(const CameraStats&)>& wanted) const {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!wanted(camera_.stats())) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }

 private:
  StreamCamera& camera_;
  std::jthread thread_;
};

}  // namespace vigia::camera
