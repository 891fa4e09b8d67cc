// A network camera on loopback: live MPEG-TS over HTTP, at its own pace, which fails on command.
//
//   auto camera = CameraServer::start({.main = scene, .other = smaller_scene});
//   (*camera)->url();                      // "http://127.0.0.1:PORT/cam"
//   (*camera)->begin(CameraFault::freeze);   // one fault at a time
//   (*camera)->end();                      // works again; its time went on meanwhile
//
// schedule.h describes the faults. A viewer that is connected when a freeze or slowness ends continues with
// the present moment's key frame: it never gets the frames before it. Threads: thread-safe, but begin(),
// end(): one thread at a time. A thread for each viewer, 16 at most.
#pragma once

#include <httplib.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "soak/schedule.h"
#include "soak/ts_stream.h"
#include "testing/http_loop.h"

namespace vigia::soak {

struct CameraShow {
  std::shared_ptr<const Loop> main;
  std::shared_ptr<const Loop> other;  // while resized
  Nanoseconds offset{0};              // where in the loop it begins: cameras may share one
  std::uint64_t seed = 1;             // of garbage and cuts
};

class CameraServer {
 public:
  static Result<std::unique_ptr<CameraServer>> start(CameraShow show);
  ~CameraServer();
  CameraServer(const CameraServer&) = delete;
  CameraServer& operator=(const CameraServer&) = delete;

  [[nodiscard]] std::string url() const;
  // REQUIRES: a camera's fault. Errors: io.
  Status begin(CameraFault kind);
  Status end();

  [[nodiscard]] bool is_watched() const;  // a viewer took an undamaged picture within the last two seconds

 private:
  class Viewer;
  explicit CameraServer(CameraShow show);
  void add_route();
  // The fault in force now, and the era, by which a viewer notices that its connection was cut.
  struct State {
    std::optional<CameraFault> fault;
    std::uint64_t era = 0;  // each cut of all connections begins a new one
    bool closing = false;
  };
  [[nodiscard]] State state() const;
  // Waits no longer than that; ends early when the state changes.
  void wait(Nanoseconds at_most, const State& seen) const;
  void change(std::optional<CameraFault> fault, bool new_era);
  [[nodiscard]] Nanoseconds now() const;  // since it was switched on
  [[nodiscard]] const std::shared_ptr<const Loop>& loop_for(std::optional<CameraFault> fault) const;

  // Constant after construction.
  const CameraShow show_;
  const SteadyTime switched_on_;

  std::atomic<std::int64_t> last_picture_{-1'000'000'000'000};  // now() in nanoseconds
  std::atomic<int> viewers_{0};                                 // ever

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  mutable CondVar changed_;
  State state_ GUARDED_BY(mutex_);

  httplib::Server http_;
  testing::HttpLoop loop_{http_};  // last: its threads use the rest
};

}  // namespace vigia::soak
