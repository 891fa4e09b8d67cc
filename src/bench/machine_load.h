// Measures how busy the machine is with everything that runs on it. Thread-safe.
#pragma once

namespace vigia::bench {

// CPU seconds that all processes have used since the machine started, including time that a hypervisor gave
// to others; 0 if the system does not say. The difference of two, less this process's own, is the load beside
// a measurement.
double machine_cpu_seconds();

}  // namespace vigia::bench
