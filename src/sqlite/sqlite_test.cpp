#include "sqlite/sqlite.h"

#include <gtest/gtest.h>

#include "testing/temp_dir.h"

namespace vigia::sqlite {
namespace {

class SqliteTest : public ::testing::Test {
 protected:
  testing::TempDir dir_;
  Result<Database> database_ = Database::open(dir_ / "a.db", {"list", "list.path"});
};

// Otherwise every deleted picture would be written once more.
TEST_F(SqliteTest, DeletedDataIsNotOverwrittenByAnAdditionalWrite) {
  constexpr std::int64_t kFast = 2;
  ASSERT_TRUE(database_.ok());
  const auto mode = database_->number("PRAGMA secure_delete");
  ASSERT_TRUE(mode.ok());
  EXPECT_EQ(*mode, kFast);
}

TEST_F(SqliteTest, ATableThatIsNotThereIsDamage) {
  ASSERT_TRUE(database_.ok());
  const auto rows = database_->prepare("SELECT name FROM list");
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code, ErrorCode::damaged);
}

}  // namespace
}  // namespace vigia::sqlite
