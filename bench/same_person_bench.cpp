// Measures how well src/appearance distinguishes whether two views, seconds apart, are of one person or of
// two, on films whose people are known.
//
//   ./dev bench same_person -- --films FOLDER --model yunet_n_640_640.onnx
//
// A film is NAME.mp4 (.mkv, .gif) with NAME.json beside it, which says who is where, as for `vigia bench
// people` (src/bench/README.md); posters, and faces that are covered, are left out. (face_parts lists what is
// found in films, to label from.) Faces are found with the model. Up to five views of one person within 0.4 s
// stand for the end of a track, and as many, a gap later, for the start of the next: of the same person, or
// of another one in the same film at any time. All pairs of people have equal weight, however long each is
// seen.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "appearance/difference.h"
#include "bench/people_truth.h"
#include "face_tally.h"
#include "face_trial.h"
#include "weighed.h"

namespace vigia::appearance {
namespace {

namespace fs = std::filesystem;

struct Flags {
  fs::path films, model, pairs;
  std::string input = "640x384";
  double min_score = 0.6;
  int tries = 40;  // pairs of moments for each pair of people and each gap
  bool grey = false, no_torso = false;
};

struct Look {
  double time = 0;
  domain::Box box;
  View view;
};
struct Film {
  std::string name;
  bench::Truth truth;
  std::map<std::string, std::vector<Look>> looks;  // by person, in the order of time
};

// Whose faces may be compared: those of people, where nobody covers them.
bench::Truth read_truth(const fs::path& file) {
  bench::Truth truth = trial::must(bench::read_film_truth(file));
  for (auto& frame : truth.frames) {
    std::erase_if(frame, [&](const bench::Present& one) {
      return !one.visible || truth.people[static_cast<std::size_t>(one.who)].picture;
    });
  }
  return truth;
}

// Takes views from each frame of a film.
class Onlooker final : public camera::FrameSink {
 public:
  Onlooker(Film& film, detect::Detector& detector, const Flags& flags)
      : film_(film), detector_(detector), flags_(flags) {}

  void deliver(domain::Frame frame, const std::stop_token& /*stop*/) override {
    trial::must(detect_fully(detector_, frame, {}, found_));
    if (flags_.grey) frame.planes[1] = frame.planes[2] = {};
    const double time = to_seconds(frame.stream_time);
    const std::size_t number = film_.truth.frame_at(frame.stream_time);
    for (std::size_t i = 0; i < found_.size(); ++i) {
      const domain::Box& box = found_[i].box;
      const auto person = film_.truth.who_is(number, box);
      Look look{.time = time, .box = box, .view = {}};
      if (!person || !describe(frame, found_, i, look.view)) continue;
      if (flags_.no_torso) look.view.has_torso_colours = look.view.has_torso_outline = false;
      film_.looks[film_.truth.people[static_cast<std::size_t>(*person)].name].push_back(look);
    }
  }

 private:
  Film& film_;
  detect::Detector& detector_;
  const Flags& flags_;
  std::vector<domain::Detection> found_;
};

struct Gap {
  double from, to;
};
constexpr std::array<Gap, 6> kGaps{{{0.1, 0.3}, {0.3, 1}, {1, 2}, {2, 3.5}, {3.5, 8}, {8, 30}}};
constexpr double kSide = 0.4;  // seconds of views on each side of a gap

struct Pair {
  const Film* film = nullptr;
  std::string a, b;
  double gap = -1;  // below 0: of two people, at any times
  bool same_place = false;
  double weight = 1;
  std::array<float, kParts> parts{};
  Difference difference;
};

// Up to five, spread evenly over those from `begin` to `end`.
std::vector<const Look*> spread(const std::vector<Look>& looks, double begin, double end) {
  std::vector<const Look*> within;
  for (const Look& look : looks) {
    if (look.time >= begin - 1e-6 && look.time <= end + 1e-6) within.push_back(&look);
  }
  if (within.size() <= Views::kMost) return within;
  std::vector<const Look*> chosen;
  for (std::size_t i = 0; i < Views::kMost; ++i)
    chosen.push_back(within[i * (within.size() - 1) / (Views::kMost - 1)]);
  return chosen;
}

bool compare(const std::vector<const Look*>& end, const std::vector<const Look*>& start, Pair& pair) {
  if (end.empty() || start.empty()) return false;
  Views a, b;
  for (const Look* look : end) a.add(look->view);
  for (const Look* look : start) b.add(look->view);
  const auto found = difference(a, b);
  if (!found) return false;
  pair.difference = *found;
  pair.parts = distances(a, b);
  pair.same_place = domain::overlap(end.back()->box, start.front()->box) > 0.3F;
  return true;
}

class Pairs {
 public:
  explicit Pairs(int tries) : tries_(tries) {}

