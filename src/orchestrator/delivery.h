// Where faces go: a route for each receiver that the settings ask for, with its courier, its senders' loop
// and the books of what was delivered. Threads: run_sender() on several threads; finish() once, after them;
// the others thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "findface/camera_tokens.h"
#include "findface/session.h"
#include "http/http.h"
#include "memory/memory_manager.h"
#include "orchestrator/camera_context.h"
#include "orchestrator/delivery_ledger.h"
#include "orchestrator/summary.h"
#include "outbox/breaker.h"
#include "outbox/courier.h"
#include "outbox/outbox.h"
#include "settings/settings.h"

namespace vigia::orchestrator {

// How FindFace's certificate is judged; keys of a first use are kept beside the outbox.
http::TlsOptions findface_tls(const settings::Settings& settings);

class Delivery {
 public:
  // A route for each of receivers(settings), with which outbox was opened. All must outlive it. Nothing is
  // sent yet.
  Delivery(const settings::Settings& settings, outbox::Outbox& outbox, ledger::Ledger& ledger,
           memory::MemoryManager& memory, Clock& clock);
  ~Delivery();
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  // The couriers' names, for people.
  [[nodiscard]] std::string name() const;
  // Its shots are booked in its ledger and posted with its token. Again: the new ones take their place.
  void add_camera(const std::shared_ptr<CameraContext>& camera);
  // FindFace's, of which nothing waits any more.
  void forget_camera(std::int64_t id);
  void set_token(std::int64_t camera_id, std::string token) { tokens_.set(camera_id, std::move(token)); }

  // For receivers that show cameras: see outbox/courier.h. Thread-safe.
  void camera_state(const std::string& camera, bool online);
  void camera_gone(const std::string& camera);

  // The loop of one sender of a route; see outbox/send.h.
  void run_sender(const std::string& route, const std::stop_token& stop);
  // On each route so many have ended.
  [[nodiscard]] bool senders_done(int of) const noexcept;

  // The login that cameras are asked for with; nullptr without FindFace.
  [[nodiscard]] findface::Session* session() noexcept { return session_.get(); }

  // How the receivers are.
  [[nodiscard]] std::vector<RouteSummary> routes() const;

  // Logs out, within a few seconds.
  void finish();

 private:
  struct Route {
    Route(std::string called, std::unique_ptr<outbox::Courier> by, DeliveryLedger* faces, Clock& clock)
        : name(std::move(called)), courier(std::move(by)), breaker(courier->name(), clock), ledger(faces) {}
    const std::string name;
    const std::unique_ptr<outbox::Courier> courier;
    outbox::Breaker breaker;  // of all its senders
    RouteLedger ledger;
    std::atomic<int> senders_done{0};
  };
  std::unique_ptr<outbox::Courier> findface_courier(memory::MemoryManager& memory);

  // Constant after construction.
  const settings::Settings& settings_;
  outbox::Outbox& outbox_;
  Clock& clock_;

  std::unique_ptr<http::Http> http_;  // these three only with FindFace
  std::unique_ptr<findface::Session> session_;
  findface::CameraTokens tokens_;
  DeliveryLedger ledger_;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace vigia::orchestrator
