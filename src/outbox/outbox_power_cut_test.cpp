// The outbox through power cuts at any moment, half-written sectors, and a failure of each single disk
// operation.
//
// VIGIA_OUTBOX_ROUNDS=5000 makes that many power cuts for each durability; VIGIA_OUTBOX_SEED=7 makes
// different ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "outbox/faulty_outbox_test_support.h"

namespace vigia::outbox {
namespace {

using namespace std::chrono_literals;
using Fault = testing::FaultyDisk::Fault;
using Tracks = std::set<std::uint64_t>;

class PowerCutTest : public RandomOutboxFixture {
 protected:
  void SetUp() override { replay_.rate = 0; }

  void cut_power(bool torn) {
    disk_.switch_off();
    outbox_.reset();
    disk_.leave_what_was_synced(random_, torn);
    open();
  }
  // What waits on the route; it stays due, for the next run.
  Tracks waiting(const std::string& route) {
    Tracks tracks;
    while (const auto taken = take(route)) tracks.insert(taken->shot.track);
    return tracks;
  }
  [[nodiscard]] bool was_set_aside() const {
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      if (entry.path().string().find(".damaged-") != std::string::npos) return true;
    }
    return false;
  }
};

// What the outbox has promised so far, on one route.
struct Promised {
  Tracks kept;      // add() or journal() returned ok
  Tracks perhaps;   // add() returned an error: in memory only, until the disk works again
  Tracks finished;  // finished() returned ok
};

class RandomPowerCuts : public PowerCutTest, public ::testing::WithParamInterface<const char*> {
 protected:
  void begin() {
    options_.durability = GetParam();
    routes_ = {"findface"};
    if (below(2) == 0) routes_.emplace_back("mqtt");
    promised_.clear();
    for (const std::string& route : routes_) promised_[route];
    open();
  }

  void keep(std::uint64_t track, bool kept) {
    for (auto& [route, each] : promised_) (kept ? each.kept : each.perhaps).insert(track);
  }
  // Called when the disk works: what had to stay in memory is written now.
  void look_at_disk() {
    if (outbox_->trouble()) return;
    for (auto& [route, each] : promised_) {
      each.kept.insert(each.perhaps.begin(), each.perhaps.end());
      each.perhaps.clear();
    }
  }

  void add_some() {
    std::vector<domain::Shot> shots;
    for (std::uint64_t left = 1 + below(3); left > 0; --left) {
      shots.push_back(large_shot(++last_track_, 1 + below(9000)));
    }
    const bool kept = outbox_->add(shots).ok();
    for (const domain::Shot& shot : shots) keep(shot.track, kept);
  }
  void journal_one() {
    const domain::Shot shot = large_shot(++last_track_, 1 + below(9000));
    const std::vector<domain::Shot> one{shot};
    if (!outbox_->journal(one).empty()) open_tracks_.insert(shot.track);
  }
  // The best shot is the track's last picture, or an earlier one.
  void end_one() {
    if (open_tracks_.empty()) return;
    const std::uint64_t track = *open_tracks_.begin();
    open_tracks_.erase(track);
    const std::vector<domain::Shot> one{large_shot(track, 1 + below(9000))};
    keep(track, outbox_->add(one).ok());
  }
  void send_one() {
    const std::string& route = routes_[below(routes_.size())];
    const auto taken = take(route);
    if (!taken) return;
    static_cast<void>(outbox_->begin(*taken));
    const bool refuses = outbox_->trouble().has_value();  // then a row may be there that nobody can delete
    if (below(3) == 0) {
      static_cast<void>(outbox_->postpone(*taken, {.until = clock_.now(), .why = "later"}));
    } else if (outbox_->finished(*taken).ok() && !refuses) {
      promised_[route].finished.insert(taken->shot.track);
    } else {
      sent_without_note_.insert({route, taken->shot.track});
    }
  }
  void do_something() {
    switch (below(8)) {
      case 0:
      case 1:
        return add_some();
      case 2:
        return journal_one();
      case 3:
        return end_one();
      case 4:
        return a_second_later();
      case 5:
        if (below(4) == 0) disk_.fail_syncs(1 + static_cast<int>(below(2)));
        return a_second_later();
      default:
        return send_one();
    }
  }

  void check(const std::string& route) {
    const Promised& promised = promised_.at(route);
    const Tracks left = waiting(route);
    for (const std::uint64_t track : promised.kept) {
      if (promised.finished.contains(track) || sent_without_note_.contains({route, track})) continue;
      if (options_.durability == "process") continue;
      EXPECT_TRUE(left.contains(track)) << "lost on " << route << ": " << track;
    }
    for (const std::uint64_t track : left) {
      EXPECT_TRUE(promised.kept.contains(track) || promised.perhaps.contains(track) ||
                  open_tracks_.contains(track))
          << "never added: " << track;
      if (options_.durability != "full") continue;
      EXPECT_FALSE(promised.finished.contains(track)) << "was finished on " << route << ": " << track;
    }
    if (options_.durability == "process") return;
    for (const std::uint64_t track : open_tracks_) {
      EXPECT_TRUE(left.contains(track)) << "was in the journal: " << track;
    }
  }

