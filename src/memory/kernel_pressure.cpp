#include "memory/kernel_pressure.h"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <cstdint>
#include <string_view>

#include "memory/system_memory.h"

namespace vigia::memory {
namespace {

namespace fs = std::filesystem;

// Stall and window in microseconds. A window that is a multiple of 2 s needs no privilege.
constexpr std::string_view kTrigger = "some 100000 2000000";

// Writing the trigger makes the descriptor report it, for as long as it is open.
Fd psi_trigger(const fs::path& file) {
  Fd fd(::open(file.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  // With its terminating zero, as the kernel requires.
  if (fd.valid() && ::write(fd.get(), kTrigger.data(), kTrigger.size() + 1) < 0) fd.reset();
  return fd;
}

}  // namespace

KernelPressure KernelPressure::watch(const fs::path& root) {
  KernelPressure pressure;
  const auto group = cgroup_of("memory", root);
  if (group && group->version == 2) {
    pressure.fd_ = psi_trigger(group->folder / "memory.pressure");
    pressure.events_ = POLLPRI;
    if (pressure.fd_.valid()) {
      pressure.source_ = "cgroup v2 PSI";
      return pressure;
    }
  }
  if (group && group->version == 1) {
    const Fd control(::open((group->folder / "cgroup.event_control").c_str(), O_WRONLY | O_CLOEXEC));
    pressure.level_ = Fd(::open((group->folder / "memory.pressure_level").c_str(), O_RDONLY | O_CLOEXEC));
    pressure.fd_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    pressure.events_ = POLLIN;
    const std::string order =
        std::to_string(pressure.fd_.get()) + " " + std::to_string(pressure.level_.get()) + " medium";
    if (control.valid() && pressure.level_.valid() &&
        ::write(control.get(), order.data(), order.size()) == static_cast<ssize_t>(order.size())) {
      pressure.source_ = "cgroup v1";
      return pressure;
    }
    pressure.level_.reset();
  }
  pressure.fd_ = psi_trigger(root / "proc/pressure/memory");
  pressure.events_ = POLLPRI;
  if (pressure.fd_.valid()) pressure.source_ = "system PSI";
  return pressure;
}

bool KernelPressure::take(const pollfd& polled) noexcept {
  if (polled.fd < 0) return false;
  if ((polled.revents & (POLLERR | POLLNVAL)) != 0) {  // its cgroup is gone: stop polling
    fd_.reset();
    return false;
  }
  if ((polled.revents & events_) == 0) return false;
  if (events_ == POLLIN) {
    std::uint64_t count = 0;
    return ::eventfd_read(fd_.get(), &count) == 0;
  }
  return true;
}

}  // namespace vigia::memory
