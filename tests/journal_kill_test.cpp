// Kills the built vigia while people are in view: when at least four people are in the picture whose best
// shots so far are on disk according to the log; or ends the machine: see testing/power_cut.h. In the end
//   - everybody whom the log named has been posted;
//   - no track has been posted with two pictures, as open and as ended (a person with two tracks has two
//   posts:
//     that is counted, and due to the tracker);
//   - the same picture came twice only if its deletion was lost, or it was on its way: kill_record.h.
//
// Two kills of each kind; VIGIA_JOURNAL_KILLS=50 for as many of each, VIGIA_JOURNAL_SPEED=0.08 for people who
// stay for more than a minute (the journal is then written as often as by default).
#include <array>
#include <csignal>
#include <cstring>
#include <functional>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "testing/power_cut.h"
#include "tests/kill_fixture.h"

namespace vigia::tests {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kInView = 4;
constexpr int kFramesASecond = 6;  // of real time, about

double speed() {
  const char* const text = std::getenv("VIGIA_JOURNAL_SPEED");
  return text == nullptr ? 1 : std::atof(text);
}

std::string scene_url() {
  const int fps = std::clamp(static_cast<int>(kFramesASecond / speed()), 6, 30);
  return fmt::format("sim:faces=16&size=1280x720&fps={}&seed=5&seconds=20", fps);
}

// The tracks that the log names.
struct Said {
  std::map<std::uint64_t, ShotKey> kept;    // the last one of each track
  std::map<std::uint64_t, ShotKey> stored;  // ended, with this one
  std::set<std::uint64_t> over;             // ended, with or without
  std::map<std::uint64_t, int> times_kept;
  std::map<std::uint64_t, std::set<ShotKey>> pictures;  // of each track, open or ended

  [[nodiscard]] std::size_t in_view() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(kept, [this](const auto& one) { return !over.contains(one.first); }));
  }
};

Said read(const std::string& log) {
  Said said;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line) && !lines.eof();) {  // the kill may cut the last one off
    unsigned long long track = 0;
    std::array<char, 40> time{};
    int left = 0, top = 0, width = 0, height = 0;
    const auto shot_after = [&](const char* word) {
      const std::size_t at = line.find(word);
      return at != line.npos &&
             std::sscanf(line.c_str() + at + std::strlen(word), " track %llu of %39[^,], roi %d,%d %dx%d",
                         &track, time.data(), &left, &top, &width, &height) == 6;
    };
    const auto key = [&] { return ShotKey{time.data(), {left, top, left + width, top + height}}; };
    if (shot_after("face kept so far:")) {
      said.kept[track] = key();
      said.pictures[track].insert(key());
      ++said.times_kept[track];
    } else if (shot_after("face stored:")) {
      said.stored[track] = key();
      said.pictures[track].insert(key());
      said.over.insert(track);
    } else if (const std::size_t at = line.find("gate: track "); at != line.npos) {
      if (std::sscanf(line.c_str() + at, "gate: track %llu not posted", &track) == 1) said.over.insert(track);
    }
  }
  return said;
}

class JournalKillTest : public KillFixture {
 protected:
  void SetUp() override {
    start_server(scene_url());
    random_.seed(static_cast<unsigned>(number_from("VIGIA_KILL_SEED", 1)));
  }

  void run_and_kill(int run) {
    books_.begin(run);
    const std::string often = speed() < 1 ? "" : "outbox: {journal_interval: 0.25}\n";
    testing::Program program(vigia(run_of(scene_url(), run, speed(), often)));
    while (read(program.err()).in_view() < kInView) {
      ASSERT_TRUE(program.running()) << program.err();
      std::this_thread::sleep_for(20ms);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution(0, 1500)(random_)));
    said_.push_back(read(kill(program)));
  }

  void kill_often(int kills, const std::function<void()>& before, const std::function<void()>& after) {
    for (int run = 0; run < kills && !HasFatalFailure(); ++run) {
      before();
      run_and_kill(run);
      after();
    }
    ASSERT_FALSE(HasFatalFailure());
    send_what_is_left(kills);
  }

  // Compares the people whose shots were on disk with those posted.
  void expect_everybody_once() {
    std::map<std::pair<int, std::int64_t>, std::set<ShotKey>> posted;
    std::size_t again = 0;
    const auto posts = books_.posts();
    for (const auto& [shot, runs] : posts) {
      posted[{moment_of(shot).first, person_of(shot)}].insert(shot);
      again += runs.size() - 1;
    }
    std::size_t lost = 0, twice = 0, in_view = 0, writes = 0, tracks = 0;
    for (std::size_t run = 0; run < said_.size(); ++run) {
      in_view += said_[run].in_view();
      tracks += said_[run].kept.size();
      for (const auto& [track, times] : said_[run].times_kept) writes += static_cast<std::size_t>(times);
      std::map<std::uint64_t, ShotKey> on_disk = said_[run].kept;
      for (const auto& [track, shot] : said_[run].stored) on_disk[track] = shot;
      for (const auto& [track, shot] : on_disk) {
        const bool is_there = posted.contains({static_cast<int>(run), person_of(shot)});
        lost += is_there ? 0 : 1;
        EXPECT_TRUE(is_there) << "lost: track " << track << " of run " << run << ", " << shot.timestamp;
      }
      for (const auto& [track, pictures] : said_[run].pictures) {
        EXPECT_LE(std::ranges::count_if(pictures, [&](const ShotKey& one) { return posts.contains(one); }), 1)
            << "track " << track << " of run " << run << " was posted with two pictures";
      }
    }
    for (const auto& [whom, shots] : posted) {
      EXPECT_GE(whom.second, 0) << "nobody was there: " << shots.begin()->timestamp;
      twice += shots.size() - 1;
    }
    fmt::print(
        "{} kills, {} people in view with a shot on disk: {} lost, {} posts of a second track; {} pictures "
        "sent again; {} people kept, {} times\n",
        said_.size(), in_view, lost, twice, again, tracks, writes);
    EXPECT_GE(in_view, kInView * said_.size()) << "nothing was tried";
  }

  std::minstd_rand random_;
  std::vector<Said> said_;  // by run
};

TEST_F(JournalKillTest, WhoIsInViewAtAKillIsPostedOnce) {
  kill_often(
      number_from("VIGIA_JOURNAL_KILLS", 2), [] {}, [] {});
  expect_everybody_once();
  for (const auto& twice : books_.duplicates()) EXPECT_NE(twice.why, "") << twice.shot.timestamp;
}

#ifdef VIGIA_POWER_CUT
TEST_F(JournalKillTest, AndWhenTheMachineEnds) {
  const testing::PowerCut power(folder(), VIGIA_POWER_CUT, environment_);
  kill_often(
      number_from("VIGIA_JOURNAL_KILLS", 2), [&] { power.on(); }, [&] { power.cut(); });
  expect_everybody_once();
  // outbox.durability: shots: the deletion of what was delivered may be lost, and the next run sends it
  // again.
  for (const auto& twice : books_.duplicates()) {
    EXPECT_EQ(twice.second_run, twice.first_run + 1) << twice.shot.timestamp;
  }
}
#endif

}  // namespace
}  // namespace vigia::tests
