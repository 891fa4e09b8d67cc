#include "camera/file_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <list>
#include <system_error>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/mutex.h"

namespace vigia::camera {

namespace {

enum What { kNothing, kOpen, kRead, kSize, kLeave };
// For a thread that has nothing to do to close its file.
constexpr std::chrono::milliseconds kTimeToClose{500};
// Not an errno: what stat() found is no plain file.
constexpr std::int64_t kNotPlain = -4096;

}  // namespace

struct FileReader::Desk {
  explicit Desk(std::string name) : path(std::move(name)), block(kBlock) {}

  const std::string path;
  // Used by the thread while there is an order, else by the reader.
  std::vector<char> block;
  Fd file;

  Mutex mutex;
  CondVar changed;
  int order GUARDED_BY(mutex) = kNothing;  // until it is done
  std::int64_t position GUARDED_BY(mutex) = 0, amount GUARDED_BY(mutex) = 0;
  std::int64_t result GUARDED_BY(mutex) = 0;
  bool is_left GUARDED_BY(mutex) = false;  // nobody waits for the result any more
  bool is_over GUARDED_BY(mutex) = false;  // the thread is at its end
};

namespace {

using Desk = FileReader::Desk;

std::int64_t errno_or(std::int64_t result) {
  return result < 0 ? -errno : result;
}

// The only place that touches the disk.
std::int64_t carry_out(Desk& desk, int order, std::int64_t position, std::int64_t amount) {
  struct stat about {};
  switch (order) {
    case kOpen:
      if (::stat(desk.path.c_str(), &about) != 0) return -errno;
      if (!S_ISREG(about.st_mode)) return kNotPlain;
      desk.file = Fd(::open(desk.path.c_str(), O_RDONLY | O_CLOEXEC));
      return desk.file.valid() ? 0 : -errno;
    case kRead:
      return errno_or(
          ::pread(desk.file.get(), desk.block.data(), static_cast<std::size_t>(amount), position));
    case kSize:
      return ::fstat(desk.file.get(), &about) == 0 ? about.st_size : -errno;
    default:
      return 0;
  }
}

void serve(Desk& desk) {
  for (;;) {
    int order = kNothing;
    std::int64_t position = 0, amount = 0;
    {
      MutexLock lock(desk.mutex);
      while (desk.order == kNothing && !desk.is_left) static_cast<void>(desk.changed.wait(lock, {}));
      if (desk.is_left) break;
      order = desk.order;
      position = desk.position;
      amount = desk.amount;
    }
    const std::int64_t result = carry_out(desk, order, position, amount);
    {
      MutexLock lock(desk.mutex);
      desk.result = result;
      desk.order = kNothing;
    }
    desk.changed.notify_all();
  }
  desk.file = Fd();  // may hang, too
  {
    MutexLock lock(desk.mutex);
    desk.is_over = true;
  }
  desk.changed.notify_all();
}

// The threads whose calls hang. Thread-safe.
class StuckThreads {
 public:
  ~StuckThreads() {
    for (Stuck& stuck : all_) stuck.thread.detach();  // joined they would hold up the program's end
  }

  void keep(std::thread thread, std::shared_ptr<Desk> desk) {
    MutexLock lock(mutex_);
    all_.push_back({std::move(thread), std::move(desk)});
  }
  // Why no further file may be opened; empty: it may.
  std::string objection(const std::string& path) {
    reap();
    MutexLock lock(mutex_);
    if (all_.size() >= FileReader::kMostStuck) return "too many reads of other files hang";
    const bool hangs =
        std::ranges::any_of(all_, [&](const Stuck& stuck) { return stuck.desk->path == path; });
    return hangs ? "an earlier read of it still hangs" : "";
  }

 private:
  struct Stuck {
    std::thread thread;
    std::shared_ptr<Desk> desk;
  };
  void reap() {
    std::list<Stuck> over;
    {
      MutexLock lock(mutex_);
      for (auto at = all_.begin(); at != all_.end();) {
        const auto next = std::next(at);
        if (is_over(*at->desk)) over.splice(over.end(), all_, at);
        at = next;
      }
    }
    for (Stuck& stuck : over) stuck.thread.join();
  }
  static bool is_over(Desk& desk) {
    MutexLock lock(desk.mutex);
    return desk.is_over;
  }

