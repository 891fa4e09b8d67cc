// Files of earlier versions.
#include "outbox/schema.h"

#include <gtest/gtest.h>

#include "outbox/outbox_test_support.h"

namespace vigia::outbox {
namespace {

// A file of version 1 with two shots: one that was tried twice, once without an answer, and a new one.
constexpr const char* kVersion1File = R"(
  PRAGMA auto_vacuum=INCREMENTAL;
  PRAGMA journal_mode=WAL;
  CREATE TABLE shots(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    camera TEXT NOT NULL,
    camera_id INTEGER,
    track INTEGER NOT NULL,
    captured_us INTEGER NOT NULL,
    stream_time_ns INTEGER NOT NULL,
    face_left REAL NOT NULL, face_top REAL NOT NULL, face_width REAL NOT NULL, face_height REAL NOT NULL,
    roi_left INTEGER NOT NULL, roi_top INTEGER NOT NULL, roi_width INTEGER NOT NULL, roi_height INTEGER NOT NULL,
    score REAL NOT NULL,
    quality REAL NOT NULL, confidence REAL NOT NULL, size REAL NOT NULL, frontality REAL NOT NULL,
    proportion REAL NOT NULL, sharpness REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    doubtful INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    jpeg_width INTEGER NOT NULL, jpeg_height INTEGER NOT NULL,
    jpeg_bytes INTEGER NOT NULL,
    jpeg BLOB NOT NULL);
  CREATE INDEX shots_by_capture ON shots(captured_us, jpeg_bytes);
  INSERT INTO shots VALUES(41, 'gate', 7, 3, 1700000000000000, 1500000000, 1.5, 2.5, 60, 75, 1, 2, 80, 96,
    0.875, 0.75, 0.875, 0.125, 0.5, 0.25, 1, 2, 1, 'reset', 640, 360, 5, x'0102030405');
  INSERT INTO shots VALUES(42, 'hall', NULL, 4, 1700000001000000, 2500000000, 1, 2, 60, 75, 1, 2, 80, 96,
    0.5, 0.75, 0.875, 0.125, 0.5, 0.25, 1, 0, 0, NULL, 1280, 720, 2, x'0a0b');
  PRAGMA application_id=1447642945;
  PRAGMA user_version=1;
)";

class SchemaTest : public OutboxFixture {};

TEST_F(SchemaTest, ShotsOfVersion1BelongToThePrimaryRoute) {
  execute(kVersion1File);
  routes_ = {"findface", "mqtt"};
  open();
  EXPECT_EQ(outbox_->pending("findface").shots, 2U);
  EXPECT_EQ(outbox_->pending("mqtt").shots, 0U);
  EXPECT_EQ(outbox_->pending().bytes, 7);
  const auto hall = take("findface");
  ASSERT_TRUE(hall);
  EXPECT_EQ(hall->shot.camera, "hall");
  EXPECT_FALSE(hall->shot.camera_id);
  EXPECT_FALSE(hall->shot.max_age);
  EXPECT_EQ(hall->attempts, 0);
  const auto gate = take("findface");
  ASSERT_TRUE(gate);
  EXPECT_EQ(gate->shot.track, 3U);
  EXPECT_EQ(gate->shot.camera_id, 7);
  EXPECT_EQ(gate->attempts, 2);
  EXPECT_EQ(gate->doubtful, 1);
  EXPECT_EQ(to_unix_us(gate->shot.captured), 1700000000000000);
  EXPECT_EQ(gate->shot.stream_time, Nanoseconds(1500000000));
  EXPECT_EQ(gate->shot.face.left, 1.5F);
  EXPECT_EQ(gate->shot.roi, (domain::Region{1, 2, 80, 96}));
  EXPECT_EQ(gate->shot.quality.total, 0.75F);
  EXPECT_EQ(gate->shot.quality.confidence, 0.875F);
  EXPECT_EQ(gate->shot.quality.size, 0.125F);
  EXPECT_EQ(gate->shot.quality.frontality, 0.5F);
  EXPECT_EQ(gate->shot.quality.sharpness, 1);
  EXPECT_EQ(gate->shot.quality.rank, 0) << "unknown then";
  EXPECT_EQ(gate->shot.jpeg->size, (domain::Size{640, 360}));
  EXPECT_EQ(gate->shot.jpeg->bytes.size(), 5U);
}

TEST_F(SchemaTest, AMigratedFileIsLikeANewOne) {
  execute(kVersion1File);
  open();
  EXPECT_EQ(number("PRAGMA user_version"), kSchemaVersion);
  EXPECT_EQ(number("SELECT count(*) FROM sqlite_master WHERE name='shots_1'"), 0);
  ASSERT_TRUE(add(5).ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(outbox_->finished(*take()).ok());
  open();
  EXPECT_EQ(outbox_->pending().shots, 0U);
  EXPECT_EQ(number("SELECT count(*) FROM images"), 0);
}

TEST_F(SchemaTest, NumbersAreNeverUsedTwice) {
  open();
  ASSERT_TRUE(add(1).ok());
  const auto first = take();
  ASSERT_TRUE(outbox_->finished(*first).ok());
  open();
  ASSERT_TRUE(add(2).ok());
  EXPECT_GT(take()->id, first->id);
}

// The file may hold any values: nothing overflows.
TEST_F(SchemaTest, ImpossibleValuesAreReadAsPossibleOnes) {
  open();
  ASSERT_TRUE(add(1).ok());
  execute(
      "UPDATE shots SET captured_us=9223372036854775807, seen_us=-9223372036854775808,"
      " max_age_ns=-9223372036854775808, face_left=1e300, roi_left=9223372036854775807,"
      " jpeg_bytes=-5, jpeg_width=-9223372036854775808, score='x'");
  open();
  EXPECT_EQ(take_all(), std::vector<std::uint64_t>());  // too old
  execute(
      "INSERT INTO shots SELECT 9223372036854775807, camera, camera_id, track, captured_us, seen_us,"
      " NULL, stream_time_ns, face_left, face_top, face_width, face_height, roi_left, roi_top, roi_width,"
      " roi_height, score, quality, confidence, size, frontality, proportion, sharpness, jpeg_width,"
      " jpeg_height, jpeg_bytes, boot, seen_boot_ns, rank, level, eyes, exposure, inside FROM shots");
  open();
  ASSERT_TRUE(add(2).ok());
  EXPECT_EQ(take()->shot.track, 2U);
}

}  // namespace
}  // namespace vigia::outbox
