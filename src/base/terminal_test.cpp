#include "base/terminal.h"

#include <gtest/gtest.h>

namespace vigia {
namespace {

TEST(FittedTest, CutsAtColumnsAndNeverInsideACharacter) {
  EXPECT_EQ(fitted("gate", 4), "gate");
  EXPECT_EQ(fitted("gateway", 4), "gat…");
  EXPECT_EQ(fitted("portão", 5), "port…");
  EXPECT_EQ(fitted("portão", 6), "portão");
  EXPECT_EQ(fitted("玄関口", 4), "玄…") << "each is two columns wide";
  EXPECT_EQ(fitted("玄関口", 6), "玄関口");
  EXPECT_EQ(fitted("anything", 0), "");
  EXPECT_EQ(fitted("anything", 1), "…");
}

TEST(ColumnsOfTest, CountsWhatIsSeen) {
  EXPECT_EQ(columns_of("portão"), 6);
  EXPECT_EQ(columns_of("a\u0301"), 1) << "a combining accent";
  EXPECT_EQ(columns_of("🚪"), 2);
  EXPECT_EQ(columns_of(""), 0);
}

TEST(TerminalTest, APipeIsNone) {
  EXPECT_FALSE(is_live_terminal(-1));
  EXPECT_FALSE(has_colours(-1));
  EXPECT_EQ(terminal_size(-1).columns, 80);
}

}  // namespace
}  // namespace vigia
