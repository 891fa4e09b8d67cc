// Reads an outbox's file directly, for tests that must not rely on the outbox.
#pragma once

#include <cstdint>
#include <string>

#include "sqlite/sqlite.h"

namespace vigia::outbox {

// How many of the waiting deliveries have begun; -1: the file cannot be read.
inline std::int64_t begun_in_file(const std::string& path) {
  auto file = sqlite::Database::open_to_read(path, {"outbox", "outbox.path"});
  return file ? file->number("SELECT sum(begun) FROM deliveries").value() : -1;
}

// How many attempts the waiting deliveries have had; -1: the file cannot be read.
inline std::int64_t attempts_in_file(const std::string& path) {
  auto file = sqlite::Database::open_to_read(path, {"outbox", "outbox.path"});
  return file ? file->number("SELECT sum(attempts) FROM deliveries").value() : -1;
}

}  // namespace vigia::outbox
