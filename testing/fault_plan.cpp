#include "testing/fault_plan.h"

#include <chrono>
#include <utility>

#include "base/clock.h"
#include "testing/server_sockets.h"

namespace vigia::testing {
namespace {

using httplib::Request;
using httplib::Response;

constexpr const char* kAnyPath = "*";

void answer_as_configured(const Fault& fault, Response& response) {
  response.status = fault.status;
  response.set_content(fault.body, fault.content_type);
  for (const auto& [name, value] : fault.headers) response.set_header(name, value);
}

// When the fault ends the rest is sent at once.
void answer_slowly(const Fault& fault, Response& response, const std::stop_token& over) {
  std::string body = std::exchange(response.body, {});
  const std::string type = response.get_header_value("Content-Type");
  response.headers.erase("Content-Type");
  const std::size_t size = body.size();
  response.set_content_provider(size, type,
                                [body = std::move(body), pause = fault.delay, over](
                                    std::size_t offset, std::size_t, httplib::DataSink& sink) {
                                  system_clock().sleep_for(pause, over);
                                  return sink.write(body.data() + offset, 1);
                                });
}

}  // namespace

void FaultPlan::inject(const std::string& path, Fault fault, int times) {
  MutexLock lock(mutex_);
  faults_[path].push_back({std::move(fault), times});
}

void FaultPlan::clear() {
  MutexLock lock(mutex_);
  faults_.clear();
  current_.clear();
  waits_.request_stop();
  waits_ = std::stop_source();
}

void FaultPlan::end_waits() {
  MutexLock lock(mutex_);
  waits_.request_stop();
}

void FaultPlan::allow_waits() {
  MutexLock lock(mutex_);
  waits_ = std::stop_source();
}

bool FaultPlan::begin(const Request& request) {
  MutexLock lock(mutex_);
  current_.erase(request.remote_port);
  auto planned = faults_.find(request.path);
  if (planned == faults_.end() || planned->second.empty()) planned = faults_.find(kAnyPath);
  if (planned == faults_.end() || planned->second.empty()) return false;
  Planned& next = planned->second.front();
  const Fault fault = next.fault;
  if (next.times > 0 && --next.times == 0) planned->second.pop_front();
  current_[request.remote_port] = fault;
  return fault.kind == Fault::Kind::reset_before_body;
}

std::optional<Fault> FaultPlan::of(const Request& request) const {
  MutexLock lock(mutex_);
  const auto found = current_.find(request.remote_port);
  return found == current_.end() ? std::nullopt : std::optional(found->second);
}

std::stop_token FaultPlan::over() const {
  MutexLock lock(mutex_);
  return waits_.get_token();
}

void FaultPlan::hang() const {
  system_clock().sleep_for(std::chrono::hours(1), over());
}

void FaultPlan::answer(const Request& request, Response& response, int server_port,
                       const std::function<void()>& real) const {
  const std::stop_token over_now =
      over();  // taken before the fault, so that no fault outlives the end of all
  const std::optional<Fault> fault = of(request);
  if (!fault) return real();
  switch (fault->kind) {
    case Fault::Kind::answer:
      return answer_as_configured(*fault, response);
    case Fault::Kind::delay:
      system_clock().sleep_for(fault->delay, over_now);
      return real();
    case Fault::Kind::slow:
      real();
      return answer_slowly(*fault, response, over_now);
    case Fault::Kind::hang:
    case Fault::Kind::hang_mid_body:
      system_clock().sleep_for(std::chrono::hours(1), over_now);
      break;
    case Fault::Kind::reset_after_body:
      real();
      break;
    case Fault::Kind::reset_mid_headers:
      real();
      write_into_connection(server_port, request.remote_port, "HTTP/1.1 200 OK\r\nContent-Type: appl");
      break;
    case Fault::Kind::garbage:
      write_into_connection(server_port, request.remote_port, "\x01\x02 this is no HTTP \xff\xfe\r\n\r\n");
      break;
    case Fault::Kind::reset_mid_body:
    case Fault::Kind::reset_before_body:
      break;
  }
  reset_connections(server_port, request.remote_port);
}

}  // namespace vigia::testing
