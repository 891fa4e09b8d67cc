// Measures how well src/appearance distinguishes whether two views, seconds apart, are of one person or of
// two, on films whose people are known.
//
//   ./dev bench same_person -- --films FOLDER --model yunet_n_640_640.onnx
//   ./dev bench same_person -- --films FOLDER --model M --list faces.csv      what is found, to label from
//
// A film is NAME.mp4 (.mkv, .gif) with NAME.json beside it, which says who is where: {"fps": 25, "people":
// {"0":
// [[seconds, left, top, width, height, visible], ...], ...}, "posters": ["3", ...]}; posters are left out.
// Faces are found with the model; a face belongs to the person whose box at that time it overlaps most. Up to
// five views of one person within 0.4 s stand for the end of a track, and as many, a gap later, for the start
// of the next: of the same person, or of another one in the same film at any time. All pairs of people have
// equal weight, however long each is seen.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "appearance/difference.h"
#include "base/log.h"
#include "camera/stream_camera.h"
#include "detect/detect_faces.h"

namespace vigia::appearance {
namespace {

namespace fs = std::filesystem;

struct Flags {
  fs::path films, model, list, pairs;
  std::string input = "640x384";
  double min_score = 0.6;
  int tries = 40;  // pairs of moments for each pair of people and each gap
  bool grey = false, no_torso = false;
};

struct Row {
  double time = 0;
  domain::Box box;
};
struct Truth {
  double fps = 25;
  std::map<std::string, std::vector<Row>> people;
};
struct Look {
  double time = 0;
  domain::Box box;
  View view;
};
struct Film {
  std::string name;
  Truth truth;
  std::map<std::string, std::vector<Look>> looks;  // by person, in the order of time
};

Truth read_truth(const fs::path& file) {
  std::ifstream in(file);
  const auto json = nlohmann::json::parse(in);
  Truth truth{.fps = json.at("fps").get<double>(), .people = {}};
  std::vector<std::string> posters;
  if (json.contains("posters")) posters = json["posters"].get<std::vector<std::string>>();
  for (const auto& [person, rows] : json.at("people").items()) {
    if (std::ranges::find(posters, person) != posters.end()) continue;
    for (const auto& row : rows) {
      if (row.size() > 5 && row[5].get<int>() == 0) continue;
      const auto at = [&](std::size_t i) { return row[i].get<float>(); };
      truth.people[person].push_back({row[0].get<double>(), {at(1), at(2), at(3), at(4)}});
    }
  }
  return truth;
}

float overlap(const domain::Box& a, const domain::Box& b) {
  const float shared = domain::intersection_area(a, b);
  return shared / std::max(1.0F, a.area() + b.area() - shared);
}

const std::string* who(const Truth& truth, double time, const domain::Box& box) {
  const std::string* best = nullptr;
  float most = 0.3F;
  for (const auto& [person, rows] : truth.people) {
    const auto row = std::ranges::lower_bound(rows, time - 0.5 / truth.fps, {}, &Row::time);
    if (row == rows.end() || row->time > time + 0.5 / truth.fps) continue;
    const float smaller = std::min(box.area(), row->box.area());
    const float shared = domain::intersection_area(box, row->box) / std::max(1.0F, smaller);
    if (shared > most) {
      most = shared;
      best = &person;
    }
  }
  return best;
}

// Takes views from each frame of a film.
class Onlooker final : public camera::FrameSink {
 public:
  Onlooker(Film& film, detect::Detector& detector, const Flags& flags, std::ofstream* list)
      : film_(film), detector_(detector), flags_(flags), list_(list) {}

  void deliver(domain::Frame frame, const std::stop_token& /*stop*/) override {
    if (const Status status = detect_fully(detector_, frame, {}, found_); !status)
      throw std::runtime_error(status.error().text);
    if (flags_.grey) frame.planes[1] = frame.planes[2] = {};
    const double time = std::chrono::duration<double>(frame.stream_time).count();
    for (std::size_t i = 0; i < found_.size(); ++i) {
      const domain::Box& box = found_[i].box;
      if (list_ != nullptr) {
        *list_ << fmt::format("{},{},{:.3f},{:.1f},{:.1f},{:.1f},{:.1f},{:.3f}\n", film_.name, count_, time,
                              box.left, box.top, box.width, box.height, found_[i].score);
        continue;
      }
      const std::string* const person = who(film_.truth, time, box);
      Look look{.time = time, .box = box, .view = {}};
      if (person == nullptr || !describe(frame, found_, i, look.view)) continue;
      if (flags_.no_torso) look.view.has_torso_colours = look.view.has_torso_outline = false;
      film_.looks[*person].push_back(look);
    }
    ++count_;
  }

