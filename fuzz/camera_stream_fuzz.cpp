// Any file as a camera's stream: it is demuxed, decoded, turned upright and handed over, or the camera says
// in one line why not. Each frame lies wholly in its buffer, and their times never go back.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stop_token>
#include <string>

#include "base/fd.h"
#include "base/log.h"
#include "camera/stream_camera.h"
#include "memory/memory_manager.h"

namespace {

using namespace vigia;

void require(bool holds) {
  if (!holds) std::abort();
}

class Checker : public camera::FrameSink {
 public:
  void deliver(domain::Frame frame, const std::stop_token&) override {
    require(frame.size.width > 0 && frame.size.height > 0);
    require(frame.stream_time >= last_);
    last_ = frame.stream_time;
    const int planes = frame.layout == domain::PixelLayout::i420 ? 3 : 2;
    for (int plane = 0; plane < planes; ++plane) check(frame, plane);
    if (++frames_ >= kMostFrames) stop_.request_stop();
  }
  [[nodiscard]] std::stop_token stop() const { return stop_.get_token(); }

 private:
  static constexpr int kMostFrames = 100;

  // Reads the first and the last byte of each row, which address sanitizer watches.
  void check(const domain::Frame& frame, int plane) {
    const domain::Plane& at = frame.planes.at(static_cast<std::size_t>(plane));
    const bool is_luma = plane == 0, is_pair = !is_luma && frame.layout == domain::PixelLayout::nv12;
    const int width = is_luma ? frame.size.width : (frame.size.width + 1) / 2 * (is_pair ? 2 : 1);
    const int rows = is_luma ? frame.size.height : (frame.size.height + 1) / 2;
    require(at.data != nullptr && std::abs(at.stride) >= width);
    for (int row = 0; row < rows; ++row) {
      const std::uint8_t* const line = at.data + static_cast<std::ptrdiff_t>(row) * at.stride;
      const auto* const buffer = reinterpret_cast<const std::uint8_t*>(frame.buffer.data());
      require(line >= buffer && line + width <= buffer + frame.buffer.size());
      sum_ = sum_ + line[0] + line[width - 1];
    }
  }

  std::stop_source stop_;
  Nanoseconds last_{0};
  int frames_ = 0;
  volatile unsigned sum_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vigia::log::set_level(vigia::log::LogLevel::off);
  static memory::MemoryManager memory(memory::MemoryOptions{.budget_bytes = Bytes{512} << 20});
  const Fd file(::memfd_create("clip", MFD_CLOEXEC));
  if (file.get() < 0 || ::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
  const std::string path = "file:/proc/self/fd/" + std::to_string(file.get());
  camera::CameraOptions options{.single_pass = true, .play_speed = -1};
  options.source_timeout = 2;
  camera::StreamCamera camera({.name = "clip", .url = path, .id = {}, .token = {}}, options, memory,
                              system_clock());
  Checker sink;
  camera.run(sink.stop(), sink);
  const std::string message = camera.stats().message;
  require(message.size() < 2000 && message.find('\n') == std::string::npos);
  return 0;
}