  Mutex mutex_;
  std::list<Stuck> all_ GUARDED_BY(mutex_);
};

StuckThreads& stuck_threads() {
  static StuckThreads all;
  return all;
}

constexpr const char* kHangs = ": it does not answer; is it on a network folder that is away?";

Error cannot_open(const std::string& path, std::int64_t result, const Interrupt& interrupt) {
  if (interrupt.stop.stop_requested()) return {ErrorCode::cancelled, "stopped while opening '" + path + "'"};
  if (result == kNotPlain) return {ErrorCode::io, "cannot open '" + path + "': it is not a plain file"};
  if (result == -ETIMEDOUT) return {ErrorCode::timeout, "cannot open file '" + path + "'" + kHangs};
  const bool is_missing = result == -ENOENT || result == -ENOTDIR;
  return {is_missing ? ErrorCode::not_found : ErrorCode::io,
          "cannot open file '" + path + "': " + std::strerror(static_cast<int>(-result))};
}

}  // namespace

Result<std::unique_ptr<FileReader>> FileReader::open(const std::string& path, Interrupt& interrupt) {
  if (const std::string why = stuck_threads().objection(path); !why.empty()) {
    return Error{ErrorCode::timeout, "cannot open file '" + path + "': " + why + kHangs};
  }
  auto desk = std::make_shared<Desk>(path);
  std::thread thread;
  try {
    thread = std::thread([desk] { serve(*desk); });
  } catch (const std::system_error& error) {
    return Error{ErrorCode::unavailable, "no thread could be started: " + error.code().message()};
  }
  std::unique_ptr<FileReader> reader(new FileReader(desk, std::move(thread)));  // NOLINT: private constructor
  const std::int64_t opened = reader->call(kOpen, 0, interrupt);
  if (opened < 0) return cannot_open(path, opened, interrupt);
  return reader;
}

FileReader::~FileReader() {
  if (leave()) {
    thread_.join();
  } else {
    stuck_threads().keep(std::move(thread_), desk_);
  }
}

bool FileReader::leave() {
  const auto give_up = std::chrono::steady_clock::now() + kTimeToClose;
  MutexLock lock(desk_->mutex);
  desk_->is_left = true;
  desk_->changed.notify_all();
  const bool hangs = desk_->order != kNothing;
  while (!hangs && !desk_->is_over) {
    const Nanoseconds left = give_up - std::chrono::steady_clock::now();
    if (left <= Nanoseconds::zero()) break;
    static_cast<void>(desk_->changed.wait_for(lock, {}, left));
  }
  return desk_->is_over;
}

std::int64_t FileReader::call(int what, std::int64_t amount, Interrupt& interrupt) {
  MutexLock lock(desk_->mutex);
  if (desk_->order != kNothing) return -ETIMEDOUT;  // an earlier call still hangs
  desk_->order = what;
  desk_->position = position_;
  desk_->amount = amount;
  desk_->changed.notify_all();
  while (desk_->order != kNothing) {
    if (Interrupt::asked(&interrupt) != 0) return -ETIMEDOUT;
    static_cast<void>(desk_->changed.wait_for(lock, interrupt.stop, interrupt.left()));
  }
  return desk_->result;
}

std::int64_t FileReader::read(std::span<std::uint8_t> room, Interrupt& interrupt) {
  const auto wanted = static_cast<std::int64_t>(std::min<std::size_t>(room.size(), kBlock));
  const std::int64_t got = call(kRead, wanted, interrupt);
  if (got <= 0) return got;
  std::copy_n(desk_->block.begin(), got, room.begin());
  position_ += got;
  return got;
}

std::int64_t FileReader::size(Interrupt& interrupt) {
  return call(kSize, 0, interrupt);
}

}  // namespace vigia::camera
