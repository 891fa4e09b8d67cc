// Receives the outcome of each shot on one route: exactly one call for each shot and route that leaves the
// outbox, by run_sender() for a courier's outcome, by the outbox for shots it gave up itself (expired, shed,
// lost by a damaged file). Called on the senders' threads and on the one that adds: implementations are
// thread-safe and quick. `shot` is valid during the call; its image is present only if a courier had it.
#pragma once

#include <string>

#include "domain/face_reason.h"
#include "domain/shot.h"

namespace vigia::outbox {

class ShotListener {
 public:
  virtual ~ShotListener() = default;
  // Not an end: the best shot of a track that was open when an earlier run ended without a stop will be sent
  // from now on. Called once, on the primary route's listener, before any sender has the shot.
  virtual void recovered(const domain::Shot& /*shot*/) {}
  virtual void delivered(const domain::Shot& shot) = 0;
  // By the receiver, or by us: Reason::expired, Reason::shed.
  virtual void refused(const domain::Shot& shot, domain::Reason reason, const std::string& text) = 0;
  // Sent twice and never answered, so it is unknown whether the receiver has it. Or lost with its file; then
  // perhaps only its camera is known.
  virtual void failed(const domain::Shot& shot, const std::string& text) = 0;
};

}  // namespace vigia::outbox
