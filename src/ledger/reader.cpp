#include "ledger/reader.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "ledger/file.h"

namespace vigia::ledger {
namespace {

using sqlite::Statement;

constexpr const char* kParts =
    "rank, confidence, size, frontality, level, proportion, eyes, sharpness, exposure, inside";
constexpr const char* kPartsOfVersion1 =
    "NULL, confidence, size, frontality, NULL, proportion, NULL, sharpness, NULL, NULL";
constexpr const char* kNewest =
    "SELECT camera, camera_id, track, captured_us, outcome, text, face_width, face_height, quality, {}, "
    "score, lasted_ns, sightings, CASE WHEN ?5 THEN thumbnail END "
    "FROM ends WHERE (?1 IS NULL OR camera = ?1) AND (?2 IS NULL OR outcome = ?2) AND captured_us >= ?3 "
    "ORDER BY captured_us DESC, id DESC LIMIT ?4";

constexpr const char* kPage =
    "SELECT id, length(thumbnail) > 0, camera, camera_id, track, captured_us, outcome, text, face_width, "
    "face_height, quality, {}, score, lasted_ns, sightings, NULL "
    "FROM ends WHERE (?1 = '' OR camera = ?1) AND (?2 = '' OR outcome = ?2) AND "
    "(NOT ?3 OR outcome NOT IN ('posted', 'pending', 'failed')) AND captured_us >= ?4 AND captured_us < ?5 "
    "AND "
    "(captured_us, id) < (?6, ?7) AND id >= ?8 ORDER BY captured_us DESC, id DESC LIMIT ?9";

void bind(Statement& to, const PageQuery& question) {
  to.bind(std::string_view(question.camera)).bind(std::string_view(question.outcome));
  to.bind(std::int64_t{question.not_posted ? 1 : 0});
  to.bind(question.since ? to_unix_us(*question.since) : INT64_MIN);
  to.bind(question.until ? to_unix_us(*question.until) : INT64_MAX);
  const PageQuery::Place before = question.after.value_or(PageQuery::Place{INT64_MAX, INT64_MAX});
  to.bind(before.captured_us).bind(before.id).bind(question.from_id).bind(std::int64_t{question.limit});
}

void bind(Statement& to, const EndQuery& question) {
  question.camera ? to.bind(std::string_view(*question.camera)) : to.bind_null();
  question.outcome ? to.bind(to_string(*question.outcome)) : to.bind_null();
  to.bind(question.since ? to_unix_us(*question.since) : INT64_MIN);
  to.bind(std::int64_t{question.limit}).bind(std::int64_t{question.thumbnails ? 1 : 0});
}

float real(Statement& row) {
  return static_cast<float>(row.real());
}

TrackEnd read(Statement& row) {
  TrackEnd end;
  end.key.camera = row.text();
  if (row.next_is_null()) {
    row.skip();
  } else {
    end.camera_id = row.integer();
  }
  end.key.track = static_cast<std::uint64_t>(row.integer());
  end.key.captured = from_unix_us(row.integer());
  std::string word = row.text();
  std::optional<Outcome> outcome = parse_outcome(word);
  end.outcome = outcome ? *std::move(outcome) : OtherWord{std::move(word)};
  end.text = row.text();
  domain::FaceQuality& quality = end.quality;
  for (float* const value : {&end.face_width, &end.face_height, &quality.total, &quality.rank}) {
    *value = real(row);
  }
  for (const auto& part : domain::kQualityParts) quality.*part.value = real(row);
  end.score = real(row);
  end.lasted = Nanoseconds(row.integer());
  end.sightings = static_cast<int>(row.integer());
  const auto thumbnail = row.blob();
  end.thumbnail.assign(thumbnail.begin(), thumbnail.end());
  return end;
}

}  // namespace

Result<Reader> Reader::open(const std::string& path) {
  Result<sqlite::Database> database = open_to_read(path);
  if (!database) return database.error();
  return Reader(*std::move(database));
}

Result<std::vector<TrackEnd>> Reader::newest(const EndQuery& question) {
  const auto version = database_.number("PRAGMA user_version");  // each time: a start may have raised it
  if (!version) return version.error();
  const std::string sql = fmt::format(kNewest, *version > 1 ? kParts : kPartsOfVersion1);
  Result<Statement> rows = database_.prepare(sql.c_str());
  if (!rows) return rows.error();
  bind(*rows, question);
  std::vector<TrackEnd> ends;
  for (;;) {
    const Statement::Step step = rows->step();
    if (step == Statement::Step::done) return ends;
    if (step == Statement::Step::failed) return database_.error("cannot be read");
    ends.push_back(read(*rows));
  }
}

Result<std::vector<KeptEnd>> Reader::page(const PageQuery& question) {
  const auto version = database_.number("PRAGMA user_version");  // as in newest()
  if (!version) return version.error();
  const std::string sql = fmt::format(kPage, *version > 1 ? kParts : kPartsOfVersion1);
  Result<Statement> rows = database_.prepare(sql.c_str());
  if (!rows) return rows.error();
  bind(*rows, question);
  std::vector<KeptEnd> ends;
  for (;;) {
    const Statement::Step step = rows->step();
    if (step == Statement::Step::done) return ends;
    if (step == Statement::Step::failed) return database_.error("cannot be read");
    KeptEnd& kept = ends.emplace_back();
    kept.id = rows->integer();
    kept.has_thumbnail = rows->integer() != 0;
    kept.end = read(*rows);
  }
}

Result<std::vector<std::byte>> Reader::thumbnail(std::int64_t id) {
  Result<Statement> rows = database_.prepare("SELECT thumbnail FROM ends WHERE id = ?1");
  if (!rows) return rows.error();
  rows->bind(id);
  const Statement::Step step = rows->step();
  if (step == Statement::Step::failed) return database_.error("cannot be read");
  if (step == Statement::Step::done) return std::vector<std::byte>();
  const auto picture = rows->blob();
  return std::vector<std::byte>(picture.begin(), picture.end());
}

Result<std::vector<std::string>> Reader::cameras() {
  Result<Statement> rows = database_.prepare("SELECT DISTINCT camera FROM ends ORDER BY camera");
  if (!rows) return rows.error();
  std::vector<std::string> cameras;
  for (;;) {
    const Statement::Step step = rows->step();
    if (step == Statement::Step::done) return cameras;
    if (step == Statement::Step::failed) return database_.error("cannot be read");
    cameras.push_back(rows->text());
  }
}

}  // namespace vigia::ledger
