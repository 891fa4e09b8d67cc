#include "bench/people_results.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iterator>

#include "bench/machine_json.h"
#include "bench/report_json.h"

namespace vigia::bench {
namespace {

void add_delivery(PeopleDelivered& sum, const PeopleDelivered& one) {
  const double delivered = sum.delivered + one.delivered;
  if (delivered > 0) sum.size = (sum.size * sum.delivered + one.size * one.delivered) / delivered;
  sum.people += one.people;
  sum.delivered += one.delivered;
  sum.again += one.again;
  sum.nobody += one.nobody;
  sum.lost.insert(sum.lost.end(), one.lost.begin(), one.lost.end());
}

void add_joining(JoiningFigures& sum, const JoiningFigures& one) {
  const auto weigh = [](double a, double a_weight, double b, double b_weight) {
    return a_weight + b_weight > 0 ? (a * a_weight + b * b_weight) / (a_weight + b_weight) : 0;
  };
  sum.idf1 =
      weigh(sum.idf1, static_cast<double>(sum.detections), one.idf1, static_cast<double>(one.detections));
  sum.tracks_per_person = weigh(sum.tracks_per_person, sum.people, one.tracks_per_person, one.people);
  sum.detections += one.detections;
  sum.people += one.people;
  sum.switches += one.switches;
  sum.fragments += one.fragments;
  sum.merges += one.merges;
}

std::string line_of(const PeopleRow& row, std::size_t width) {
  const PeopleDelivered& delivery = row.delivery;
  const JoiningFigures& joining = row.joining;
  std::string delivered =
      fmt::format("{:>7} {:>9} {:>5} {:>6} {:>6} {:>5.2f}", delivery.people, delivery.delivered,
                  delivery.lost_count(), delivery.again, delivery.nobody, delivery.size);
  if (!row.pictures) {
    delivered = fmt::format("{:>7} {:>9} {:>5} {:>6} {:>6} {:>5}", joining.people, "-", "-", "-", "-", "-");
  }
  std::string line = fmt::format("{:<{}} {} {:>8} {:>6.3f} {:>8} {:>9} {:>6} {:>7.2f}", row.name, width,
                                 delivered, row.joining.detections, joining.idf1, joining.switches,
                                 joining.fragments, joining.merges, joining.tracks_per_person);
  for (const auto& [reason, count] : row.not_posted) {
    fmt::format_to(std::back_inserter(line), "  {} {}", to_string(reason), count);
  }
  if (row.pictures && !delivery.lost.empty() && delivery.lost.size() <= 10) {
    fmt::format_to(std::back_inserter(line), "  lost: {}", fmt::join(delivery.lost, " "));
  }
  return line + "\n";
}

Json row_json(const PeopleRow& row) {
  const PeopleDelivered& delivery = row.delivery;
  const JoiningFigures& joining = row.joining;
  Json json = {{"name", row.name},
               {"frames", row.frames},
               {"detections", row.detections},
               {"tracks", row.tracks},
               {"seconds", rounded(row.seconds)}};
  if (row.pictures) {
    json["delivery"] = {{"people", delivery.people}, {"delivered", delivery.delivered},
                        {"lost", delivery.lost},     {"again", delivery.again},
                        {"false", delivery.nobody},  {"size", rounded(delivery.size)}};
    json["not_posted"] = Json::object();
    for (const auto& [reason, count] : row.not_posted)
      json["not_posted"][std::string(to_string(reason))] = count;
  }
  json["joining"] = {{"detections", joining.detections},
                     {"people", joining.people},
                     {"idf1", rounded(joining.idf1)},
                     {"switches", joining.switches},
                     {"fragments", joining.fragments},
                     {"merges", joining.merges},
                     {"tracks_per_person", rounded(joining.tracks_per_person)}};
  return json;
}

}  // namespace

PeopleRow total(const std::vector<PeopleRow>& rows) {
  PeopleRow sum{.name = "all", .pictures = false};
  for (const PeopleRow& row : rows) {
    sum.pictures |= row.pictures;
    add_delivery(sum.delivery, row.delivery);
    add_joining(sum.joining, row.joining);
    for (const auto& [reason, count] : row.not_posted) sum.not_posted[reason] += count;
    sum.frames += row.frames;
    sum.detections += row.detections;
    sum.tracks += row.tracks;
    sum.seconds += row.seconds;
  }
  return sum;
}

std::string to_text(const PeopleResults& results) {
  std::vector<PeopleRow> rows = results.rows;
  if (rows.size() > 1) rows.push_back(total(rows));
  std::size_t width = 4;
  for (const PeopleRow& row : rows) width = std::max(width, row.name.size());
  std::string text = fmt::format("{}\n", to_string(results.machine));
  if (!results.detector.empty()) text += fmt::format("{}\n", results.detector);
  text += fmt::format("\n{:<{}} {:>7} {:>9} {:>5} {:>6} {:>6} {:>5} {:>8} {:>6} {:>8} {:>9} {:>6} {:>7}\n",
                      "film", width, "people", "delivered", "lost", "again", "false", "size", "faces", "IDF1",
                      "switches", "fragments", "merges", "tracks");
  for (const PeopleRow& row : rows) text += line_of(row, width);
  return text +
         "size: height of the largest delivered face / of the largest visible one; faces: found, of known "
         "people;\ntracks: per person, mean; then why tracks were not posted, and the people lost\n";
}

std::string to_json(const PeopleResults& results) {
  Json json = {{"machine", machine_json(results.machine)},
               {"detector", results.detector},
               {"sets", results.options.sets},
               {"films", Json::array()}};
  for (const PeopleRow& row : results.rows) json["films"].push_back(row_json(row));
  json["all"] = row_json(total(results.rows));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace vigia::bench
