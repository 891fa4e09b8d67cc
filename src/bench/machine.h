// Describes the machine that figures were measured on: without it they mean little. Thread-safe.
#pragma once

#include <string>

#include "base/bytes.h"

namespace vigia::bench {

struct Machine {
  std::string cpu;        // "AMD EPYC 7B13"
  int cores = 0;          // that this process may use
  Bytes memory = 0;       // that this process may use
  std::string kernel;     // "Linux 6.1.0"
  std::string allocator;  // "glibc 2.36"
};

Machine this_machine();
std::string to_string(const Machine& machine);  // one line

}  // namespace vigia::bench
