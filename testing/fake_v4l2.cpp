#include "testing/fake_v4l2.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace vigia::testing {
namespace {

using State = FakeV4l2::State;

constexpr unsigned kBuffers = 8;
constexpr unsigned kBytes = 2U * FakeV4l2::kWidth * FakeV4l2::kHeight;
constexpr int kShift = 20;  // of a buffer's number in the offset by which it is mapped
constexpr std::chrono::milliseconds kEvery{40};

std::atomic<bool> exists{false}, blocked{false};
std::atomic<State> state{State::sends};
std::atomic<int> descriptor{-1};
// Of the camera's thread, which is the only one to use the device.
std::array<bool, kBuffers> queued{};
std::array<std::uint8_t*, kBuffers> mapped{};
bool waits = false;
int sent = 0;
std::chrono::steady_clock::time_point began;

int fail(int code) {
  errno = code;
  return -1;
}

void describe(v4l2_format& format) {
  format.fmt.pix.width = FakeV4l2::kWidth;
  format.fmt.pix.height = FakeV4l2::kHeight;
  format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
  format.fmt.pix.field = V4L2_FIELD_NONE;
  format.fmt.pix.bytesperline = 2 * FakeV4l2::kWidth;
  format.fmt.pix.sizeimage = kBytes;
}

int hand_out(v4l2_buffer& buffer) {
  const auto now = std::chrono::steady_clock::now();
  if (state == State::unplugged) return fail(ENODEV);
  if (state == State::frozen || now < began + sent * kEvery) {
    if (waits) blocked = true;  // as the system would; but it would come back to nobody
    return fail(EAGAIN);
  }
  for (unsigned i = 0; i < kBuffers; ++i) {
    if (!queued[i]) continue;
    queued[i] = false;
    buffer.index = i;
    buffer.bytesused = kBytes;
    buffer.flags = state == State::spoils && sent % 2 == 1 ? V4L2_BUF_FLAG_ERROR : 0;
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
    buffer.timestamp = {us / 1'000'000, us % 1'000'000};
    std::memset(mapped[i], 40 + sent++ % 100, kBytes);
    return 0;
  }
  return fail(EAGAIN);
}

int answer_buffers(unsigned long request, void* of) {
  switch (request) {
    case VIDIOC_REQBUFS:
      static_cast<v4l2_requestbuffers*>(of)->count = kBuffers;
      queued.fill(false);
      return 0;
    case VIDIOC_QUERYBUF: {
      auto& buffer = *static_cast<v4l2_buffer*>(of);
      buffer.length = kBytes;
      buffer.m.offset = buffer.index << kShift;
      return 0;
    }
    case VIDIOC_QBUF:
      queued.at(static_cast<v4l2_buffer*>(of)->index) = true;
      return 0;
    case VIDIOC_DQBUF:
      return hand_out(*static_cast<v4l2_buffer*>(of));
    case VIDIOC_STREAMON:
      began = std::chrono::steady_clock::now();
      sent = 0;
      return 0;
    case VIDIOC_STREAMOFF:
      return 0;
    default:
      return fail(EINVAL);
  }
}

int answer(unsigned long request, void* of) {
  switch (request) {
    case VIDIOC_QUERYCAP:
      static_cast<v4l2_capability*>(of)->capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
      return 0;
    case VIDIOC_ENUMINPUT:
      return static_cast<v4l2_input*>(of)->index == 0 ? 0 : fail(EINVAL);
    case VIDIOC_G_INPUT:
      *static_cast<int*>(of) = 0;
      return 0;
    case VIDIOC_S_INPUT:
      return 0;
    case VIDIOC_S_FMT:
      if (state == State::taken) return fail(EBUSY);
      [[fallthrough]];
    case VIDIOC_G_FMT:
      describe(*static_cast<v4l2_format*>(of));
      return 0;
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM:
      static_cast<v4l2_streamparm*>(of)->parm.capture.timeperframe = {1, 25};
      return 0;
    default:
      return answer_buffers(request, of);
  }
}

}  // namespace

FakeV4l2::FakeV4l2() {
  state = State::sends;
  blocked = false;
  exists = true;
}

FakeV4l2::~FakeV4l2() {
  exists = false;
}

void FakeV4l2::set(State next) {
  state = next;
}

bool FakeV4l2::has_blocked() const {
  return blocked;
}

}  // namespace vigia::testing

using namespace vigia::testing;

namespace {

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" int open64(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : mode_t{0};
  va_end(arguments);
  static auto* const real = next<int(const char*, int, ...)>("open64");
  const bool is_ours = exists && std::string_view(path) == FakeV4l2::kPath;
  if (is_ours && state == State::unplugged) return fail(ENODEV);
  const int opened = real(path, flags, mode);
  if (is_ours) {
    descriptor = opened;
    waits = (flags & O_NONBLOCK) == 0;
  }
  return opened;
}

extern "C" int ioctl(int of, unsigned long request, ...) noexcept {
  std::va_list arguments;
  va_start(arguments, request);
  void* const data = va_arg(arguments, void*);
  va_end(arguments);
  static auto* const real = next<int(int, unsigned long, ...)>("ioctl");
  if (!exists || of < 0 || of != descriptor) return real(of, request, data);
  return answer(request & 0xffffffffUL, data);  // FFmpeg passes them as int
}

extern "C" void* mmap64(void* at, std::size_t bytes, int access, int flags, int of, off64_t offset) noexcept {
  static auto* const real = next<void*(void*, std::size_t, int, int, int, off64_t)>("mmap64");
  if (!exists || of < 0 || of != descriptor) return real(at, bytes, access, flags, of, offset);
  void* const room = real(nullptr, bytes, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mapped.at(static_cast<std::size_t>(offset >> kShift)) = static_cast<std::uint8_t*>(room);
  return room;
}
