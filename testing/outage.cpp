#include "testing/outage.h"

#include <chrono>
#include <utility>

namespace vigia::testing {
namespace {

constexpr const char* kEverything = "*";

}  // namespace

Outage::Outage(FakeFindFace& server, std::vector<OutagePeriod> periods, Certificates certificates)
    : server_(server), periods_(std::move(periods)), certificates_(std::move(certificates)) {}

Status Outage::follow(double seconds) {
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

Status Outage::begin(OutageKind kind) {
  const auto everything = [this](Fault fault) { server_.inject(kEverything, std::move(fault), -1); };
  switch (kind) {
    case OutageKind::down:
      server_.go_down();
      break;
    case OutageKind::hang:
      everything({.kind = Fault::Kind::hang});
      break;
    case OutageKind::refuse:
      everything({.kind = Fault::Kind::reset_before_body});
      break;
    case OutageKind::garbage:
      everything({.kind = Fault::Kind::garbage});
      break;
    case OutageKind::slow:
      everything({.kind = Fault::Kind::slow, .delay = std::chrono::milliseconds(10)});
      break;
    case OutageKind::reset_mid_body:
      everything({.kind = Fault::Kind::reset_mid_body});
      break;
    case OutageKind::reset_answer:
      everything({.kind = Fault::Kind::reset_after_body});
      break;
    case OutageKind::unavailable:
      everything({.kind = Fault::Kind::answer, .status = 503, .body = "<html>503</html>"});
      break;
    case OutageKind::internal_error:
      everything({.kind = Fault::Kind::answer, .status = 500});
      break;
    case OutageKind::maintenance:
      everything({.kind = Fault::Kind::answer,
                  .body = "<html>We will be back soon</html>",
                  .content_type = "text/html"});
      break;
    case OutageKind::expired:
      return server_.use_certificate(certificates_.expired_cert, certificates_.expired_key);
  }
  return ok_status();
}

Status Outage::end(OutageKind kind) {
  if (kind == OutageKind::down) return server_.come_up();
  if (kind == OutageKind::expired) {
    return server_.use_certificate(certificates_.good_cert, certificates_.good_key);
  }
  server_.clear_faults();
  return ok_status();
}

std::string_view to_string(OutageKind kind) noexcept {
  switch (kind) {
    case OutageKind::down:
      return "down";
    case OutageKind::hang:
      return "hang";
    case OutageKind::refuse:
      return "refuse";
    case OutageKind::garbage:
      return "garbage";
    case OutageKind::slow:
      return "slow";
    case OutageKind::reset_mid_body:
      return "reset mid-body";
    case OutageKind::reset_answer:
      return "reset instead of an answer";
    case OutageKind::unavailable:
      return "503";
    case OutageKind::internal_error:
      return "500";
    case OutageKind::maintenance:
      return "maintenance page";
    case OutageKind::expired:
      return "certificate expired";
  }
  return "?";
}

std::vector<OutagePeriod> every_kind_in_turn(double each, double until, bool tls) {
  constexpr int kWithoutTls = static_cast<int>(OutageKind::expired);
  const int kinds = tls ? kWithoutTls + 1 : kWithoutTls;
  std::vector<OutagePeriod> periods;
  for (int i = 0; (2 * i + 2) * each <= until; ++i) {
    periods.push_back({(2 * i + 1) * each, (2 * i + 2) * each, static_cast<OutageKind>(i % kinds)});
  }
  return periods;
}

}  // namespace vigia::testing
