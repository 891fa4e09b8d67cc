#include "app/status_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/format_line.h"
#include "base/terminal.h"

namespace vigia::app {
namespace {

constexpr std::string_view kRed = "\x1b[1;31m", kYellow = "\x1b[1;33m", kGreen = "\x1b[32m",
                           kBold = "\x1b[1m";
constexpr std::size_t kMostProblems = 6;
constexpr int kWidestName = 24;

const Json& at(const Json& json, const char* name) {
  static const Json kNone;
  if (!json.is_object()) return kNone;
  const auto found = json.find(name);
  return found == json.end() ? kNone : *found;
}
// As a terminal may show it: names and texts come from cameras and servers.
std::string text_at(const Json& json, const char* name) {
  const Json& value = at(json, name);
  return value.is_string() ? log::clean(value.get<std::string>()) : "";
}
double number_at(const Json& json, const char* name) {
  const Json& value = at(json, name);
  return value.is_number() ? value.get<double>() : 0;
}
std::int64_t count_at(const Json& json, const char* name) {
  const Json& value = at(json, name);
  return value.is_number() ? value.get<std::int64_t>() : 0;
}
bool is_at(const Json& json, const char* name) {
  const Json& value = at(json, name);
  return value.is_boolean() && value.get<bool>();
}

std::string span_text(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", seconds);
  if (seconds < 100 * 60) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 100 * 3600) return fmt::format("{:.0f} h", seconds / 3600);
  return fmt::format("{:.0f} days", seconds / 86400);
}

// How long ago one time of the API was at another: "2026-11-23T13:08:00.000000Z".
std::string ago_text(const std::string& then, const std::string& now) {
  const auto seconds_of = [](const std::string& text) -> std::int64_t {
    std::tm utc{};
    const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &utc);
    return end == nullptr ? 0 : std::int64_t{::timegm(&utc)};
  };
  if (then.empty() || now.empty()) return "-";
  return span_text(static_cast<double>(std::max<std::int64_t>(0, seconds_of(now) - seconds_of(then)))) +
         " ago";
}

struct Row {
  std::string text;
  std::string_view colour{};
  bool is_wrapped = false;  // where it is too long; else it is shortened
};

// The text in lines of at most so many columns, broken at blanks; all but the first are indented.
std::vector<std::string> wrapped(std::string_view text, int columns) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' ', text.find_first_not_of(' ')), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    const bool has_words = line.find_first_not_of(' ') != std::string::npos;
    if (has_words && columns_of(line) + columns_of(word) > columns) {
      lines.push_back(fitted(line, columns));
      line = "   ";
    }
    line += word;
  }
  lines.push_back(fitted(line, columns));
  return lines;
}

bool is_ended(const Json& camera) {
  const std::string state = text_at(camera, "state");
  return state == "DISABLED" || state == "COMPLETED" || state == "REMOVED";
}
// 0: no video though there should be, 1: something else is wrong, 2: all well, 3: nothing is expected of it.
int rank_of(const Json& camera) {
  if (is_ended(camera)) return 3;
  if (!is_at(camera, "online"))
    return text_at(camera, "reason").empty() && text_at(camera, "state") == "STARTING" ? 1 : 0;
  return at(camera, "conditions").empty() ? 2 : 1;
}

std::string trouble_of(const Json& camera) {
  const std::string reason = text_at(camera, "reason"), message = text_at(camera, "message");
  if (!reason.empty() || !message.empty()) {
    return fmt::format("{}{}{}", reason, reason.empty() || message.empty() ? "" : ": ", message);
  }
  for (const Json& condition : at(camera, "conditions")) {
    return fmt::format("{}: {}", text_at(condition, "condition"), text_at(condition, "text"));
  }
  return {};
}

std::vector<const Json*> sorted_cameras(const AgentState& state) {
  std::vector<const Json*> cameras;
  for (const Json& camera : at(state.cameras, "cameras")) cameras.push_back(&camera);
  std::ranges::stable_sort(cameras, {}, [](const Json* camera) { return rank_of(*camera); });
  return cameras;
}

Row camera_row(const Json& camera, int name_columns, const std::string& now) {
  const int rank = rank_of(camera);
  const bool is_online = is_at(camera, "online");
  Row row{fmt::format("{}  {:<13} {:>6} {:>8} {:>8}  {:<11}  {}",
                      padded(text_at(camera, "name"), name_columns), text_at(camera, "state"),
                      is_online ? fmt::format("{:.1f}", number_at(camera, "fps")) : "-",
                      count_at(camera, "faces_detected"), count_at(camera, "faces_posted"),
                      ago_text(text_at(camera, "last_face"), now), trouble_of(camera))};
  row.colour = rank == 0 ? kRed : rank == 1 ? kYellow : std::string_view();
  return row;
}

void add_cameras(std::vector<Row>& rows, const AgentState& state, int most) {
  const std::vector<const Json*> cameras = sorted_cameras(state);
  int name_columns = 6;
  for (const Json* camera : cameras) {
    name_columns = std::min(kWidestName, std::max(name_columns, columns_of(text_at(*camera, "name"))));
  }
  rows.push_back({fmt::format("{}  {:<13} {:>6} {:>8} {:>8}  {:<11}", padded("camera", name_columns), "state",
                              "fps", "faces", "posted", "last face"),
                  kBold});
  const bool are_all = most <= 0 || cameras.size() <= static_cast<std::size_t>(most);
  const std::size_t shown = are_all ? cameras.size() : static_cast<std::size_t>(std::max(1, most - 1));
  const std::string now = text_at(state.cameras, "now");
  for (std::size_t i = 0; i < shown; ++i) rows.push_back(camera_row(*cameras[i], name_columns, now));
  if (!are_all) rows.push_back({fmt::format("and {} more", cameras.size() - shown)});
}