  void add_same(const Film& film, const std::string& person, const std::vector<Look>& looks) {
    for (const Gap& gap : kGaps) {
      std::vector<Pair> found;
      for (int i = 0; i < 4 * tries_ && static_cast<int>(found.size()) < tries_; ++i) {
        const Look& last = looks[pick(looks.size())];
        const double length = std::uniform_real_distribution(gap.from, gap.to)(random_);
        const auto next = std::ranges::lower_bound(looks, last.time + length, {}, &Look::time);
        if (next == looks.end() || next->time - last.time > gap.to) continue;
        Pair pair{.film = &film,
                  .a = person,
                  .b = person,
                  .gap = next->time - last.time,
                  .parts = {},
                  .difference = {}};
        if (compare(spread(looks, last.time - kSide, last.time),
                    spread(looks, next->time, next->time + kSide), pair))
          found.push_back(pair);
      }
      keep(found);
    }
  }

  void add_other(const Film& film, const std::string& a, const std::vector<Look>& of_a, const std::string& b,
                 const std::vector<Look>& of_b) {
    std::vector<Pair> found;
    for (int i = 0; i < tries_; ++i) {
      const double end = of_a[pick(of_a.size())].time, start = of_b[pick(of_b.size())].time;
      Pair pair{.film = &film, .a = a, .b = b, .gap = -1, .parts = {}, .difference = {}};
      if (compare(spread(of_a, end - kSide, end), spread(of_b, start, start + kSide), pair))
        found.push_back(pair);
    }
    keep(found);
  }

  [[nodiscard]] const std::vector<Pair>& all() const { return all_; }

 private:
  std::size_t pick(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }
  void keep(std::vector<Pair>& found) {
    for (Pair& pair : found) {
      pair.weight = 1.0 / static_cast<double>(found.size());
      all_.push_back(pair);
    }
  }

