// For this folder's tests: an outbox on a disk that refuses on command.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

#include "outbox/outbox_test_support.h"
#include "testing/faulty_disk.h"

namespace vigia::outbox {

// The last part of the names of tests that run with each fault.
inline std::string name_of(const ::testing::TestParamInfo<testing::FaultyDisk::Fault>& fault) {
  switch (fault.param) {
    case testing::FaultyDisk::Fault::full:
      return "Full";
    case testing::FaultyDisk::Fault::read_only:
      return "ReadOnly";
    default:
      return "Failing";
  }
}

class FaultyOutboxFixture : public OutboxFixture {
 protected:
  void TearDown() override {
    disk_.let_go();
    disk_.fail(testing::FaultyDisk::Fault::none);
    outbox_.reset();
  }
  // Advances the clock and calls tend().
  void a_second_later() {
    clock_.advance(std::chrono::seconds(1));
    outbox_->tend();
  }

  // For a fresh start. REQUIRES: the outbox is closed.
  void remove_all() {
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      std::filesystem::remove_all(entry.path());
    }
    disk_.forget_files();
  }

  testing::FaultyDisk disk_;
};

// A number from the environment, at least 1: how long a random test runs, and with which seed.
inline unsigned from_environment(const char* name, unsigned otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::max(1, std::atoi(text)));
}

// The same, with a source of random numbers whose seed the environment can set.
class RandomOutboxFixture : public FaultyOutboxFixture {
 protected:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  std::minstd_rand random_{from_environment("VIGIA_OUTBOX_SEED", 1)};
};

}  // namespace vigia::outbox
