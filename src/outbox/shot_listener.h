// What became of a shot on one route, for whoever counts: exactly one call for each shot and route that
// leaves the outbox, by run_sender() for what a courier said, by the outbox for what it gave up itself
// (expired, shed, lost by a damaged file). Called on the senders' threads and on the one that adds:
// thread-safe, quick. `shot` is valid during the call; its image is there only where a courier had it.
#pragma once

#include <string>

#include "domain/face_reason.h"
#include "domain/shot.h"

namespace vigia::outbox {

class ShotListener {
 public:
  virtual ~ShotListener() = default;
  // Not an end: the best shot of a track that was open when an earlier run ended without a stop. It is sent
  // from now on; told once, to the primary route's listener, before anybody has it.
  virtual void recovered(const domain::Shot& /*shot*/) {}
  virtual void delivered(const domain::Shot& shot) = 0;
  // By the receiver, or by us: Reason::expired, Reason::shed.
  virtual void refused(const domain::Shot& shot, domain::Reason reason, const std::string& text) = 0;
  // Sent twice, never answered: nobody knows whether the receiver has it. Or lost with its file; then perhaps
  // nothing but its camera is known.
  virtual void failed(const domain::Shot& shot, const std::string& text) = 0;
};

}  // namespace vigia::outbox