  const int tries_;
  std::mt19937 random_{1};
  std::vector<Pair> all_;
};

std::vector<trial::Weighed> values(const std::vector<Pair>& pairs, auto wanted) {
  std::vector<trial::Weighed> all;
  for (const Pair& pair : pairs) {
    if (wanted(pair)) all.push_back({static_cast<double>(pair.difference.value), pair.weight});
  }
  std::ranges::sort(all, {}, &trial::Weighed::value);
  return all;
}

void print_medians(const std::vector<Pair>& pairs) {
  fmt::print("\nmedian between people:");
  for (std::size_t part = 0; part < kParts; ++part) {
    std::vector<trial::Weighed> all;
    for (const Pair& pair : pairs) {
      if (pair.gap < 0 && pair.parts[part] >= 0)
        all.push_back({static_cast<double>(pair.parts[part]), pair.weight});
    }
    std::ranges::sort(all, {}, &trial::Weighed::value);
    fmt::print(" {:.3f}", quantile(all, 0.5));
  }
  fmt::print("\n");
}

void print_table(const std::vector<Pair>& pairs, bool torso) {
  const auto seen = [&](const Pair& pair) { return pair.difference.torso == torso; };
  const auto others = values(pairs, [&](const Pair& pair) { return pair.gap < 0 && seen(pair); });
  const auto replaced =
      values(pairs, [&](const Pair& pair) { return pair.gap < 0 && seen(pair) && pair.same_place; });
  const double percent = quantile(others, 0.01), per_mille = quantile(others, 0.001);
  fmt::print(
      "\ntorso {}: {} pairs of moments of {:.0f} pairs of people; {} at the same place\n"
      "1 % of people are below {:.3f}, 0.1 % below {:.3f}; wrong joins at {:.2f}: {:.2f} %, same place "
      "{:.2f} %\n",
      torso ? "seen" : "hidden", others.size(), total(others), replaced.size(), percent, per_mille,
      kSamePerson, 100 * share_below(others, kSamePerson), 100 * share_below(replaced, kSamePerson));
  fmt::print("{:<12}{:>7}{:>7}{:>8}{:>10}{:>12}{:>12}{:>14}{:>16}\n", "gap, s", "pairs", "people", "AUC",
             "kept @1 %", "kept @0.1 %", "kept, join", "wrong splits", "99 % are below");
  for (const Gap& gap : kGaps) {
    const auto same = values(
        pairs, [&](const Pair& pair) { return pair.gap >= gap.from && pair.gap < gap.to && seen(pair); });
    if (same.empty()) continue;
    fmt::print("{:<12}{:>7}{:>7.1f}{:>8.3f}{:>10.3f}{:>12.3f}{:>12.3f}{:>14.4f}{:>16.3f}\n",
               fmt::format("{} to {}", gap.from, gap.to), same.size(), total(same),
               area_under_curve(same, others), share_below(same, percent), share_below(same, per_mille),
               share_below(same, kSamePerson), 1 - share_below(same, kOtherPerson), quantile(same, 0.99));
  }
  fmt::print("splits noticed at {:.2f}: {:.3f} of all, {:.3f} at the same place\n", kOtherPerson,
             1 - share_below(others, kOtherPerson), 1 - share_below(replaced, kOtherPerson));
}

void write_pairs(const std::vector<Pair>& pairs, const fs::path& file) {
  std::ofstream out(file);
  out << "film,a,b,gap,same_place,weight,torso_colours,head_colours,face,head_outline,torso_outline,value,"
         "torso\n";
  for (const Pair& pair : pairs) {
    out << fmt::format("{},{},{},{:.3f},{:d},{:.5f},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:d}\n",
                       pair.film->name, pair.a, pair.b, pair.gap, pair.same_place, pair.weight, pair.parts[0],
                       pair.parts[1], pair.parts[2], pair.parts[3], pair.parts[4], pair.difference.value,
                       pair.difference.torso);
  }
}

Pairs pairs_of(const std::vector<Film>& films, int tries) {
  Pairs pairs(tries);
  for (const Film& film : films) {
    for (const auto& [a, of_a] : film.looks) {
      pairs.add_same(film, a, of_a);
      for (const auto& [b, of_b] : film.looks) {
        if (a != b) pairs.add_other(film, a, of_a, b, of_b);
      }
    }
  }
  return pairs;
}

std::vector<Film> look_at_films(const Flags& flags, memory::MemoryManager& memory) {
  const auto detector =
      trial::make_detector({.model = flags.model.string(), .min_detection_score = flags.min_score}, {},
                           trial::size_of(flags.input), memory);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(flags.films)) {
    const bool known = fs::exists(fs::path(entry.path()).replace_extension(".json"));
    if (known && entry.path().extension() != ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<Film> films;
  for (const fs::path& file : files) {
    Film& film = films.emplace_back(Film{.name = file.stem().string(), .truth = {}, .looks = {}});
    film.truth = read_truth(fs::path(file).replace_extension(".json"));
    Onlooker sink(film, *detector, flags);
    trial::play(file, sink, memory);
    for (const auto& [person, looks] : film.looks) {
      const auto torsos =
          std::ranges::count_if(looks, [](const Look& look) { return look.view.has_torso_colours; });
      fmt::print("{} {}: {} looks, {} with torso\n", film.name, person, looks.size(), torsos);
    }
  }
  return films;
}

void measure(const Flags& flags, memory::MemoryManager& memory) {
  const std::vector<Film> films = look_at_films(flags, memory);
  const Pairs pairs = pairs_of(films, flags.tries);
  print_medians(pairs.all());
  for (const bool torso : {true, false}) print_table(pairs.all(), torso);
  if (!flags.pairs.empty()) write_pairs(pairs.all(), flags.pairs);
}

}  // namespace
}  // namespace vigia::appearance

int main(int argc, char** argv) {
  vigia::appearance::Flags flags;
  CLI::App app("Measures how well people are distinguished by their looks.");
  app.add_option("--films", flags.films, "folder of films, each with its truth beside it");
  app.add_option("--model", flags.model, "a YuNet model");
  app.add_option("--input", flags.input, "what the model sees");
  app.add_option("--min-score", flags.min_score, "of a face");
  app.add_option("--tries", flags.tries, "pairs of moments for each pair of people")
      ->check(CLI::PositiveNumber);
  app.add_option("--pairs", flags.pairs, "writes each pair into this file");
  app.add_flag("--grey", flags.grey, "as if the cameras had no colours");
  app.add_flag("--no-torso", flags.no_torso, "as if no torso were seen");
  if (const auto ended = vigia::trial::begin(app, argc, argv)) return *ended;
  return vigia::trial::run(app, [&](vigia::memory::MemoryManager& memory) {
    if (!flags.films.empty() && !flags.model.empty()) return vigia::appearance::measure(flags, memory);
    fmt::print(stderr, "same_person_bench: left out: --films and --model name nothing\n");
  });
}
