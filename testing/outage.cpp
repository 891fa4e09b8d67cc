#include "testing/outage.h"

#include <chrono>
#include <utility>

namespace vigia::testing {
namespace {

constexpr const char* kEverything = "*";

}  // namespace

FaultSchedule::FaultSchedule(FakeFindFace& server, std::vector<FaultPeriod> periods,
                             Certificates certificates)
    : server_(server), periods_(std::move(periods)), certificates_(std::move(certificates)) {}

Status FaultSchedule::follow(double seconds) {
  if (current_ && periods_[next_ - 1].to <= seconds) {
    current_ = false;
    if (Status ended = end(periods_[next_ - 1].kind); !ended) return ended;
  }
  if (!current_ && next_ < periods_.size() && periods_[next_].from <= seconds) {
    current_ = true;
    return begin(periods_[next_++].kind);
  }
  return ok_status();
}

Status FaultSchedule::begin(ServerFault kind) {
  if (kind != ServerFault::expired) return begin_fault(server_, kind);
  return server_.use_certificate(certificates_.expired_cert, certificates_.expired_key);
}

Status FaultSchedule::end(ServerFault kind) {
  if (kind != ServerFault::expired) return end_fault(server_, kind);
  return server_.use_certificate(certificates_.good_cert, certificates_.good_key);
}

Status begin_fault(FakeFindFace& server, ServerFault kind) {
  const auto everything = [&server](Fault fault) { server.inject(kEverything, std::move(fault), -1); };
  switch (kind) {
    case ServerFault::down:
      server.go_down();
      break;
    case ServerFault::hang:
      everything({.kind = Fault::Kind::hang});
      break;
    case ServerFault::refuse:
      everything({.kind = Fault::Kind::reset_before_body});
      break;
    case ServerFault::garbage:
      everything({.kind = Fault::Kind::garbage});
      break;
    case ServerFault::slow:
      everything({.kind = Fault::Kind::slow, .delay = std::chrono::milliseconds(10)});
      break;
    case ServerFault::reset_mid_body:
      everything({.kind = Fault::Kind::reset_mid_body});
      break;
    case ServerFault::reset_answer:
      everything({.kind = Fault::Kind::reset_after_body});
      break;
    case ServerFault::unavailable:
      everything({.kind = Fault::Kind::answer, .status = 503, .body = "<html>503</html>"});
      break;
    case ServerFault::internal_error:
      everything({.kind = Fault::Kind::answer, .status = 500});
      break;
    case ServerFault::maintenance:
      everything({.kind = Fault::Kind::answer,
                  .body = "<html>We will be back soon</html>",
                  .content_type = "text/html"});
      break;
    case ServerFault::expired:
      break;  // only a schedule has the certificates for it
  }
  return ok_status();
}

Status end_fault(FakeFindFace& server, ServerFault kind) {
  if (kind == ServerFault::down) return server.come_up();
  server.clear_faults();
  return ok_status();
}

std::string_view to_string(ServerFault kind) noexcept {
  switch (kind) {
    case ServerFault::down:
      return "down";
    case ServerFault::hang:
      return "hang";
    case ServerFault::refuse:
      return "refuse";
    case ServerFault::garbage:
      return "garbage";
    case ServerFault::slow:
      return "slow";
    case ServerFault::reset_mid_body:
      return "reset mid-body";
    case ServerFault::reset_answer:
      return "reset instead of an answer";
    case ServerFault::unavailable:
      return "503";
    case ServerFault::internal_error:
      return "500";
    case ServerFault::maintenance:
      return "maintenance page";
    case ServerFault::expired:
      return "certificate expired";
  }
  return "?";
}

std::vector<FaultPeriod> every_kind_in_turn(double each, double until, bool tls) {
  constexpr int kWithoutTls = static_cast<int>(ServerFault::expired);
  const int kinds = tls ? kWithoutTls + 1 : kWithoutTls;
  std::vector<FaultPeriod> periods;
  for (int i = 0; (2 * i + 2) * each <= until; ++i) {
    periods.push_back({(2 * i + 1) * each, (2 * i + 2) * each, static_cast<ServerFault>(i % kinds)});
  }
  return periods;
}

}  // namespace vigia::testing
