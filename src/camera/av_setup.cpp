#include "camera/av_setup.h"

extern "C" {
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

#include <array>
#include <chrono>
#include <cstdarg>
#include <cstdint>
#include <mutex>
#include <string>

#include "base/log.h"
#include "base/mutex.h"
#include "camera/av_remarks.h"

namespace vigia::camera {
namespace {

constexpr int kLinesASecond = 20;

// Counts the lines written in this second, and those left out since the last one written.
class LineBudget {
 public:
  // Returns nothing if this line is to be left out, else how many were left out before it.
  int take() {
    const auto second =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch())
            .count();
    MutexLock lock(mutex_);
    if (second != second_) {
      second_ = second;
      written_ = 0;
    }
    if (written_ >= kLinesASecond) {
      ++left_out_;
      return kLeaveOut;
    }
    ++written_;
    return std::exchange(left_out_, 0);
  }
  static constexpr int kLeaveOut = -1;

 private:
  Mutex mutex_;
  std::int64_t second_ GUARDED_BY(mutex_) = 0;
  int written_ GUARDED_BY(mutex_) = 0;
  int left_out_ GUARDED_BY(mutex_) = 0;
};

void note_line(const char* format, va_list arguments) {
  AvRemarks* const remarks = NotedRemarks::current();
  if (remarks == nullptr) return;
  va_list copy;
  va_copy(copy, arguments);
  remarks->take(format, copy);
  va_end(copy);
}

// Called by FFmpeg on any thread; nothing may be thrown back into it.
void write_line(void* context, int level, const char* format, va_list arguments) noexcept {
  try {
    note_line(format, arguments);
  } catch (...) {  // NOLINT(bugprone-empty-catch): no memory for a remark; FFmpeg's error code remains
  }
  if (level > AV_LOG_INFO || !log::is_on(log::LogLevel::debug)) return;
  static LineBudget budget;
  try {
    const int left_out = budget.take();
    if (left_out == LineBudget::kLeaveOut) return;
    std::array<char, 1024> line{};
    int print_prefix = 1;
    av_log_format_line2(context, level, format, arguments, line.data(), line.size(), &print_prefix);
    std::string text = redact(line.data());
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    if (left_out > 0) log::debug("ffmpeg: {} lines left out", left_out);
    log::debug("ffmpeg: {}", text);
  } catch (...) {  // NOLINT(bugprone-empty-catch): a line of FFmpeg's log is no reason to fail
  }
}

}  // namespace

void set_up_ffmpeg() {
  static std::once_flag once;
  std::call_once(once, [] {
    av_log_set_callback(write_line);
    av_max_alloc(kLargestBlock);
  });
}

}  // namespace vigia::camera
