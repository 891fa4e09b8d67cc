// What would it cost to decode cameras in processes of their own, so that a decoder that crashes takes no
// other camera with it? src/camera/README.md has the decision that this was measured for.
//
//   ./dev bench isolation -- --clip clip.mp4
//   build/bench/isolation_bench --clip clip.mp4 --cameras 8 --seconds 20
//
// The same cameras run in real time: as threads of one process, as Vigia has them; in one process beside it;
// one process for each four; and each in its own. A process hands a frame over as a copy in shared memory,
// and a byte in a pipe; the reader looks at each pixel's brightness once, as a detector does. Reported:
// memory of all processes together (shared pages counted once), cores, and the time from a frame's last byte
// read until its reader had it.
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/histogram.h"
#include "camera/stream_camera.h"
#include "memory/memory_manager.h"

namespace {

using namespace vigia;

constexpr std::size_t kMostBytes = 3840 * 2160 * 3 / 2;
constexpr int kSlots = 4;  // of a camera: one being read, the rest wait

struct Options {
  std::string clip;
  int cameras = 8;
  int seconds = 20;
};

struct Way {
  const char* name;
  int per_process;  // cameras; 0: no process of their own
};

// Shared between processes: made before the first fork, pages appear when they are written.
struct Slot {
  std::atomic<bool> full;
  std::int64_t read_at;
  std::size_t luma;
  std::byte picture[kMostBytes];
};
struct Mailbox {
  std::array<Slot, kSlots> slots;
};
struct Figures {
  Histogram handed_over;
  std::atomic<std::uint64_t> frames, lost, sum;
};

template <class T>
T* shared(std::size_t count = 1) {
  void* const at = ::mmap(nullptr, sizeof(T) * count, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) {
    std::perror("isolation_bench: mmap");
    std::exit(1);
  }
  return static_cast<T*>(at);
}

std::int64_t since_boot(SteadyTime time) {
  return std::chrono::duration_cast<Nanoseconds>(time.time_since_epoch()).count();
}

void look_at(const std::byte* luma, std::size_t bytes, std::int64_t read_at, Figures& figures) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bytes; ++i) sum += static_cast<std::uint64_t>(luma[i]);
  figures.sum += sum;
  figures.handed_over.record(Nanoseconds(since_boot(system_clock().now()) - read_at));
  ++figures.frames;
}

// In the camera's process: copies each frame into a free slot and tells its reader.
class Sender : public camera::FrameSink {
 public:
  Sender(Mailbox& box, int pipe, Figures& figures, std::uint8_t index)
      : box_(box), pipe_(pipe), figures_(figures), index_(index) {}
  void deliver(domain::Frame frame, const std::stop_token&) override {
    Slot& slot = box_.slots[next_ % kSlots];
    if (slot.full.load(std::memory_order_acquire)) {
      ++figures_.lost;
      return;
    }
    slot.read_at = since_boot(frame.read_at);
    slot.luma = copy(frame, slot.picture);
    slot.full.store(true, std::memory_order_release);
    const std::array<std::uint8_t, 2> note{index_, static_cast<std::uint8_t>(next_++ % kSlots)};
    if (::write(pipe_, note.data(), note.size()) != 2) ++figures_.lost;
  }

 private:
  // Returns the bytes of the brightness alone.
  static std::size_t copy(const domain::Frame& frame, std::byte* to) {
    const auto width = static_cast<std::size_t>(frame.size.width);
    std::size_t at = 0, luma = 0;
    for (std::size_t plane = 0; plane < frame.planes.size(); ++plane) {
      const domain::Plane& from = frame.planes.at(plane);
      if (from.data == nullptr) continue;
      const std::size_t bytes = plane == 0 ? width : (width + 1) / 2;
      const int rows = plane == 0 ? frame.size.height : (frame.size.height + 1) / 2;
      for (int row = 0; row < rows; ++row, at += bytes) {
        std::memcpy(to + at, from.data + static_cast<std::ptrdiff_t>(row) * from.stride, bytes);
      }
      if (plane == 0) luma = at;
    }
    return luma;
  }

  Mailbox& box_;
  const int pipe_;
  Figures& figures_;
  const std::uint8_t index_;
  std::size_t next_ = 0;
};

// In one process with the reader: the frame itself waits in a pipe's place, as a pointer.
class Direct : public camera::FrameSink {
 public:
  Direct(int pipe, Figures& figures) : pipe_(pipe), figures_(figures) {}
  void deliver(domain::Frame frame, const std::stop_token&) override {
    auto waits = std::make_unique<domain::Frame>(std::move(frame));
    domain::Frame* const pointer = waits.release();
    if (::write(pipe_, &pointer, sizeof pointer) != sizeof pointer) {
      waits.reset(pointer);
      ++figures_.lost;
    }
  }

 private:
  const int pipe_;
  Figures& figures_;
};

class Run {
 public:
  Run(const Options& options, const Way& way) : options_(options), way_(way) {
    if (::pipe(pipe_.data()) != 0) std::exit(1);
  }

