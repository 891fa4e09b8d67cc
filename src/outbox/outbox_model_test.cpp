// The outbox against a model of it: random calls, in any order, over one to three receivers, with faults of
// the disk, restarts and jumps of the time of day; after each call both must agree.
//
// VIGIA_OUTBOX_ROUNDS=5000 makes that many random walks; VIGIA_OUTBOX_SEED=7 makes different ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "outbox/faulty_outbox_test_support.h"

namespace vigia::outbox {
namespace {

using namespace std::chrono_literals;
using Fault = testing::FaultyDisk::Fault;

// The outbox without disk, threads and bounds: shots that wait on routes, each due at some time, until they
// are finished or too old.
class Model {
 public:
  struct Shot {
    std::string camera;
    SteadyTime deadline = SteadyTime::max();
    std::map<std::string, SteadyTime> due;  // by route; claimed: see below
  };

  void add(const domain::Shot& added, const std::vector<std::string>& routes, SteadyTime now) {
    Shot& shot = shots_[added.track];
    shot.camera = added.camera;
    if (added.max_age) shot.deadline = now + *added.max_age;
    for (const std::string& route : routes) shot.due[route] = now;
  }
  void pause(const std::string& camera, const std::string& route, SteadyTime until) {
    paused_[{camera, route}] = until;
  }
  void resume(const std::string& camera, const std::string& route) { paused_.erase({camera, route}); }
  void claim(std::uint64_t track, const std::string& route) { claimed_.insert({track, route}); }
  void postpone(std::uint64_t track, const std::string& route, SteadyTime until) {
    claimed_.erase({track, route});
    shots_.at(track).due.at(route) = until;
  }
  void finish(std::uint64_t track, const std::string& route) {
    claimed_.erase({track, route});
    const auto shot = shots_.find(track);
    shot->second.due.erase(route);
    if (shot->second.due.empty()) shots_.erase(shot);
  }
  // Nobody has claimed anything, no camera is paused, and all is due.
  void restart(SteadyTime now) {
    claimed_.clear();
    paused_.clear();
    for (auto& [track, shot] : shots_) {
      for (auto& [route, due] : shot.due) due = now;
    }
  }
  // A sender keeps what it has claimed.
  void expire(SteadyTime now) {
    for (auto shot = shots_.begin(); shot != shots_.end();) {
      if (shot->second.deadline <= now) {
        std::erase_if(shot->second.due, [&](const auto& one) { return !is_claimed(shot->first, one.first); });
      }
      shot = shot->second.due.empty() ? shots_.erase(shot) : std::next(shot);
    }
  }

  [[nodiscard]] bool is_claimed(std::uint64_t track, const std::string& route) const {
    return claimed_.contains({track, route});
  }
  [[nodiscard]] std::set<std::uint64_t> due(const std::string& route, SteadyTime now) const {
    std::set<std::uint64_t> tracks;
    for (const auto& [track, shot] : shots_) {
      const auto owed = shot.due.find(route);
      if (owed == shot.due.end() || owed->second > now || is_claimed(track, route)) continue;
      if (may_go(shot.camera, route, now)) tracks.insert(track);
    }
    return tracks;
  }
  // One at a time of a paused camera whose time has come.
  [[nodiscard]] bool may_go(const std::string& camera, const std::string& route, SteadyTime now) const {
    const auto paused = paused_.find({camera, route});
    if (paused == paused_.end()) return true;
    return paused->second <= now && std::ranges::none_of(claimed_, [&](const auto& one) {
             return one.second == route && shots_.at(one.first).camera == camera;
           });
  }
  [[nodiscard]] std::size_t waiting(const std::string& route) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(shots_, [&](const auto& one) { return one.second.due.contains(route); }));
  }
  [[nodiscard]] std::size_t waiting() const { return shots_.size(); }

 private:
  std::map<std::uint64_t, Shot> shots_;
  std::set<std::pair<std::uint64_t, std::string>> claimed_;
  std::map<std::pair<std::string, std::string>, SteadyTime> paused_;  // by camera and route
};

class OutboxModelTest : public RandomOutboxFixture {
 protected:
  void begin() {
    remove_all();
    const std::vector<std::string> names{"findface", "webhook", "mqtt"};
    routes_.assign(names.begin(), names.begin() + 1 + static_cast<std::ptrdiff_t>(below(3)));
    replay_ = {.newest_first = below(2) == 0, .rate = 0};
    options_.durability = below(2) == 0 ? "full" : "shots";
    model_ = {};
    taken_.clear();
    open();
  }
  const std::string& any_route() { return routes_[below(routes_.size())]; }
  std::string any_camera() { return "camera " + std::to_string(below(3)); }

