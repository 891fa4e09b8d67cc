// The sending loop: takes shots from the outbox and delivers them to a receiver. It has no thread of its own:
// the orchestrator runs it on as many threads as delivery.senders says; all share one courier.
//
// A shot that failed is tried again after 1-2 s, then 2-4, 4-8 ... 30-60 s (a random point in each, so that
// shots do not come back in one burst), never before the time that the receiver named (`after`, at most an
// hour). breaker.h and camera_waits.h say whether the other shots of its camera, or all senders, wait with
// it; a shot that waits for its camera comes back after a minute at most. A shot that was sent whole without
// an answer is sent again as often as resend_unanswered says; then it has failed. An attempt that the end of
// the process cuts short after the receiver may have had all of it (Shot::going_out) counts as one without an
// answer. Answers that are neither "later" nor "never" are counted separately, and only while the receiver
// takes other shots.
//
// Ending: a stop ends it at once, and cuts a delivery short. After Outbox::drain() it delivers what is due
// now and returns; shots that wait for a retry stay on disk. So a stop of the program is: last add(),
// drain(), wait for the senders up to delivery.stop_timeout, request their stop, join. Threads: several may
// run it with the same parts.
#pragma once

#include <stop_token>
#include <string>

#include "base/clock.h"
#include "delivery/breaker.h"
#include "delivery/camera_waits.h"
#include "delivery/courier.h"
#include "domain/face_reason.h"
#include "domain/shot.h"
#include "outbox/outbox.h"
#include "outbox/shot_listener.h"

namespace vigia::delivery {

// What a sender works with. All must outlive run_sender(); all senders of a route share the breaker and
// cameras.
struct Sending {
  outbox::Outbox& outbox;
  std::string route;
  Courier& courier;
  Breaker& breaker;
  CameraWaits& cameras;
  outbox::ShotListener& listener;
  Clock& clock;
  int resend_unanswered = 1;  // delivery.resend_unanswered
};

void run_sender(const Sending& parts, const std::stop_token& stop);

}  // namespace vigia::delivery
