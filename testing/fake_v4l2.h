// A camera of this machine, made up in this process: it answers FFmpeg's calls for kPath as a V4L2 driver
// does, with grey YUYV pictures of 320x240, 25 a second. The program that links this has its open64(),
// ioctl() and mmap64() instead of the system's, and they pass all other calls on. Not for a program with a
// sanitizer, which has its own. Threads: thread-safe; one at a time in the program.
#pragma once

namespace vigia::testing {

class FakeV4l2 {
 public:
  static constexpr const char* kPath = "/dev/full";  // a device that everybody may open
  static constexpr int kWidth = 320, kHeight = 240;

  enum class State {
    sends,
    taken,  // another program uses it
    unplugged,
    frozen,  // open, and silent
    spoils,  // every second picture is one that the driver calls broken
  };

  FakeV4l2();
  ~FakeV4l2();
  FakeV4l2(const FakeV4l2&) = delete;
  FakeV4l2& operator=(const FakeV4l2&) = delete;

  void set(State state);
  // A read had to wait in the system, where nothing interrupts it.
  [[nodiscard]] bool has_blocked() const;
};

}  // namespace vigia::testing