  void add_one() {
    domain::Shot shot = large_shot(++last_track_, 1 + below(9000));
    shot.camera = any_camera();
    if (below(3) == 0) shot.max_age = std::chrono::seconds(1 + below(90));
    static_cast<void>(outbox_->add(shot));
    model_.add(shot, routes_, clock_.now());
  }
  void take_one() {
    const std::string& route = any_route();
    const auto due = model_.due(route, clock_.now());
    auto taken = take(route);
    ASSERT_EQ(taken.has_value(), !due.empty()) << route;
    if (!taken) return;
    ASSERT_TRUE(due.contains(taken->shot.track)) << route << ": " << taken->shot.track;
    model_.claim(taken->shot.track, route);
    if (below(2) == 0) static_cast<void>(outbox_->begin(*taken));
    taken_.push_back(*std::move(taken));
  }
  void end_one() {
    if (taken_.empty()) return;
    const auto at = taken_.begin() + static_cast<std::ptrdiff_t>(below(taken_.size()));
    const PendingShot shot = std::move(*at);
    taken_.erase(at);
    if (below(2) == 0) {
      static_cast<void>(outbox_->finished(shot));
      return model_.finish(shot.shot.track, shot.route);
    }
    const SteadyTime until = clock_.now() + std::chrono::seconds(below(40));
    static_cast<void>(outbox_->postpone(shot, {.until = until, .why = "later"}));
    model_.postpone(shot.shot.track, shot.route, until);
  }
  void pause_or_resume() {
    const std::string camera = any_camera(), route = any_route();
    const domain::CameraKey key{camera, testing::sample_shot().camera_id};
    if (below(3) == 0) {
      outbox_->resume(route, key);
      return model_.resume(camera, route);
    }
    const SteadyTime until = clock_.now() + std::chrono::seconds(below(20));
    outbox_->pause(route, key, until);
    model_.pause(camera, route, until);
  }
  void pass_time() {
    clock_.advance(std::chrono::seconds(1 + below(below(4) == 0 ? 100 : 3)));
    outbox_->tend();
  }
  void set_the_time_of_day() {
    const auto by = std::chrono::hours(below(100)) - 50h;
    clock_.set_utc(clock_.utc_now() + by);
  }
  // A disk that refuses now must work again before the close: else what is in memory only would be lost.
  void restart() {
    repair();
    taken_.clear();
    outbox_->close();
    open();
    model_.restart(clock_.now());
  }
  void break_disk() {
    constexpr Fault kFaults[] = {Fault::full, Fault::io, Fault::read_only};
    switch (below(3)) {
      case 0:
        return disk_.fail(kFaults[below(3)]);
      case 1:
        return disk_.fail_syncs(1);
      default:
        return disk_.fail_at(static_cast<int>(below(20)), kFaults[below(3)], 1);
    }
  }
  void repair() {
    disk_.fail(Fault::none);
    disk_.fail_at(-1, Fault::none);
    disk_.fail_syncs(0);
    pass_time();
    pass_time();
    ASSERT_EQ(outbox_->trouble(), std::nullopt);
  }

  void do_something() {
    switch (below(13)) {
      case 12:
        return pause_or_resume();
      case 0:
        return restart();
      case 1:
        return break_disk();
      case 2:
        return repair();
      case 3:
        return set_the_time_of_day();
      case 4:
        return pass_time();
      case 5:
      case 6:
        return end_one();
      case 7:
      case 8:
      case 9:
        return take_one();
      default:
        return add_one();
    }
  }
  [[nodiscard]] bool agree() const {
    return outbox_->pending().shots == model_.waiting() &&
           std::ranges::all_of(routes_, [this](const std::string& route) {
             return outbox_->pending(route).shots == model_.waiting(route);
           });
  }
  // Shots that are too old are looked for once a second.
  void compare() {
    outbox_->tend();
    model_.expire(clock_.now());
    if (!agree()) pass_time();
    model_.expire(clock_.now());
    ASSERT_EQ(outbox_->pending().shots, model_.waiting());
    for (const std::string& route : routes_) {
      ASSERT_EQ(outbox_->pending(route).shots, model_.waiting(route)) << route;
    }
  }

  std::uint64_t last_track_ = 0;
  Model model_;
  std::vector<PendingShot> taken_;
};

TEST_F(OutboxModelTest, AgreesWithItsModelWhateverHappens) {
  const unsigned rounds = from_environment("VIGIA_OUTBOX_ROUNDS", 40);
  for (unsigned round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE(round);
    begin();
    for (std::uint64_t left = 20 + below(60); left > 0 && !HasFailure(); --left) {
      do_something();
      compare();
    }
    if (!HasFailure()) repair();
    outbox_.reset();
  }
}

}  // namespace
}  // namespace vigia::outbox
