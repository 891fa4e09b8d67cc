#include "bench/people_figures.h"

#include <algorithm>
#include <map>
#include <set>

#include "bench/best_matching.h"

namespace vigia::bench {
namespace {

constexpr double kPart = 0.2;  // of a person's detections: a track with this share holds the person

// Detections by who and by track, both counted from 0 in the order in which they came.
struct Shares {
  std::map<int, std::size_t> row;
  std::map<std::uint64_t, std::size_t> column;
  std::map<std::pair<std::size_t, std::size_t>, int> count;
  std::vector<int> of_row, most_of_column;  // most: of one person
  std::size_t in_tracks = 0;
};

Shares share_out(std::span<const Joined> detections) {
  Shares shares;
  for (const Joined& one : detections) {
    const std::size_t row = shares.row.try_emplace(one.who, shares.row.size()).first->second;
    shares.of_row.resize(shares.row.size());
    ++shares.of_row[row];
    if (one.track == 0) continue;
    ++shares.in_tracks;
    const std::size_t column = shares.column.try_emplace(one.track, shares.column.size()).first->second;
    const int count = ++shares.count[{row, column}];
    shares.most_of_column.resize(shares.column.size());
    int& most = shares.most_of_column[column];
    most = std::max(most, count);
  }
  return shares;
}

double explained(const Shares& shares) {
  Weights weights{shares.row.size(), shares.column.size(), {}};
  weights.values.resize(weights.rows * weights.columns);
  for (const auto& [where, count] : shares.count) {
    weights.values[where.first * weights.columns + where.second] = count;
  }
  return best_matching(weights);
}

int count_switches(std::span<const Joined> detections) {
  std::map<int, std::uint64_t> last;
  int switches = 0;
  for (const Joined& one : detections) {
    if (one.track == 0) continue;
    const auto [place, is_first] = last.try_emplace(one.who, one.track);
    if (!is_first && place->second != one.track) ++switches;
    place->second = one.track;
  }
  return switches;
}

// The sum of the counts, each beyond the first.
int beyond_first(const std::map<std::size_t, int>& counts) {
  int sum = 0;
  for (const auto& [key, count] : counts) sum += count - 1;
  return sum;
}

}  // namespace

void PeopleDelivered::add(const PeopleDelivered& other) {
  const int both = delivered + other.delivered;
  if (both > 0) size = (size * delivered + other.size * other.delivered) / both;
  people += other.people;
  delivered = both;
  again += other.again;
  nobody += other.nobody;
  lost.insert(lost.end(), other.lost.begin(), other.lost.end());
}

PeopleDelivered score_delivery(const Truth& truth, std::span<const Delivered> shots) {
  PeopleDelivered figures;
  const std::vector<float> largest = truth.largest();
  std::vector<int> times(truth.people.size(), 0);
  std::vector<double> sizes(truth.people.size(), 0);
  for (const Delivered& shot : shots) {
    const auto who = truth.who_is(truth.frame_at(shot.stream_time), shot.face);
    if (!who || truth.people[static_cast<std::size_t>(*who)].picture) {
      ++figures.nobody;
      continue;
    }
    const auto i = static_cast<std::size_t>(*who);
    ++times[i];
    sizes[i] = std::max(sizes[i], shot.face.height / (largest[i] > 0 ? largest[i] : 1.0));
  }
  for (std::size_t i = 0; i < truth.people.size(); ++i) {
    if (truth.people[i].picture) continue;
    ++figures.people;
    figures.delivered += times[i] > 0 ? 1 : 0;
    figures.again += std::max(0, times[i] - 1);
    figures.size += sizes[i];
    if (times[i] == 0) figures.lost.push_back(truth.people[i].name);
  }
  if (figures.delivered > 0) figures.size /= figures.delivered;
  return figures;
}

JoiningFigures score_joining(std::span<const Joined> detections) {
  JoiningFigures figures;
  const Shares shares = share_out(detections);
  figures.detections = detections.size();
  figures.people = static_cast<int>(shares.row.size());
  if (detections.empty()) return figures;
  figures.idf1 = 2 * explained(shares) / static_cast<double>(detections.size() + shares.in_tracks);
  figures.switches = count_switches(detections);
  std::map<std::size_t, int> tracks_of, people_of;
  for (const auto& [where, count] : shares.count) {
    const bool most = count == shares.most_of_column[where.second];
    if (!most && count < kFew && count < kPart * shares.of_row[where.first]) continue;
    ++tracks_of[where.first];
    ++people_of[where.second];
  }
  figures.fragments = beyond_first(tracks_of);
  figures.merges = beyond_first(people_of);
  int held = 0;
  for (const auto& [row, count] : tracks_of) held += count;
  figures.tracks_per_person = tracks_of.empty() ? 0 : held / static_cast<double>(tracks_of.size());
  return figures;
}

}  // namespace vigia::bench