void add_receivers(std::vector<Row>& rows, const AgentState& state) {
  rows.push_back({fmt::format("{:<12} {:<10} {:>8} {:>9} {:>10} {:>8} {:>7}", "receiver", "takes", "pending",
                              "oldest", "delivered", "refused", "failed"),
                  kBold});
  for (const Json& receiver : at(state.receivers, "receivers")) {
    const Json& breaker = at(receiver, "breaker");
    const bool is_closed = text_at(breaker, "state") == "closed";
    const Json& oldest = at(receiver, "oldest_seconds");
    std::string text = fmt::format(
        "{} {:<10} {:>8} {:>9} {:>10} {:>8} {:>7}", padded(text_at(receiver, "name"), 12),
        is_closed ? "faces" : "none", count_at(receiver, "pending"),
        oldest.is_number() ? span_text(oldest.get<double>()) : "-", count_at(receiver, "delivered"),
        count_at(receiver, "refused"), count_at(receiver, "failed"));
    if (!is_closed) {
      text += fmt::format("  for {}: {}", span_text(number_at(breaker, "seconds")), text_at(breaker, "why"));
    }
    rows.push_back({std::move(text), is_closed ? std::string_view() : kRed});
  }
}

void add_figures(std::vector<Row>& rows, const AgentState& state) {
  const Json& status = state.status;
  const Json& memory = state.memory;
  const Json& log = at(status, "log");
  rows.push_back({fmt::format(
      "frames   {:.1f} searched a second, {:.1f} dropped; latency p99 {:.0f} ms; {:.1f} cores; {}",
      number_at(status, "frames_per_second"), number_at(status, "dropped_per_second"),
      number_at(at(status, "latency_ms"), "p99"), number_at(status, "cpu_cores"),
      text_at(at(status, "load"), "detector"))});
  rows.push_back({fmt::format(
      "memory   {} of {}; video holds {} of its {}", format_bytes(count_at(memory, "rss_bytes")),
      format_bytes(count_at(memory, "limit_bytes")), format_bytes(count_at(memory, "in_use_bytes")),
      format_bytes(count_at(memory, "budget_bytes")))});
  const std::int64_t left_out = count_at(log, "left_out");
  rows.push_back({fmt::format("log      {} lines written, {} folded, {} left out", count_at(log, "written"),
                              count_at(log, "folded"), left_out),
                  left_out > 0 ? kYellow : std::string_view()});
}

void add_sentence(std::vector<Row>& rows, const AgentState& state) {
  const Json& health = at(state.status, "health");
  const std::string level = text_at(health, "level");
  const std::string_view colour = level == "error" ? kRed : level == "warning" ? kYellow : kGreen;
  rows.push_back({text_at(health, "text"), colour, true});
  const Json& problems = at(state.status, "problems");
  if (problems.size() <= 1) {
    if (const std::string advice = text_at(health, "advice"); !advice.empty())
      rows.push_back({"  " + advice, {}, true});
  }
  for (std::size_t i = 0; problems.size() > 1 && i < std::min(problems.size(), kMostProblems); ++i) {
    const std::string advice = text_at(problems[i], "advice");
    rows.push_back({fmt::format("  {}{}{}", text_at(problems[i], "text"), advice.empty() ? "" : ": ", advice),
                    {},
                    true});
  }
  if (problems.size() > kMostProblems)
    rows.push_back({fmt::format("  and {} more", problems.size() - kMostProblems)});
  const Json& status = state.status;
  rows.push_back({fmt::format("vigia {}, for {}", text_at(status, "version"),
                              span_text(number_at(status, "uptime_seconds")))});
  rows.push_back({});
}

void append(std::vector<std::string>& lines, const std::vector<Row>& rows, const StatusLook& look) {
  for (const Row& row : rows) {
    std::vector<std::string> texts{row.text};
    if (look.columns > 0) {
      texts = row.is_wrapped ? wrapped(row.text, look.columns) : std::vector{fitted(row.text, look.columns)};
    }
    const bool is_coloured = look.has_colours && !row.colour.empty();
    for (std::string& text : texts) {
      lines.push_back(is_coloured ? fmt::format("{}{}\x1b[m", row.colour, text) : std::move(text));
    }
  }
}

}  // namespace

bool is_well(const AgentState& state) {
  const std::string level = text_at(at(state.status, "health"), "level");
  return level == "ok" || level == "starting";
}

std::vector<std::string> status_lines(const AgentState& state, const StatusLook& look) {
  std::vector<Row> head, cameras, tail;
  add_sentence(head, state);
  tail.emplace_back();
  add_receivers(tail, state);
  tail.emplace_back();
  add_figures(tail, state);
  std::vector<std::string> lines;
  append(lines, head, look);
  const int taken = static_cast<int>(lines.size() + tail.size()) + 1;
  add_cameras(cameras, state, look.rows > 0 ? std::max(2, look.rows - taken) : 0);
  append(lines, cameras, look);
  append(lines, tail, look);
  return lines;
}

}  // namespace vigia::app
