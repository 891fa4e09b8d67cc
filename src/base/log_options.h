// What the user sets for the log. Keys: logging.*
#pragma once

#include <string>

#include "base/bytes.h"

namespace vigia::log {

struct LogOptions {
  std::string level = "info";   // trace, debug, info, warning, error
  std::string format = "auto";  // text, json, journald; auto: journald where standard error is its, else text
  std::string file;             // lines go there; empty: to standard error
  Bytes file_max_bytes = 20_MiB;  // beyond that a file is renamed, and a new one begun; 0: never
  int file_count = 5;             // how many renamed ones are kept
  Bytes queue_bytes = 1_MiB;      // most bytes of lines that wait for being written
  double fold_interval = 10;      // seconds in which lines that repeat become one; 0: never
  bool faces = true;              // a line for each face posted

  bool operator==(const LogOptions&) const = default;
};

}  // namespace vigia::log
