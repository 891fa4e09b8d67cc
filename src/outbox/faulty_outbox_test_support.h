// An outbox on a disk that refuses when it is told to.
#pragma once

#include <chrono>
#include <string>

#include "outbox/outbox_test_support.h"
#include "testing/faulty_disk.h"

namespace vigia::outbox {

// For tests that meet each fault: the last part of their names.
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
  // As who comes by after a while.
  void a_second_later() {
    clock_.advance(std::chrono::seconds(1));
    outbox_->tend();
  }

  testing::FaultyDisk disk_;
};

}  // namespace vigia::outbox
