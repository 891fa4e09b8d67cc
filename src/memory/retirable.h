// The base class of objects that the collector destroys: those that are expensive to destroy (closed tracks,
// decoders, encoded images, connections), from about 4 KB or one system call up. When not: small objects
// (plain destruction is as fast), frame buffers (BufferPool). The link to the next retired object lives in
// the object, so that retire() never allocates.
#pragma once

#include "base/bytes.h"

namespace vigia::memory {

class Retirable {
 public:
  // charge: the bytes that the object holds, given by its maker; many of them cause an early pass.
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
