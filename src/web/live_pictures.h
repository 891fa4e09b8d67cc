// Makes the pictures of the cameras that somebody looks at: small JPEGs, each made once, however many look.
//
//   auto ticket = pictures.watch({"gate", "hall"});       // as long as it lives; error: no such camera
//   pictures.newest("gate");                              // again and again; null: none yet
//
// A thread of its own, at low priority, asks each watched camera for its next frame (pipeline/live_view.h),
// scales it, lets the frame go, and encodes the small picture: 0.5 to 1.5 ms for 720p. Each camera has 5
// pictures a second, fewer from 9 cameras on: 40 a second in all. The newest picture of a camera whose last
// viewer left is kept for 5 s more, for a page that changes its tiles; then nothing is held of it, and
// nothing is done while nobody looks. At most 128 cameras are watched; their JPEGs are charged to vigia/jpeg.
// Threads: run() on a thread of its own; the others thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "domain/shot_image.h"
#include "web/world.h"

namespace vigia::web {

struct Picture {
  std::uint64_t sequence = 0;  // the camera's count of frames
  UtcTime captured{};
  domain::Size frame;  // of the camera
  std::string fields;  // of the header, as JSON, without braces: "name": ..., "boxes": [...]
  std::shared_ptr<const domain::Jpeg> jpeg;
};

class LivePictures {
 public:
  static constexpr std::size_t kMostWatched = 128;
  static constexpr int kSide = 640, kLargeSide = 1280;  // pixels, the longer side
  static constexpr Nanoseconds kEvery = std::chrono::milliseconds(200);
  static constexpr Nanoseconds kStaysWarm = std::chrono::seconds(5);

  // world must outlive it.
  explicit LivePictures(const World& world);
  ~LivePictures();
  LivePictures(const LivePictures&) = delete;
  LivePictures& operator=(const LivePictures&) = delete;

  // Until stopped. Lowers the priority of the calling thread.
  void run(const std::stop_token& stop);

  // A viewer of these cameras, as long as it lives; it must not outlive this object.
  class Ticket {
   public:
    Ticket(LivePictures& pictures, std::vector<std::string> cameras)
        : pictures_(pictures), cameras_(std::move(cameras)) {}
    ~Ticket() { pictures_.leave(cameras_); }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    [[nodiscard]] const std::vector<std::string>& cameras() const { return cameras_; }

   private:
    LivePictures& pictures_;
    const std::vector<std::string> cameras_;
  };
  // Errors: not_found: there is no such camera; unavailable: too many are watched.
  Result<std::unique_ptr<Ticket>> watch(std::vector<std::string> cameras);
  [[nodiscard]] std::shared_ptr<const Picture> newest(const std::string& camera) const;
  // The camera's next frame, large; REQUIRES: it is watched. Null until it is there.
  void ask_large(const std::string& camera);
  [[nodiscard]] std::shared_ptr<const Picture> large(const std::string& camera) const;

  [[nodiscard]] int viewers() const;
  [[nodiscard]] std::size_t watched() const;

 private:
  struct Tile {
    std::shared_ptr<pipeline::LiveView> view;
    int viewers = 0;
    SteadyTime left{};  // when the last viewer left
    SteadyTime next{};  // when the next picture is due
    SteadyTime found{};
    bool is_large_asked = false;
    std::shared_ptr<const Picture> newest, large;
  };
  struct Job {
    std::string camera;
    std::shared_ptr<pipeline::LiveView> view;
    bool is_due = false, is_large_asked = false;
  };
  class Maker;

  void leave(const std::vector<std::string>& cameras);
  std::vector<Job> jobs(SteadyTime now);
  void work(Maker& maker, Job& job);
  void keep(const Job& job, std::shared_ptr<const Picture> small, std::shared_ptr<const Picture> large);

  const World& world_;  // constant after construction

  // State below is protected by mutex_.
  mutable Mutex mutex_;
  CondVar wake_;
  std::map<std::string, Tile> tiles_ GUARDED_BY(mutex_);
  int viewers_ GUARDED_BY(mutex_) = 0;
};

}  // namespace vigia::web
