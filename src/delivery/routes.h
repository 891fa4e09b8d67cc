// Owns a route for each receiver: its courier, its breaker, the waits of its cameras, and its counters.
//
//   Routes routes(std::move(receivers), outbox, face_results, clock);
//   routes.run_sender("findface", stop);   // on as many threads as delivery.senders says
//   routes.show_cameras(snapshot.cameras); // about once a second
//
// A check of the receivers by their couriers would belong here, one route after the other.
// Threads: run_sender() on several threads; show_cameras() one thread at a time; finish() once, after them;
// the others thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "delivery/breaker.h"
#include "delivery/camera_notice.h"
#include "delivery/camera_waits.h"
#include "delivery/courier.h"
#include "delivery/notice_queue.h"
#include "delivery/route_counters.h"
#include "outbox/outbox.h"
#include "status/camera_status.h"
#include "status/route_status.h"

namespace vigia::delivery {

struct Receiver {
  std::string name;  // the route's: "findface"
  std::unique_ptr<Courier> courier;
};

class Routes {
 public:
  // The outbox was opened with these names, in this order. The first route is the primary one: `faces` gets
  // the outcomes of its shots. outbox, faces and clock must outlive it. Nothing is sent yet.
  // resend_unanswered: delivery.resend_unanswered.
  Routes(std::vector<Receiver> receivers, outbox::Outbox& outbox, outbox::ShotListener& faces, Clock& clock,
         int resend_unanswered = 1);
  ~Routes();
  Routes(const Routes&) = delete;
  Routes& operator=(const Routes&) = delete;

  // The couriers' names, for people.
  [[nodiscard]] std::string name() const;

  // Tells receivers that show cameras which cameras exist and which deliver video. A camera of the last call
  // that is missing now, or REMOVED, is gone. Cost: a look-up for each camera and receiver.
  void show_cameras(std::span<const status::CameraStatus> cameras);

  // Tells the receivers that take notices of cameras. Does not wait.
  void tell(const CameraNotice& notice);
  // The names of the routes whose receivers take them; run_notices() is the loop for one of them.
  [[nodiscard]] std::vector<std::string> take_notices() const;
  void run_notices(const std::string& route, const std::stop_token& stop);

  // The loop of one sender of a route; see send.h.
  void run_sender(const std::string& route, const std::stop_token& stop);
  // True when at least `of` senders of every route have returned.
  [[nodiscard]] bool senders_done(int of) const noexcept;

  // The states of the receivers, the primary one first.
  [[nodiscard]] std::vector<status::RouteStatus> status() const;

  // Logs out, within a few seconds.
  void finish();

 private:
  struct Route {
    Route(Receiver receiver, outbox::ShotListener* faces, Clock& clock)
        : name(std::move(receiver.name)),
          courier(std::move(receiver.courier)),
          breaker(courier->name(), clock),
          cameras(courier->name(), clock),
          counters(faces) {}
    const std::string name;
    const std::unique_ptr<Courier> courier;
    Breaker breaker;      // shared by all its senders
    CameraWaits cameras;  // likewise
    RouteCounters counters;
    NoticeQueue notices;
    std::atomic<int> senders_done{0};
  };

  // Constant after construction.
  outbox::Outbox& outbox_;
  Clock& clock_;
  const int resend_unanswered_;
  std::vector<std::unique_ptr<Route>> routes_;

  std::set<std::string> shown_;  // show_cameras()'s: the cameras that receivers know
};

}  // namespace vigia::delivery
