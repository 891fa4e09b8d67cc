// Encodes the synthetic camera's pictures as H.264, as an IP camera does: no B-frames, a key frame every
// two seconds and after each restart(), bit rate by size (3 Mbit/s at most at 720p).
// Cost: 2 to 4 ms a picture of 720p on one core. Threads: one thread at a time.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "sim/i420_image.h"

struct AVCodecContext;
struct AVCodecParameters;
struct AVFrame;
struct AVPacket;

namespace vigia::sim {

inline constexpr int kTimeBase = 90000;  // time stamps count 1/90000 of a second, as RTP does

class Encoder {
 public:
  // Errors: unavailable (this FFmpeg has no libx264), io.
  static Result<Encoder> make(domain::Size size, double fps);
  ~Encoder();
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) noexcept;

  // Valid while the encoder lives; has the stream's headers.
  [[nodiscard]] const AVCodecParameters& codec() const { return *parameters_; }

  // One picture in, its packet out. pts grows; packet is blank before. Errors: io.
  Status encode(const I420Image& picture, std::int64_t pts, AVPacket& packet);
  // The next picture is a key frame, and time stamps may begin anew.
  Status restart();

 private:
  struct FreeContext {
    void operator()(AVCodecContext* context) const noexcept;
  };
  struct FreeParameters {
    void operator()(AVCodecParameters* parameters) const noexcept;
  };
  struct FreeFrame {
    void operator()(AVFrame* frame) const noexcept;
  };

  Encoder(domain::Size size, double fps);
  Status open();

  domain::Size size_;
  double fps_;
  std::unique_ptr<AVCodecContext, FreeContext> context_;
  std::unique_ptr<AVCodecParameters, FreeParameters> parameters_;
  std::unique_ptr<AVFrame, FreeFrame> frame_;
};

}  // namespace vigia::sim
