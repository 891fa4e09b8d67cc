// Where faces go, and where FindFace's cameras come from: the courier that the settings ask for, its
// senders' loop, and the books of what was delivered.
// Threads: run_sender() on several threads, cameras_of_findface() on one; finish() once, after them.
#pragma once

#include <atomic>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "findface/camera_tokens.h"
#include "findface/session.h"
#include "http/http.h"
#include "memory/memory_manager.h"
#include "orchestrator/delivery_ledger.h"
#include "orchestrator/summary.h"
#include "outbox/breaker.h"
#include "outbox/outbox.h"
#include "settings/settings.h"

namespace vigia::orchestrator {

// How FindFace's certificate is judged; keys of a first use are kept beside the outbox.
http::TlsOptions findface_tls(const settings::Settings& settings);

class Delivery {
 public:
  // All must outlive it. Nothing is sent yet.
  Delivery(const settings::Settings& settings, outbox::Outbox& outbox, memory::MemoryManager& memory,
           Clock& clock);
  ~Delivery();
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  [[nodiscard]] std::string name() const;
  void add_camera(const std::shared_ptr<CameraContext>& camera);

  // For receivers that show cameras: see outbox/courier.h. Thread-safe.
  void camera_state(const std::string& camera, bool online) { courier_->camera_state(camera, online); }

  // The loop of one sender; see outbox/send.h.
  void run_sender(const std::stop_token& stop);
  [[nodiscard]] bool senders_done(int of) const noexcept { return senders_done_ == of; }

  // The cameras to watch when the settings name none: FindFace's. Asks until it is told, with growing
  // pauses; a problem is logged once. Empty when FindFace is not asked, or at the stop.
  std::vector<settings::CameraSettings> cameras_of_findface(const std::stop_token& stop);

  // How the receivers are.
  [[nodiscard]] std::vector<RouteSummary> routes() const;

  // Logs out, within a few seconds.
  void finish();

 private:
  void open_findface(memory::MemoryManager& memory);

  // Constant after construction.
  const settings::Settings& settings_;
  outbox::Outbox& outbox_;
  Clock& clock_;

  std::unique_ptr<http::Http> http_;  // these three only with FindFace
  std::unique_ptr<findface::Session> session_;
  findface::CameraTokens tokens_;
  std::unique_ptr<outbox::Courier> courier_;
  std::unique_ptr<outbox::Breaker> breaker_;  // of all senders
  DeliveryLedger ledger_;
  std::atomic<int> senders_done_{0};
};

}  // namespace vigia::orchestrator
