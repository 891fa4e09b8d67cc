#include "findface/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vigia::findface {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Secrets, AreHiddenWhereverTheyStand) {
  const Secrets secrets({"password", "token"});
  EXPECT_EQ(secrets.hidden_in("token: password, passwordtoken"), "***: ***, ******");
  EXPECT_EQ(secrets.hidden_in("nothing"), "nothing");
}

TEST(Secrets, AnEmptyOneHidesNothing) {
  EXPECT_EQ(Secrets({""}).hidden_in("text"), "text");
  EXPECT_EQ(Secrets().hidden_in("text"), "text");
}

TEST(Secrets, OneThatIsPartOfAnotherLeavesNoRest) {
  EXPECT_EQ(Secrets({"token", "token-2"}).hidden_in("token-2 token"), "*** ***");
}

TEST(Secrets, AreHiddenAsJsonWritesThemToo) {
  EXPECT_EQ(Secrets({"a\"b\\c"}).hidden_in(R"({"said":"a\"b\\c"} a"b\c)"), R"({"said":"***"} ***)");
}

TEST(Secrets, AreHiddenBeforeALineIsCut) {
  const std::string secret(100, 's');
  const std::string line =
      Secrets({secret}).line(std::string(150, 'x') + secret + "\n" + std::string(99, 'y'));
  EXPECT_THAT(line, Not(HasSubstr("s")));
  EXPECT_THAT(line, Not(HasSubstr("\n")));
  EXPECT_LE(line.size(), 203U);
}

}  // namespace
}  // namespace vigia::findface
