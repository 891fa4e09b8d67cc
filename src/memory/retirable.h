// The base of everything whose destruction is handed to the collector: what is dear to destroy
// (closed tracks, decoders, encoded images, connections), from about 4 KB or one system call up.
// When not: small objects (plain destruction is as quick), frame buffers (BufferPool).
// The link to the next retired object lives in the object, so that retire() never allocates.
#pragma once

#include "base/bytes.h"

namespace vigia::memory {

class Retirable {
 public:
  // charge: what the object holds, told by its maker; the collector makes an early pass by it.
  explicit Retirable(Bytes charge) noexcept : charge_(charge) {}
  // Runs on the collector's thread. May retire other objects. Must not wait for the collector.
  // One that throws is logged and counted.
  virtual ~Retirable() noexcept(false) = default;

  Retirable(const Retirable&) = delete;
  Retirable& operator=(const Retirable&) = delete;

  [[nodiscard]] Bytes charge() const noexcept { return charge_; }

 protected:
  void set_charge(Bytes charge) noexcept { charge_ = charge; }

 private:
  friend class RetiredList;
  Retirable* next_ = nullptr;
  Bytes charge_;
};

}  // namespace vigia::memory
