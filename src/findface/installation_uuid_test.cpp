#include "findface/installation_uuid.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "testing/temp_dir.h"

namespace vigia::findface {
namespace {

TEST(InstallationUuidTest, IsMadeOnceAndKept) {
  const testing::TempDir folder;
  const std::string first = keep_uuid("", folder / "vigia.db.uuid");
  EXPECT_EQ(first.substr(0, 6), "vigia-");
  EXPECT_EQ(keep_uuid("", folder / "vigia.db.uuid"), first);
  EXPECT_EQ(known_uuid("", folder / "vigia.db.uuid"), first);
  struct stat info {};
  ASSERT_EQ(::stat((folder / "vigia.db.uuid").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST(InstallationUuidTest, OfTwoOnOneMachineIsNotTheSame) {
  const testing::TempDir folder;
  EXPECT_NE(keep_uuid("", folder / "a.uuid"), keep_uuid("", folder / "b.uuid"));
}

TEST(InstallationUuidTest, ThatIsSetIsUsedAndNothingIsWritten) {
  const testing::TempDir folder;
  EXPECT_EQ(keep_uuid("mine", folder / "vigia.db.uuid"), "mine");
  EXPECT_EQ(known_uuid("", folder / "vigia.db.uuid"), "");
  EXPECT_EQ(known_uuid(std::string(300, 'x'), folder / "vigia.db.uuid").size(), 256U);
}

TEST(InstallationUuidTest, OfADamagedFileIsReplaced) {
  const testing::TempDir folder;
  for (const std::string& content : {std::string(), std::string("a b"), std::string(300, 'x')}) {
    std::ofstream(folder / "uuid") << content;
    EXPECT_EQ(known_uuid("", folder / "uuid"), "") << content;
    const std::string fresh = keep_uuid("", folder / "uuid");
    EXPECT_EQ(known_uuid("", folder / "uuid"), fresh);
  }
}

TEST(InstallationUuidTest, WithoutAPlaceToKeepItIsValidAllTheSame) {
  EXPECT_FALSE(keep_uuid("", "/no/such/folder/vigia.db.uuid").empty());
}

}  // namespace
}  // namespace vigia::findface