 private:
  Film& film_;
  detect::Detector& detector_;
  const Flags& flags_;
  std::ofstream* list_;
  std::vector<domain::Detection> found_;
  int count_ = 0;
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
  pair.same_place = overlap(end.back()->box, start.front()->box) > 0.3F;
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

struct Weighed {
  double value, weight;
};
double total(const std::vector<Weighed>& all) {
  double sum = 0;
  for (const Weighed& one : all) sum += one.weight;
  return sum;
}
double share_below(const std::vector<Weighed>& all, double limit) {
  double sum = 0;
  for (const Weighed& one : all) sum += one.value < limit ? one.weight : 0;
  return sum / std::max(1e-9, total(all));
}
// REQUIRES: in the order of value.
double quantile(const std::vector<Weighed>& all, double share) {
  double sum = 0;
  const double enough = share * total(all);
  for (const Weighed& one : all) {
    sum += one.weight;
    if (sum > enough) return one.value;
  }
  return all.empty() ? 0 : all.back().value;
}
// The chance that one of the same is below one of others.
double area_under_curve(const std::vector<Weighed>& same, const std::vector<Weighed>& others) {
  double sum = 0;
  for (const Weighed& one : same) sum += one.weight * (1 - share_below(others, one.value));
  return sum / std::max(1e-9, total(same));
}

std::vector<Weighed> values(const std::vector<Pair>& pairs, auto wanted) {
  std::vector<Weighed> all;
  for (const Pair& pair : pairs) {
    if (wanted(pair)) all.push_back({static_cast<double>(pair.difference.value), pair.weight});
  }
  std::ranges::sort(all, {}, &Weighed::value);
  return all;
}

void print_medians(const std::vector<Pair>& pairs) {
  fmt::print("\nmedian between people:");
  for (std::size_t part = 0; part < kParts; ++part) {
    std::vector<Weighed> all;
    for (const Pair& pair : pairs) {
      if (pair.gap < 0 && pair.parts[part] >= 0)
        all.push_back({static_cast<double>(pair.parts[part]), pair.weight});
    }
    std::ranges::sort(all, {}, &Weighed::value);
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
  const auto stage = detect::DetectFaces::create(
      {.model = flags.model.string(), .min_detection_score = flags.min_score}, {}, memory.budget());
  if (!stage) throw std::runtime_error(stage.error().text);
  domain::Size input;
  if (std::sscanf(flags.input.c_str(), "%dx%d", &input.width, &input.height) != 2)
    throw std::runtime_error("--input: WIDTHxHEIGHT");
  auto detector = stage->make(input);
  if (!detector) throw std::runtime_error(detector.error().text);
  std::ofstream list;
  if (!flags.list.empty()) list.open(flags.list);

  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(flags.films)) {
    const bool known = !flags.list.empty() || fs::exists(fs::path(entry.path()).replace_extension(".json"));
    if (known && entry.path().extension() != ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<Film> films;
  for (const fs::path& file : files) {
    Film& film = films.emplace_back(Film{.name = file.stem().string(), .truth = {}, .looks = {}});
    if (flags.list.empty()) film.truth = read_truth(fs::path(file).replace_extension(".json"));
    camera::StreamCamera camera({film.name, "file:" + file.string(), {}, ""},
                                {.single_pass = true, .play_speed = -1, .disable_drops = true}, memory,
                                system_clock());
    Onlooker sink(film, **detector, flags, flags.list.empty() ? nullptr : &list);
    camera.run(std::stop_source().get_token(), sink);
    for (const auto& [person, looks] : film.looks) {
      const auto torsos =
          std::ranges::count_if(looks, [](const Look& look) { return look.view.has_torso_colours; });
      fmt::print("{} {}: {} looks, {} with torso\n", film.name, person, looks.size(), torsos);
    }
  }
  return films;
}

int measure(const Flags& flags) {
  memory::MemoryManager memory{memory::MemoryOptions{}};
  memory.start();
  int exit_code = 0;
  try {
    const std::vector<Film> films = look_at_films(flags, memory);
    const Pairs pairs = pairs_of(films, flags.tries);
    if (flags.list.empty()) {
      print_medians(pairs.all());
      for (const bool torso : {true, false}) print_table(pairs.all(), torso);
    }
    if (!flags.pairs.empty()) write_pairs(pairs.all(), flags.pairs);
  } catch (const std::exception& problem) {
    fmt::print(stderr, "same_person_bench: {}\n", problem.what());
    exit_code = 1;
  }
  memory.stop();
  return exit_code;
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
  app.add_option("--list", flags.list, "only writes the faces that are found into this file");
  app.add_flag("--grey", flags.grey, "as if the cameras had no colours");
  app.add_flag("--no-torso", flags.no_torso, "as if no torso were seen");
  app.allow_extras();  // './dev bench' gives all programs the same flags
  CLI11_PARSE(app, argc, argv);
  for (const std::string& word : app.remaining()) {
    if (word.starts_with("--benchmark_")) continue;
    fmt::print(stderr, "same_person_bench: no such flag: {}\n", word);
    return 2;
  }
  if (const vigia::Status started = vigia::log::start("warning"); !started) return 1;
  if (flags.films.empty() || flags.model.empty()) {
    fmt::print(stderr, "same_person_bench: left out: --films and --model name nothing\n");
    return 0;
  }
  const int exit_code = vigia::appearance::measure(flags);
  vigia::log::stop();
  return exit_code;
}