  std::uint64_t last_track_ = 0;
  Tracks open_tracks_;  // the journal has their best so far
  std::map<std::string, Promised> promised_;
  std::set<std::pair<std::string, std::uint64_t>> sent_without_note_;
};

TEST_P(RandomPowerCuts, LoseNothingThatWasPromised) {
  const unsigned rounds = from_environment("VIGIA_OUTBOX_ROUNDS", 60);
  for (unsigned round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE(round);
    remove_all();
    open_tracks_.clear();
    sent_without_note_.clear();
    begin();
    for (std::uint64_t left = 1 + below(25); left > 0; --left) {
      do_something();
      look_at_disk();
    }
    disk_.fail_syncs(0);
    cut_power(below(2) == 0);
    EXPECT_FALSE(was_set_aside()) << "a power cut must not damage the file";
    for (const std::string& route : routes_) check(route);
    outbox_.reset();
  }
}

INSTANTIATE_TEST_SUITE_P(With, RandomPowerCuts, ::testing::Values("full", "shots", "process"),
                         [](const auto& with) { return std::string(with.param); });

// As on Linux: after a failed sync the system declares the pages clean, so a later sync does not write them.
// The log then has a hole on the disk, which would hide all that is appended behind it.
TEST_F(PowerCutTest, AfterAFailedSyncNothingIsBuiltOnWhatItShouldHaveWritten) {
  open();
  ASSERT_TRUE(add(1).ok());
  ASSERT_TRUE(outbox_->finished(*take()).ok());  // in the log, not synced
  Log log;
  disk_.fail_syncs(2);  // of the shot, and of the folding that is tried before it is written again
  EXPECT_FALSE(add(2).ok());
  a_second_later();
  EXPECT_EQ(outbox_->trouble(), std::nullopt);
  ASSERT_TRUE(add(3).ok());
  ASSERT_EQ(log.lines().size(), 1U) << "it is said once";
  EXPECT_NE(log.lines().front().find("sync"), std::string::npos) << log.lines().front();
  cut_power(false);
  const Tracks left = waiting("findface");
  EXPECT_TRUE(left.contains(2));
  EXPECT_TRUE(left.contains(3));
}

// A kill after a failed sync: the next run finds in the log what is on no disk, and appends to it.
TEST_F(PowerCutTest, ARunDoesNotBuildOnWhatTheFailedSyncOfAnEarlierOneShouldHaveWritten) {
  open();
  ASSERT_TRUE(add(1).ok());
  disk_.fail_syncs(1);
  EXPECT_FALSE(add(2).ok());
  disk_.fail(Fault::full);  // so that closing leaves the log as it is, as a kill does
  outbox_.reset();
  disk_.fail(Fault::none);
  open();
  ASSERT_TRUE(add(3).ok());
  cut_power(false);
  const Tracks left = waiting("findface");
  EXPECT_TRUE(left.contains(1));
  EXPECT_TRUE(left.contains(3));
}

struct Failure {
  const char* name;
  Fault fault;
  int times;  // -1: until it is repaired
};

class EveryOperation : public PowerCutTest, public ::testing::WithParamInterface<Failure> {
 protected:
  // A run with every kind of call; each may fail.
  void use_it() {
    open();
    for (const std::uint64_t track : {1U, 2U, 3U}) static_cast<void>(add(track));
    const std::vector<domain::Shot> so_far{large_shot(10, 5000), large_shot(11, 5000)};
    static_cast<void>(outbox_->journal(so_far));
    if (const auto taken = take_if_it_can_be_read()) {
      sent_.insert(taken->shot.track);
      static_cast<void>(outbox_->finished(*taken));
    }
    if (const auto taken = take_if_it_can_be_read()) {
      static_cast<void>(outbox_->postpone(*taken, {.until = clock_.now() + 1s, .why = "later"}));
    }
    const std::vector<domain::Shot> ended{large_shot(10, 6000), large_shot(11, 5000)};
    static_cast<void>(outbox_->add(ended));
    a_second_later();
  }

  std::optional<PendingShot> take_if_it_can_be_read() {
    outbox_->drain();
    auto taken = outbox_->take(routes_.front(), clock_.now(), {});
    return taken.ok() ? *std::move(taken) : std::nullopt;
  }

  Tracks sent_;
};

TEST_P(EveryOperation, MayFailAndNothingIsLostOrSentTwice) {
  const auto [name, fault, times] = GetParam();
  int operation = 0;
  for (int used = 1; used > operation && !HasFailure();) {
    ++operation;
    SCOPED_TRACE(operation);
    outbox_.reset();
    remove_all();
    sent_.clear();
    disk_.fail_at(operation, fault, times);
    use_it();
    used = disk_.operations();
    disk_.fail_at(-1, Fault::none);
    a_second_later();
    a_second_later();
    EXPECT_EQ(outbox_->trouble(), std::nullopt);
    outbox_->close();
    open();
    Tracks left = waiting("findface");
    for (const std::uint64_t track : {1U, 2U, 3U, 10U, 11U}) {
      EXPECT_NE(left.contains(track), sent_.contains(track)) << track;
    }
    EXPECT_TRUE(fates_.all().empty());
  }
  EXPECT_GT(operation, 20);
}

INSTANTIATE_TEST_SUITE_P(With, EveryOperation,
                         ::testing::Values(Failure{"IoOnce", Fault::io, 1},
                                           Failure{"IoForGood", Fault::io, -1},
                                           Failure{"FullOnce", Fault::full, 1},
                                           Failure{"FullForGood", Fault::full, -1},
                                           Failure{"GoneOnce", Fault::gone, 1}),
                         [](const auto& with) { return std::string(with.param.name); });

}  // namespace
}  // namespace vigia::outbox