  void measure() {
    std::vector<pid_t> children;
    for (int first = 0; way_.per_process > 0 && first < options_.cameras; first += way_.per_process) {
      const pid_t child = ::fork();
      if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        watch(first, std::min(first + way_.per_process, options_.cameras), {});
        std::_Exit(0);
      }
      children.push_back(child);
    }
    std::jthread own;
    if (way_.per_process == 0)
      own = std::jthread([this](const std::stop_token& stop) { watch(0, options_.cameras, stop); });
    std::vector<std::jthread> readers;
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < cores; ++i) readers.emplace_back([this] { read(); });
    std::this_thread::sleep_for(std::chrono::seconds(options_.seconds));
    report(children);
    for (const pid_t child : children) ::kill(child, SIGKILL);
    std::fflush(stdout);
    std::_Exit(0);  // the readers wait for ever
  }

 private:
  void watch(int first, int end, const std::stop_token& stop) {
    memory::MemoryManager memory(memory::MemoryOptions{.budget_bytes = Bytes{4} << 30});
    memory.start();
    std::vector<std::jthread> threads;
    for (int i = first; i < end; ++i) {
      threads.emplace_back([this, i, &memory, &stop] {
        camera::StreamCamera camera(
            {.name = "cam" + std::to_string(i), .url = "file:" + options_.clip, .id = {}, .token = {}}, {},
            memory, system_clock());
        if (way_.per_process == 0) {
          Direct sink(pipe_[1], *figures_);
          camera.run(stop, sink);
        } else {
          Sender sink(boxes_[i], pipe_[1], *figures_, static_cast<std::uint8_t>(i));
          camera.run(stop, sink);
        }
      });
    }
  }

  void read() {
    if (way_.per_process == 0) {
      domain::Frame* pointer = nullptr;
      while (::read(pipe_[0], &pointer, sizeof pointer) == sizeof pointer) {
        const std::unique_ptr<domain::Frame> frame(pointer);
        look_at(
            reinterpret_cast<const std::byte*>(frame->planes[0].data),
            static_cast<std::size_t>(frame->planes[0].stride) * static_cast<std::size_t>(frame->size.height),
            since_boot(frame->read_at), *figures_);
      }
      return;
    }
    std::array<std::uint8_t, 2> note{};
    while (::read(pipe_[0], note.data(), note.size()) == 2) {
      Slot& slot = boxes_[note[0]].slots.at(note[1]);
      look_at(slot.picture, slot.luma, slot.read_at, *figures_);
      slot.full.store(false, std::memory_order_release);
    }
  }

  static double kilobytes(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
    for (std::string word; file >> word;) {
      double value = 0;
      if (word == "Pss:" && file >> value) return value;
    }
    return 0;
  }

  static double seconds_of(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    unsigned long user = 0, kernel = 0;
    const std::size_t end = text.rfind(')');
    if (end == std::string::npos ||
        std::sscanf(text.c_str() + end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                    &kernel) != 2) {
      return 0;
    }
    return static_cast<double>(user + kernel) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }

  void report(std::vector<pid_t> processes) const {
    processes.push_back(::getpid());
    double memory = 0, cpu = 0;
    for (const pid_t process : processes) {
      memory += kilobytes(process);
      cpu += seconds_of(process);
    }
    const auto ms = figures_->handed_over.percentiles(std::chrono::milliseconds(1));
    std::printf("%-22s %4zu %9.1f %8.3f %9.2f %9.2f %8llu %6llu\n", way_.name, processes.size(),
                memory / 1024, cpu / options_.seconds, ms.p50, ms.p99,
                static_cast<unsigned long long>(figures_->frames),
                static_cast<unsigned long long>(figures_->lost));
  }

  const Options options_;
  const Way way_;
  std::array<int, 2> pipe_{};
  Mailbox* const boxes_ = shared<Mailbox>(static_cast<std::size_t>(options_.cameras));
  Figures* const figures_ = shared<Figures>();
};

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--clip") options.clip = argv[i + 1];
    if (flag == "--cameras") options.cameras = std::clamp(std::atoi(argv[i + 1]), 1, 200);
    if (flag == "--seconds") options.seconds = std::max(5, std::atoi(argv[i + 1]));
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read_options(argc, argv);
  if (options.clip.empty()) {
    std::fprintf(stderr, "usage: isolation_bench --clip FILE [--cameras 8] [--seconds 20]\n");
    return 2;
  }
  std::printf("%-22s %4s %9s %8s %9s %9s %8s %6s\n", "cameras run as", "proc", "PSS MB", "cores", "p50 ms",
              "p99 ms", "frames", "lost");
  std::fflush(stdout);
  for (const Way& way : {Way{"threads", 0}, Way{"one process beside", 1000}, Way{"a process for each 4", 4},
                         Way{"a process each", 1}}) {
    const pid_t run = ::fork();  // so that each begins with clean memory
    if (run == 0) Run(options, way).measure();
    int status = 0;
    ::waitpid(run, &status, 0);
    if (status != 0) return 1;
  }
  return 0;
}
