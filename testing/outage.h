// Makes a FakeFindFace fail by a schedule in seconds.
//
//   FaultSchedule faults(server, {{1, 3, ServerFault::down}, {4, 6, ServerFault::hang}});
//   while (...) faults.follow(seconds_since_the_start);      // begins and ends what is due; call it often
//
// A fault affects every request, not only posts: a hanging server hangs for all of them. Threads: one thread
// at a time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "testing/fake_findface.h"

namespace vigia::testing {

enum class ServerFault {
  down,            // connections break, new ones are refused
  hang,            // requests are read and not answered
  refuse,          // connections break before the request is read
  garbage,         // answers that are not HTTP
  slow,            // answers byte by byte
  reset_mid_body,  // connections break in the middle of a request
  reset_answer,    // requests are executed, and connections break instead of an answer
  unavailable,     // 503
  internal_error,  // 500
  maintenance,     // 200 with a page that is not FindFace's
  expired,         // another certificate: see FaultSchedule
};

std::string_view to_string(ServerFault kind) noexcept;

// Begins and ends one fault, without a schedule; any but `expired`. Error: the server does not come up again.
Status begin_fault(FakeFindFace& server, ServerFault kind);
Status end_fault(FakeFindFace& server, ServerFault kind);

struct FaultPeriod {
  double from = 0;  // seconds
  double to = 0;
  ServerFault kind = ServerFault::down;
};

class FaultSchedule {
 public:
  struct Certificates {
    std::string good_cert, good_key, expired_cert, expired_key;
  };

  // periods: in order, none within another. certificates: for ServerFault::expired only, of a server that was
  // started with the good one. The server must outlive it.
  FaultSchedule(FakeFindFace& server, std::vector<FaultPeriod> periods, Certificates certificates = {});

  // Begins and ends the faults that are due. Error: the server does not come up again.
  Status follow(double seconds);
  [[nodiscard]] bool is_over() const { return next_ == periods_.size() && !current_; }

 private:
  Status begin(ServerFault kind);
  Status end(ServerFault kind);

  FakeFindFace& server_;
  const std::vector<FaultPeriod> periods_;
  const Certificates certificates_;
  std::size_t next_ = 0;
  bool current_ = false;  // periods_[next_ - 1] is in progress
};

// All kinds in turn, repeated until `until`; `expired` only with TLS. Each lasts `each` seconds, followed by
// as much time without a fault.
std::vector<FaultPeriod> every_kind_in_turn(double each, double until, bool tls);

}  // namespace vigia::testing
