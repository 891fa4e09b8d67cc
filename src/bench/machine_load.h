// How busy the machine is, with everything that runs on it. Thread-safe.
#pragma once

namespace vigia::bench {

// CPU seconds that all processes have used since the machine started, and what a hypervisor gave to others;
// 0 where the system does not say. Two of them, less this process's own, tell what a measurement had
// beside it.
double machine_cpu_seconds();

}  // namespace vigia::bench
