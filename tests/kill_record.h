// Records the shots of a kill test: those that the program's log calls stored or posted, those that arrived,
// and when the server went down. It finds lost shots and shots that arrived twice, and decides whether a kill
// or a lost answer explains them.
//
// The log (level debug) has "face stored" once the outbox has the shot on disk, and "face posted" once the
// outbox has deleted it. A kill may swallow the log's last lines; so a shot that the log does not name proves
// nothing, and one that it names must arrive. Threads: arrived() on any; the rest owner thread only.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstdio>
#include <map>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "base/mutex.h"
#include "testing/fake_findface.h"

namespace vigia::tests {

// The key by which FindFace distinguishes shots: the time of the frame and the place in it.
struct ShotKey {
  std::string timestamp;
  std::array<int, 4> roi{};  // left, top, right, bottom

  auto operator<=>(const ShotKey&) const = default;
};

class KillRecord {
 public:
  struct Duplicate {
    ShotKey shot;
    int first_run = 0, second_run = 0;  // the runs that posted it
    std::string why;                    // "": nothing explains it
  };

  // From now on the program of this run posts.
  void begin(int run) {
    MutexLock lock(mutex_);
    run_ = run;
  }
  void arrived(const testing::FakeEvent& event) {
    MutexLock lock(mutex_);
    copies_[{event.timestamp, event.roi}].push_back({run_, arrivals_++});
  }
  // The server went down while the program ran: shots that arrived until now may have got no answer.
  void server_went_down() {
    MutexLock lock(mutex_);
    down_[run_] = arrivals_;
  }
  // Reads the log of the present run, until its end.
  void read(const std::string& log) {
    MutexLock lock(mutex_);
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line) && !lines.eof();) {  // the kill may cut the last one off
      read_stored(line);
      read_posted(line);
    }
  }

  struct Stored {
    int run = 0;
    std::uint64_t track = 0;
  };
  [[nodiscard]] std::map<ShotKey, Stored> stored() const {
    MutexLock lock(mutex_);
    return stored_;
  }
  // Runs that posted it, in order.
  [[nodiscard]] std::map<ShotKey, std::vector<int>> posts() const {
    MutexLock lock(mutex_);
    std::map<ShotKey, std::vector<int>> posts;
    for (const auto& [shot, copies] : copies_) {
      for (const Copy& copy : copies) posts[shot].push_back(copy.run);
    }
    return posts;
  }
  // Stored and not arrived: in the end these are lost.
  [[nodiscard]] std::vector<ShotKey> missing() const {
    MutexLock lock(mutex_);
    std::vector<ShotKey> missing;
    for (const auto& [shot, where] : stored_) {
      if (!copies_.contains(shot)) missing.push_back(shot);
    }
    return missing;
  }
  [[nodiscard]] std::vector<Duplicate> duplicates() const {
    MutexLock lock(mutex_);
    std::vector<Duplicate> found;
    for (const auto& [shot, copies] : copies_) {
      for (std::size_t i = 1; i < copies.size(); ++i) {
        found.push_back({shot, copies[i - 1].run, copies[i].run, explain(shot, copies[i - 1], copies[i])});
      }
    }
    return found;
  }

  static constexpr const char* kKilled = "killed on its way";
  static constexpr const char* kNoAnswer = "the server went down before its answer";

 private:
  struct Copy {
    int run = 0;
    int number = 0;  // of all arrivals
  };

  void read_stored(const std::string& line) REQUIRES(mutex_) {
    const std::size_t at = line.find("face stored: ");
    if (at == std::string::npos) return;
    unsigned long long track = 0;
    std::array<char, 40> time{};
    int left = 0, top = 0, width = 0, height = 0;
    if (std::sscanf(line.c_str() + at, "face stored: track %llu of %39[^,], roi %d,%d %dx%d", &track,
                    time.data(), &left, &top, &width, &height) != 6) {
      return;
    }
    stored_[{time.data(), {left, top, left + width, top + height}}] = {run_, track};
  }
  void read_posted(const std::string& line) REQUIRES(mutex_) {
    const std::size_t at = line.find("face posted: ");
    if (at == std::string::npos) return;
    unsigned long long track = 0;
    std::array<char, 40> time{};
    if (std::sscanf(line.c_str() + at, "face posted: track %llu of %39[^,],", &track, time.data()) == 2) {
      ++posted_[{run_, track, time.data()}];
    }
  }

  [[nodiscard]] std::string explain(const ShotKey& shot, const Copy& first, const Copy& second) const
      REQUIRES(mutex_) {
    const auto down = down_.find(first.run);
    const bool answer_lost =
        down != down_.end() && first.number < down->second && down->second <= second.number;
    const bool by_one_run = first.run == second.run;
    // The later copy may have been answered, the earlier one may not.
    if (times_posted(shot, first.run) > (by_one_run ? 1 : 0)) return "";
    if (answer_lost) return kNoAnswer;
    return by_one_run ? "" : kKilled;
  }
  [[nodiscard]] int times_posted(const ShotKey& shot, int run) const REQUIRES(mutex_) {
    const auto stored = stored_.find(shot);
    if (stored == stored_.end()) return 0;
    const auto posted = posted_.find({run, stored->second.track, shot.timestamp});
    return posted == posted_.end() ? 0 : posted->second;
  }

  mutable Mutex mutex_;
  int run_ GUARDED_BY(mutex_) = 0;
  int arrivals_ GUARDED_BY(mutex_) = 0;
  std::map<int, int> down_ GUARDED_BY(mutex_);  // of a run: arrivals until the server was down
  std::map<ShotKey, Stored> stored_ GUARDED_BY(mutex_);
  std::map<std::tuple<int, std::uint64_t, std::string>, int> posted_ GUARDED_BY(mutex_);  // run, track, time
  std::map<ShotKey, std::vector<Copy>> copies_ GUARDED_BY(mutex_);
};

}  // namespace vigia::tests
